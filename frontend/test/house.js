import { put, settle } from './page.js';
import { readFile } from 'node:fs/promises';
import { after } from 'node:test';
import { api } from '../src/api.js';
import { store } from '../src/store.js';
import { find } from '../src/part.js';
import { fakeApi } from './fake-api.js';
import { world } from './fixtures.js';

/** The house with a scripted API, for tests of its rooms. */

/** The defines of main.js, without its bridge and its shell, which tests start themselves. */
const main = await readFile(new URL('../src/main.js', import.meta.url), 'utf8');
for (const [, name, path] of main.matchAll(/import \{ (define\w+) \} from '\.\/(.+?)'/g)) (await import(`../src/${path}`))[name]();

after(() => { put(''); }); // a clock that runs would keep the tests from ending

/** @param {string} hash @param {(w: any) => void} [change] @param {Record<string, (...args: any[]) => any>} [script] */
export async function open(hash, change, script) {
  const w = world();
  change?.(w);
  const fake = fakeApi(w, script);
  store.reset();
  location.hash = hash;
  api.use(fake);
  put('<errata-shell></errata-shell>');
  await settle();
  return fake;
}

/** @param {string} selector */
export const click = async (selector) => { find(document, selector).click(); await settle(); };
/** What an element says once it says it, or after a while: an answer is drawn piece by piece. @param {string} selector @param {string} wanted */
export async function said(selector, wanted) {
  for (let i = 0; i < 500 && text(selector) !== wanted; i++) await settle(1);
  return text(selector);
}
export const text = (/** @type {string} */ selector) => find(document, selector).textContent?.replace(/\s+/g, ' ').trim() ?? '';
export const field = (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (find(document, selector));
/** @param {any} fake @param {string} method */
export const called = (fake, method) => fake.calls.filter((/** @type {any[]} */ c) => c[0] === method).map((/** @type {any[]} */ c) => c.slice(1));
