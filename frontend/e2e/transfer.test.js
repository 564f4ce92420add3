import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { confirmed, launch, watchedPage } from './browser.js';
import { serve } from './server.js';

const fixture = fileURLToPath(new URL('../../backend/chatfile/testdata/chatgpt.json', import.meta.url));
const payloads = ['<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '![x](https://spy.example/i.png)', '[x](javascript:alert(1))', '<svg onload=alert(1)>', '"><iframe src=https://spy.example></iframe>', '`<b>`\n\n<style>*{display:none}</style>'];

/** Chats of another program, each with a payload in every place that holds text. */
const hostile = () => JSON.stringify(Array.from({ length: 300 }, (_v, i) => {
  const bad = payloads[i % payloads.length];
  const message = (/** @type {string} */ role) => ({ author: { role, name: bad }, create_time: 1_690_000_000 + i, content: { content_type: 'text', parts: [`${bad} ${i}`] }, metadata: { model_slug: bad, attachments: [{ name: bad }] } });
  return { title: `Payload ${i} ${bad}`, conversation_id: `${bad}${i}`, create_time: 1_690_000_000 + i, mapping: { r: { parent: null, children: ['q'] }, q: { parent: 'r', children: ['a'], message: message('user') }, a: { parent: 'q', children: [], message: message('assistant') } } };
}));

/** Chats that come and go as files, in a real browser against the real server. */
describe('chats as files', { timeout: 300_000 }, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;
  const file = join(tmpdir(), `errata-hostile-${process.pid}.json`);
  /** @type {string[]} */
  const complaints = [];

  before(async () => {
    server = await serve();
    browser = await launch();
    page = await watchedPage(browser, complaints);
    page.on('dialog', (d) => { complaints.push(`a dialog: ${d.message()}`); void d.dismiss(); });
    page.on('request', (r) => { if (new URL(r.url()).origin !== new URL(server.url).origin && !/^(data|blob):/.test(r.url())) complaints.push(`asked for ${r.url()}`); });
    await confirmed(page, server.url, { providers: {} });
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await rm(file, { force: true });
  });

  /** @param {string} path */
  const bring = async (path) => {
    await page.goto(`${new URL('/', server.url).href}#/settings`);
    await page.locator('chat-import input').setInputFiles(path);
    await page.locator('chat-import .imported').waitFor();
    const said = (await page.locator('chat-import .imported').innerText()).replace(/\s+/g, ' ');
    return said;
  };

  test('an export of ChatGPT comes with its branches, once', async () => {
    assert.match(await bring(fixture), /^2 chats imported with 6 questions and 6 answers\. Not taken: attached files \(1\).* Left out: 2 problems/);
    assert.match(await bring(fixture), /0 chats imported\. 2 chats were here already\./);
    await page.getByRole('link', { name: 'Capital <script>' }).click();
    await page.locator('answer-text').filter({ hasText: 'About 2.1 million.' }).waitFor(); // the branch that ChatGPT showed
    assert.equal(await page.locator('.branches .figures').allInnerTexts().then((all) => all.join(' ')), '2/2 2/2');
    assert.match(await page.locator('.answer-foot').first().innerText(), /gpt-4o\s+imported/);
  });

  test('the shown branch is downloaded as Markdown, everything as JSON', async () => {
    for (const [format, name, want] of /** @type {const} */ ([['markdown', 'Capital-script-alert-1-script.md', /^# Capital \\<script\\>[^]*\*\*Paris\*\*\.[^]*About 2\.1 million\./], ['json', 'Capital-script-alert-1-script.json', /"errata\.chat\/1"[^]*Lyon\./]])) {
      await page.locator('chat-list li.open').hover();
      await page.locator('chat-list li.open [data-do="export"]').click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator(`[data-do="export-as"][data-format="${format}"]`).click()]);
      assert.equal(download.suggestedFilename(), name);
      assert.match(await readFile(await download.path(), 'utf8'), want);
    }
  });

  test('hostile chats are text, and go with one press', async () => {
    await writeFile(file, hostile());
    assert.match(await bring(file), /^300 chats imported with 300 questions and 300 answers/);
    for (const i of [0, 1, 2, 3, 4, 5, 6]) {
      await page.getByLabel('Search chats').fill(`Payload ${293 + i}`);
      await page.getByRole('link', { name: `Payload ${293 + i} ` }).click();
      await page.locator('page-turn answer-text').filter({ hasText: `${293 + i}` }).waitFor();
    }
    assert.equal(await page.locator('page-turn img, page-turn iframe, page-turn script, chat-list img').count(), 0);
    await page.goto(`${new URL('/', server.url).href}#/settings`);
    await page.locator('chat-import [data-do="undo"]').click();
    await page.locator('toast-list').getByText('300 chats in the trash.').waitFor();
    await page.locator('chat-list .hint').filter({ hasText: 'No chat has these words.' }).waitFor();
    assert.deepEqual(complaints, []);
  });
});
