import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './inspector.js';
import { serveEngine } from './server.js';
import { openScreen, openWindow } from './window.js';

/**
 * What becomes of the real window when it is closed while a model is fetched.
 *
 *     node e2e/leave-window.js BINARY
 */

const binary = process.argv[2];
const home = await mkdtemp(join(tmpdir(), 'errata-leave-'));
const [screen, engine] = [await openScreen(), await serveEngine(15, 600_000)];
const env = { ...screen.env, ERRATA_HOME: home, OLLAMA_HOST: engine.url };

/** Whether a window is on the screen. */
const visible = () => new Promise((resolve) => { execFile('xdotool', ['search', '--onlyvisible', '--name', 'Errata'], { env }, (error) => resolve(!error)); });

/** Waits until it holds. @param {() => unknown} f @param {string} what */
const wait = (f, what) => until(async () => await f() || null, 30_000, what);

/** Opens a window in which a model is fetched. */
async function fetching() {
  const opened = await openWindow(binary, env);
  await opened.evaluate(() => { /** @type {any} */ (window).go.api.API.InstallModel('r1', 'qwen2.5:1.5b-instruct').catch(() => {}); });
  await wait(() => opened.evaluate(async () => (await /** @type {any} */ (window).go.api.API.Running()).length), 'the model is fetched');
  return opened;
}

/** @typedef {Awaited<ReturnType<typeof fetching>>} Opened */

/** Closes the window, as its button does, and answers. @param {Opened} opened @param {string} how */
async function close(opened, how) {
  await opened.evaluate(() => { /** @type {any} */ (window).runtime.Quit(); });
  await wait(() => opened.evaluate(() => Boolean(document.querySelector('closing-sheet button'))), 'the page asks');
  await opened.evaluate((name) => { /** @type {HTMLElement} */ (document.querySelector(`closing-sheet button[data-do="${name}"]`)).click(); }, how).catch(() => {}); // it may be gone by then
}

/** Starts the program once more. @returns {Promise<number | null>} its exit code */
const startAgain = () => new Promise((resolve) => { spawn(binary, [], { env, stdio: 'ignore' }).once('exit', resolve); });

/** How it ended, within half a minute. @param {Opened} opened @returns {Promise<number | null>} */
const ended = (opened) => Promise.race([opened.ended, /** @type {Promise<never>} */ (new Promise((_y, no) => { setTimeout(() => no(new Error('it did not end by itself')), 30_000).unref(); }))]);

/** @type {Opened | undefined} */
let opened;
try {
  opened = await fetching();
  await close(opened, 'hide');
  await wait(async () => !await visible(), 'the window is hidden');
  assert.equal(await startAgain(), 0, 'a second start brings it back');
  await wait(visible, 'the window is back');
  await close(opened, 'hide');
  await wait(async () => !await visible(), 'the window is hidden again');
  await opened.evaluate(() => { /** @type {any} */ (window).go.api.API.Cancel('r1'); });
  assert.equal(await ended(opened), 0, 'nothing goes on any more');

  opened = await fetching();
  await close(opened, 'end');
  assert.equal(await ended(opened), 0, 'it was told to stop');
} finally {
  await opened?.close();
  await engine.close();
  await screen.close();
  await rm(home, { recursive: true, force: true });
}
