import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { confirmed, launch, watchedPage } from './browser.js';
import { serve } from './server.js';

/** Facts are brought, decided, frozen and compared, in a real browser against the real server. */
describe('deciding', { timeout: 300_000 }, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;
  let folder = '';
  /** @type {string[]} */
  const complaints = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'errata-deciding-'));
    server = await serve();
    browser = await launch();
    page = await watchedPage(browser, complaints);
    await confirmed(page, server.url, { providers: {}, model: 'qwen2.5-coder:0.5b' });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** @param {string} room */
  const go = (room) => page.goto(`${new URL('/', server.url).href}#/${room}`);

  test('a sheet is looked at line by line, then put into Review', async () => {
    const file = join(folder, 'keepers.csv');
    const lines = Array.from({ length: 1200 }, (_v, i) => `Who keeps lighthouse ${i}?,Keeper ${i}`);
    await writeFile(file, `question,answer\n${lines.join('\n')}\n,nobody\nHow high is Mount Orrin?,812 m\nHow high is Mount Orrin?,815 m\n`);
    await go('datasets');
    await page.locator('input[name="import"]').setInputFiles(file);
    await page.getByText('1,202 facts to import, 1 line left out.').waitFor();
    await page.getByText('Left out', { exact: true }).click();
    await page.getByText('line 1202: It has no question.').waitFor();
    await page.getByRole('button', { name: 'Put 1,202 facts into Review' }).click();
    await page.getByRole('button', { name: 'Open Review' }).click();
    await page.getByText('1202 left.').waitFor();
  });

  test('what disagrees stands on top and is decided by key', async () => {
    await page.locator('fact-list li').first().getByText('Disagrees').waitFor();
    await page.getByText('Another answer stands beside it.').waitFor();
    await page.keyboard.press('a');
    await page.keyboard.press('r');
    await page.getByText('1200 left.').waitFor();
    await page.locator('fact-list .urgent').first().waitFor({ state: 'detached' });
  });

  test('a long queue draws what is seen and goes on when it is scrolled', async () => {
    for (let i = 0; i < 12; i++) {
      await page.locator('fact-list').evaluate((e) => { e.scrollTop = e.scrollHeight; });
      await page.waitForTimeout(100);
    }
    assert.ok(await page.locator('fact-list').evaluate((e) => e.scrollHeight > 600 * 70), 'further pages came');
    assert.ok(await page.locator('fact-list li').count() < 60);
    const box = await page.locator('fact-list').boundingBox();
    const last = await page.locator('fact-list li').last().boundingBox();
    assert.ok(box && last && last.y + last.height >= box.y + box.height - 2, 'no gap at the end');
  });

  test('many are decided by their typed number, and taken back', async () => {
    await page.getByPlaceholder('Search facts').fill('lighthouse 7');
    await page.getByRole('button', { name: 'Decide many' }).waitFor();
    await page.waitForTimeout(400); // typing rests before it is searched
    await page.getByRole('button', { name: 'Decide many' }).click();
    await page.getByText('All 111 waiting facts with “lighthouse 7”').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Approve them' }).isDisabled());
    await page.getByLabel('Type 111 to go on').fill('111');
    await page.getByRole('button', { name: 'Approve them' }).click();
    await page.locator('toast-list').getByText('Approved: 111 facts.').waitFor();
    await page.getByText('1089 left.').waitFor();
    await page.locator('toast-list').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('1200 left.').waitFor();
  });

  test('nothing was blocked and nothing failed', () => { assert.deepEqual(complaints, []); });
});
