import { launch, watchedPage } from '../browser.js';
import { serve, serveEngine } from '../server.js';
import { openWindow } from '../window.js';

/** The two doors that are measured: both hold the same page over a scripted engine. */

/** @typedef {{where: string, evaluate: <A, R>(f: (arg: A) => R | Promise<R>, arg: A) => Promise<R>, pid: number, close: () => Promise<void>}} Door */

/** What a person would have done on the first screen; nothing is checked by itself here. */
const confirm = async () => {
  const { api } = await import(/** @type {any} */ ('/src/api.js'));
  const { store } = await import(/** @type {any} */ ('/src/store.js'));
  while (!store.state.settings) await new Promise((resolve) => { setTimeout(resolve, 50); });
  const settings = await api.call('SaveSettings', { ...store.state.settings, confirmed: true, providers: {}, auto_check: false, model: 'qwen2.5-coder:0.5b' });
  store.set({ settings });
  while (!document.querySelector('ask-box textarea')) await new Promise((resolve) => { setTimeout(resolve, 50); });
};

/** @param {number} tokenMS @returns {Promise<Door>} */
export async function browserDoor(tokenMS) {
  const server = await serve(tokenMS);
  const browser = await launch();
  const page = await watchedPage(browser, []);
  await page.goto(server.url);
  await page.evaluate(confirm);
  return {
    where: 'browser', pid: server.pid, evaluate: (f, arg) => page.evaluate(/** @type {any} */ (f), arg),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * @param {string} binary @param {NodeJS.ProcessEnv} env of a screen @param {string} home @param {number} tokenMS
 * @returns {Promise<Door>}
 */
export async function windowDoor(binary, env, home, tokenMS) {
  const engine = await serveEngine(tokenMS);
  const opened = await openWindow(binary, { ...env, ERRATA_HOME: home, OLLAMA_HOST: engine.url });
  await opened.evaluate(confirm);
  return {
    where: 'window', pid: opened.pid, evaluate: opened.evaluate,
    close: async () => {
      await opened.close();
      await engine.close();
    },
  };
}
