import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { world } from '../test/fixtures.js';
import { launch, openWith, serveFiles } from './browser.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @type {[name: string, hash: string, change?: (w: any) => void, after?: (page: import('playwright-core').Page) => Promise<void>][]} */
const scenes = [
  ['first run', '#/', (w) => { w.settings.confirmed = false; w.models[0].installed = false; }],
  ['chat', '#/chat/chat1'], ['chat, empty', '#/chat/'], ['review', '#/review'], ['datasets', '#/datasets'], ['dataset', '#/datasets/d2'], ['training', '#/training'],
  ['training, running', '#/training', (w) => { w.runs[0].state = 'running'; }], ['versions', '#/versions'],
  ['library', '#/library', undefined, async (page) => { await page.getByPlaceholder('Search your documents').fill('capital'); await page.locator('.hits li').waitFor(); }],
  ['settings', '#/settings', (w) => { w.backups = [{ path: '/b.db', at: '2026-11-01T10:00:00Z', bytes: 5_000_000 }]; }, async (page) => {
    await page.locator('[data-do="test"]').nth(1).click();
    await page.locator('.provider-test').waitFor();
    await page.locator('[data-do="erasing"]').click();
  }],
  ['palette', '#/chat/', undefined, async (page) => { await page.keyboard.press('Control+k'); await page.locator('.sheet').waitFor(); }],
  ['closing', '#/chat/', undefined, async (page) => {
    await page.evaluate(() => { /** @type {any} */ (window).fake.emit('window.closing', '', { training: true, ops: ['models.install'] }); });
    await page.locator('closing-sheet [data-do="stay"]').last().waitFor();
  }],
  ['keys', '#/chat/', undefined, async (page) => { await page.locator('[data-do="keys"]').click(); await page.locator('.sheet').waitFor(); }],
];

/** Contrast and all other rules in a real browser, where colours are painted. */
describe('axe finds nothing', { timeout: 600_000 }, () => {
  /** @type {Awaited<ReturnType<typeof serveFiles>>} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => { [server, browser] = [await serveFiles(), await launch()]; });
  after(async () => { await browser?.close(); server?.close(); });

  for (const theme of ['light', 'dark']) {
    for (const [name, hash, change, more] of scenes) {
      test(`${name}, ${theme}`, async () => {
        const w = /** @type {any} */ (world());
        w.settings.theme = theme;
        change?.(w);
        const { page, context } = await openWith(browser, `${server.url}${hash}`, w, { viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
        page.setDefaultTimeout(60_000);
        await page.waitForSelector('.room h1, .first h1, .chat-page');
        await more?.(page);
        await page.evaluate(axe);
        const found = await page.evaluate(async () => {
          const { violations } = await /** @type {any} */ (window).axe.run(document, { resultTypes: ['violations'] });
          return violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join(' | ')}`);
        });
        await context.close();
        assert.deepEqual(found, []);
      });
    }
  }
});
