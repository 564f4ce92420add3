import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { inspect, until } from './inspector.js';
import { end } from './server.js';

/** Real windows on a screen of their own, driven through WebKit's inspector. */

/** The first line that a program says. @param {import('node:child_process').ChildProcess} child @param {string} name @returns {Promise<string>} */
const firstLine = (child, name) => new Promise((resolve, reject) => {
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) }).once('line', resolve);
});

/** A screen that nobody sees, with a session bus. */
export async function openScreen() {
  const home = await mkdtemp(join(tmpdir(), 'errata-screen-'));
  const xvfb = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [display, address] = await Promise.all([firstLine(xvfb, 'Xvfb'), firstLine(bus, 'dbus-daemon')]);
  /** @type {NodeJS.ProcessEnv & {XDG_DATA_HOME: string}} */
  const env = { ...process.env, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), XDG_DATA_HOME: join(home, 'share'), DISPLAY: `:${display}`, DBUS_SESSION_BUS_ADDRESS: address, NO_AT_BRIDGE: '1' };
  delete env.WAYLAND_DISPLAY;
  await mkdir(env.XDG_DATA_HOME, { recursive: true });
  return {
    env,
    close: async () => {
      await Promise.all([end(xvfb), end(bus)]);
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** @returns {Promise<number>} */
const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    server.close(() => resolve(port));
  });
});

/**
 * Starts a program with a window and waits for its page.
 * @param {string} binary
 * @param {NodeJS.ProcessEnv} env of the screen, and what the program needs
 */
export async function openWindow(binary, env) {
  const port = await freePort();
  const started = Date.now();
  const child = spawn(binary, [], { env: { ...env, ERRATA_INSPECT: '1', WEBKIT_INSPECTOR_HTTP_SERVER: `127.0.0.1:${port}` }, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (d) => { log += d; });
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const gone = ended.then((code) => { throw new Error(`${binary} ended with ${code}: ${log}`); });
  gone.catch(() => {}); // only its start is watched
  try {
    const page = await Promise.race([inspect(port), /** @type {Promise<never>} */ (gone)]);
    // A page that is evaluated while it takes the place of the blank one forgets the call.
    await until(async () => await page.evaluate(() => location.href !== 'about:blank' && document.readyState === 'complete') || null, 60_000, 'the page has loaded');
    return {
      started, ended, pid: /** @type {number} */ (child.pid), evaluate: page.evaluate,
      close: async () => {
        page.close();
        await end(child);
      },
    };
  } catch (e) {
    await end(child);
    throw e;
  }
}
