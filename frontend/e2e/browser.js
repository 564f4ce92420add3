import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { fakeApi } from '../test/fake-api.js';

const root = fileURLToPath(new URL('../', import.meta.url));
/** @type {Record<string, string>} */
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'none'; base-uri 'none'; form-action 'none'";

/** Serves index.html and src/ as they stand, with the policy that Go sends. */
export async function serveFiles() {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://x').pathname).replace(/^\/$/, '/index.html');
    try {
      if (path !== '/index.html' && !path.startsWith('/src/')) throw new Error('not ours');
      const body = await readFile(join(root, path));
      response.writeHead(200, { 'Content-Type': types[extname(path)] ?? 'text/plain', 'Content-Security-Policy': policy });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(null)); });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** What the policy of any page blocked, in the whole run of a test file. @type {string[]} */
const blocked = [];

/** A browser whose end fails if the policy of one of its pages blocked anything. */
export async function launch() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  const close = browser.close.bind(browser);
  browser.close = async () => {
    await close();
    if (blocked.length) throw new Error(`the policy blocked ${blocked.length} times: ${blocked.slice(0, 5).join(' | ')}`);
  };
  return browser;
}

/** Counts what the policy blocks in a page. @param {import('playwright-core').Page} page */
async function countBlocked(page) {
  await page.exposeFunction('blocked_', (/** @type {string} */ what) => { blocked.push(what); });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => { /** @type {any} */ (window).blocked_(`${e.violatedDirective} ${e.blockedURI} in ${e.sourceFile}`); });
  });
}

/**
 * A page that notes its errors.
 * @param {import('playwright-core').Browser} browser
 * @param {string[]} complaints
 */
export async function watchedPage(browser, complaints) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await countBlocked(page);
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (e) => complaints.push(e.message));
  page.on('console', (m) => { if (m.type() === 'error') complaints.push(m.text()); });
  return page;
}

/**
 * Passes the first screen of the server at `url` without pressing anything.
 * @param {import('playwright-core').Page} page
 * @param {string} url
 * @param {Partial<import('../src/types.d.ts').Settings>} change
 */
export async function confirmed(page, url, change) {
  await page.goto(url);
  await page.getByText('Found here').waitFor();
  await page.evaluate(async (changed) => {
    const { api } = await import(/** @type {any} */ ('/src/api.js'));
    await api.call('SaveSettings', { ...(await api.call('Settings')), confirmed: true, ...changed });
  }, change);
}

/**
 * Waits until `selector` with `text` has been drawn, be it gone again by then: an answer
 * may have ended before a question from here reaches a busy page, so the page itself looks.
 * @param {import('playwright-core').Page} page
 * @param {string} selector
 * @param {string} text
 * @param {() => Promise<void>} act what makes it appear
 */
export async function passes(page, selector, text, act) {
  await page.evaluate(([css, words]) => {
    const w = /** @type {any} */ (window);
    w.passed_ = false;
    const seen = () => { w.passed_ ||= Boolean(document.querySelector(css)?.textContent?.includes(words)); };
    new MutationObserver(seen).observe(document.body, { subtree: true, childList: true, characterData: true });
  }, [selector, text]);
  await act();
  await page.waitForFunction(() => /** @type {any} */ (window).passed_);
}

/**
 * Opens a page whose window bindings are a scripted API, as Wails would put them
 * there: before any script of the page runs.
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {any} world
 * @param {import('playwright-core').BrowserContextOptions} options
 */
export async function openWith(browser, url, world, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  await countBlocked(page);
  await page.addInitScript({
    content: `(() => { const fakeApi = ${fakeApi.toString()}; const fake = fakeApi(${JSON.stringify(world)});
      window.fake = fake;
      window.runtime = { EventsOn: (_name, f) => { fake.listen(f, () => {}); } };
      window.go = { api: { API: new Proxy({}, { get: (_t, name) => (...args) => fake.call(name, args) }) } }; })();`,
  });
  await page.goto(url);
  return { page, context };
}
