import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fakeApi } from '../test/fake-api.js';
import { world } from '../test/fixtures.js';
import { payloads } from './payloads.js';
import { arm, plantAll } from './plant.js';
import { serveEngine } from './server.js';
import { spyServer } from './spy.js';
import { openScreen, openWindow } from './window.js';

/**
 * The thousand hostile texts of hostile.test.js in the real window: WebKitGTK, the
 * window's own policy and its bridge to Go. The page draws over a scripted API, so
 * that whatever reaches the bridge is a text's doing.
 *
 *     node e2e/hostile-window.js BINARY
 */

/** Puts the scripted API in the place of the bridge and starts the page on it. */
const take = /** @type {(w: any) => Promise<boolean>} */ (new Function('world', `return (async () => {
  const fakeApi = ${fakeApi.toString()};
  while (!document.querySelector('first-run h1')) await new Promise((resolve) => { setTimeout(resolve, 50); });
  const { api } = await import('/src/api.js');
  const fake = fakeApi(world);
  window.fake = fake;
  api.use({ call: (method, args) => fake.call(method, args), listen: fake.listen });
  document.querySelector('errata-shell').actions.start();
  while (!document.querySelector('ask-box textarea')) await new Promise((resolve) => { setTimeout(resolve, 50); });
  return true;
})()`));

/** Whether a call over the bridge would be noted. */
const noted = async () => {
  const w = /** @type {any} */ (window);
  w.go.api.API.Settings();
  await new Promise((resolve) => { setTimeout(resolve, 100); });
  return w.touched.bound.splice(0).length;
};

const home = await mkdtemp(join(tmpdir(), 'errata-hostile-'));
const [screen, engine, spy] = [await openScreen(), await serveEngine(), await spyServer()];
try {
  const opened = await openWindow(process.argv[2], { ...screen.env, ERRATA_HOME: home, OLLAMA_HOST: engine.url });
  await opened.evaluate(take, world());
  await opened.evaluate(arm, { spy: spy.url });
  const origin = await opened.evaluate(() => performance.timeOrigin);
  if (!await opened.evaluate(noted)) throw new Error('a call over the bridge was not noted, so that none would be');
  const all = payloads(spy.url);
  const { touched, missing, links } = await plantAll(opened, all, (n) => process.stderr.write(`\r${n} of ${all.length}`));
  process.stderr.write('\n');
  const stayed = await opened.evaluate(() => performance.timeOrigin) === origin;
  const undrawn = Object.values(missing).reduce((n, list) => n + list.length, 0);
  /** @type {[string, number][]} */
  const counts = [['executed', touched.executed.length], ['bound calls', touched.bound.length], ['requests', touched.requests.length + spy.asked().length], ['navigations', touched.navigations.length + (stayed ? 0 : 1)],
    ['violations of the policy', touched.violations.length], ['unwanted markup', touched.markup.length], ['not drawn', undrawn]];
  console.log(`${await opened.evaluate(() => navigator.userAgent)}\n${all.length} texts in ${Object.keys(missing).length} places: ${Object.keys(missing).join(', ')}; ${links} links pressed`);
  for (const [name, n] of counts) console.log(`${name.padEnd(26)}${n}`);
  const bad = counts.some(([, n]) => n > 0);
  if (bad) console.log(JSON.stringify({ touched, missing }).slice(0, 4000));
  process.exitCode = bad ? 1 : 0;
  await opened.close();
} finally {
  await engine.close();
  await screen.close();
  spy.close();
  await rm(home, { recursive: true, force: true });
}
