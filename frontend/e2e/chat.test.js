import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { confirmed, launch, passes, watchedPage } from './browser.js';
import { serve } from './server.js';

/** What a person does in a chat, in a real browser against the real server; only the model is scripted. */
describe('a chat', { timeout: 900_000 }, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  const outside = [];

  before(async () => {
    server = await serve();
    browser = await launch();
    page = await watchedPage(browser, complaints);
    page.setDefaultTimeout(60_000);
    page.on('request', (r) => { if (new URL(r.url()).origin !== new URL(server.url).origin && !/^(data|blob):/.test(r.url())) outside.push(r.url()); });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(server.url).origin });
    // Wikipedia is on: only the switch of the chat keeps the searches of this test here.
    await confirmed(page, server.url, { model: 'qwen2.5-coder:0.5b', auto_check: false, providers: { library: true, wikipedia: true }, library_folders: [server.notes] });
    await page.evaluate(async () => {
      const { api } = await import(/** @type {any} */ ('/src/api.js'));
      await api.call('RescanLibrary', 'r');
    });
    await page.goto(`${new URL('/', server.url).href}#/chat/`);
    await page.reload();
    await page.getByText('What would you like to know?').waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** @param {string} text */
  const ask = async (text) => {
    await page.getByLabel('Your question').fill(text);
    await page.keyboard.press('Enter');
  };
  const toast = (/** @type {string} */ text) => page.locator('.toast').filter({ hasText: text }).waitFor();
  const answered = async (n = 1) => { await page.locator('.answer-foot').nth(n - 1).waitFor(); };
  const fresh = async () => {
    await page.keyboard.press('Alt+n');
    await page.getByText('What would you like to know?').waitFor();
  };
  /** @param {number} n */
  const answer = async (n) => (await page.locator('answer-text').nth(n).innerText()).replace(/\s+/g, ' ');

  test('Markdown, a formula and code are drawn; code is copied', async () => {
    await passes(page, '.streaming strong', 'care', () => ask('Show marks and signs'));
    await answered();
    await page.locator('answer-text math msup').waitFor();
    await page.locator('answer-text math mfrac').waitFor();
    await page.locator('answer-text .hljs-keyword').waitFor();
    await page.locator('answer-text pre').hover();
    await page.getByRole('button', { name: 'Copy the code' }).click();
    await toast('Code copied.');
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'const side = 3;');
  });

  test('a question is put in other words and an answer given again; both are branches', async () => {
    await fresh();
    await ask('First words');
    await answered();
    await page.locator('page-turn').hover();
    await page.getByRole('button', { name: 'Ask it in other words' }).click();
    await page.getByLabel('Your question').fill('Other words');
    await page.keyboard.press('Enter');
    await page.locator('answer-text').filter({ hasText: 'You said: Other words' }).waitFor();
    await answered();
    await page.locator('page-turn').hover();
    await page.getByRole('button', { name: 'Answer again' }).click();
    await page.getByLabel('answer 2 of 2').waitFor();
    await page.getByRole('button', { name: 'Earlier question' }).click();
    await page.locator('answer-text').filter({ hasText: 'You said: First words' }).waitFor();
  });

  test('an input method’s Enter does not send, Shift+Enter breaks the line', async () => {
    await fresh();
    const box = page.getByLabel('Your question');
    await box.fill('とう');
    await box.dispatchEvent('keydown', { key: 'Enter', isComposing: true, keyCode: 229, bubbles: true });
    await box.press('Shift+Enter');
    assert.equal(await box.inputValue(), 'とう\n');
    assert.equal(await page.locator('page-turn').count(), 0);
    await box.fill('');
  });

  test('another model of this machine is chosen by keyboard, loaded, and answers under its name', async () => {
    await page.getByLabel('Your question').focus();
    for (let i = 0; i < 6 && !await page.evaluate(() => document.activeElement?.getAttribute('data-do') === 'answerer'); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /base/ }).waitFor();
    await page.getByText('Other models on this machine').waitFor();
    await page.getByRole('button', { name: 'Load linden:7b' }).click();
    await page.getByRole('button', { name: 'Eject linden:7b' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Eject linden:7b');
    await page.getByRole('radio', { name: /base/ }).focus();
    for (let i = 0; i < 20 && await page.evaluate(() => document.activeElement?.getAttribute('data-version')) !== 'model:linden:7b'; i++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('chat-foot .foot').first().filter({ hasText: 'linden:7b' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-do')), 'answerer', 'the focus is back on its button');
    await ask('What were you told?');
    await answered();
    assert.match(await answer(0), /by linden:7b/);
    assert.match(await page.locator('.answer-foot').innerText(), /linden:7b/);
    await page.locator('[data-do="answerer"]').click();
    await page.getByRole('button', { name: 'Eject linden:7b' }).click();
    await page.getByRole('button', { name: 'Load linden:7b' }).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('answerer-list').count(), 0);
  });

  test('a chat has instructions and sampling of its own, kept as a preset', async () => {
    await fresh();
    await page.locator('[data-do="manner"]').click();
    await page.getByLabel('Instructions', { exact: true }).fill('Answer like a sailor.');
    await page.getByLabel('Temperature').fill('0.7');
    await page.getByRole('button', { name: 'Keep as preset' }).click();
    await page.locator('#preset-name').fill('Sailor');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('combobox', { name: 'Preset' }).waitFor();
    await page.getByRole('button', { name: 'Use in this chat' }).click();
    await ask('What were you told?');
    await answered();
    assert.match(await answer(0), /^Answer like a sailor\. Today's date is .*Temperature 0\.7/);
    await page.reload();
    await answered();
    await page.locator('[data-do="manner"]').click();
    assert.equal(await page.getByLabel('Instructions', { exact: true }).inputValue(), 'Answer like a sailor.');
    await page.getByLabel('Temperature').fill('9');
    await page.getByRole('button', { name: 'Use in this chat' }).click();
    assert.equal(await page.getByLabel('Temperature').evaluate((e) => /** @type {HTMLInputElement} */ (e).validity.valid), false);
    await page.keyboard.press('Escape');

    await fresh();
    await ask('What were you told?');
    await answered();
    assert.match(await answer(0), /helpful assistant.*Temperature 0,/, 'another chat is as before');
    await page.locator('[data-do="manner"]').click();
    await page.getByRole('combobox', { name: 'Preset' }).selectOption('Sailor');
    assert.equal(await page.getByLabel('Temperature').inputValue(), '0.7');
    await page.getByRole('button', { name: 'Delete preset' }).click();
    await page.getByRole('combobox', { name: 'Preset' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
  });

  test('the context is metered, and a line shows what did not fit', async () => {
    await fresh();
    await page.locator('[data-do="manner"]').click();
    await page.getByLabel('Context, tokens').fill('512');
    await page.getByLabel('Longest answer, tokens').fill('64');
    await page.getByRole('button', { name: 'Use in this chat' }).click();
    const long = 'Listen to this: ' + 'a word and '.repeat(50);
    for (let n = 1; n <= 3; n++) {
      await ask(`${n}. ${long}`);
      await answered(n);
      await page.getByLabel('Send').waitFor();
    }
    await page.locator('.context-line').waitFor();
    assert.match(await page.locator('.context-line').innerText(), /did not fit into the context of the last answer/);
    assert.match(await page.locator('.context').innerText(), /^\d+ of 512 tokens$/);
    const before = await page.locator('.context').innerText();
    await page.getByLabel('Your question').fill('typed '.repeat(40));
    await page.waitForFunction((was) => /** @type {HTMLElement} */ (document.querySelector('.context')).innerText !== was, before);
    await page.getByLabel('Your question').fill('');
  });

  test('a dropped document becomes evidence; a chat that stays here searches nowhere else', async () => {
    await fresh();
    await page.locator('[data-do="web"][aria-pressed="true"]').click();
    await page.locator('[data-do="web"][aria-pressed="false"]').waitFor();
    await ask('Who is the harbour master of Larkstead?');
    await answered();
    await page.getByRole('button', { name: 'Check this answer' }).click();
    await page.locator('.note.not_enough_evidence').waitFor();
    assert.match(await page.locator('.note-help').allInnerTexts().then((all) => all.join(' ')), /does not search the web.*check again/);
    await page.locator('[data-key="searched"] summary').click();
    assert.match(await page.locator('[data-key="searched"]').innerText(), /Asked: library\./);

    const files = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['---\npublished: 2026-11-01\n---\n# The harbour of Larkstead\n\nThe ferry leaves at nine. The prime minister of the United Kingdom is Keir Starmer. The harbour is open all year.\n'], 'harbour.md', { type: 'text/markdown' }));
      data.items.add(new File(['not a PDF'], 'broken.pdf', { type: 'application/pdf' }));
      return data;
    });
    await page.dispatchEvent('chat-room', 'dragover', { dataTransfer: files });
    await page.locator('.drop-here').waitFor();
    await page.dispatchEvent('chat-room', 'drop', { dataTransfer: files });
    await toast('harbour.md is in the library.');
    await toast('broken.pdf is kept, but it cannot be read.');
    assert.equal(await page.locator('.drop-here').isVisible(), false);
  });

  test('the verdict shows both values; its quote is marked in its passage; a rating stays', async () => {
    await ask('Who is the prime minister of the United Kingdom?');
    await answered(2);
    await page.getByRole('button', { name: 'Check this answer' }).click();
    const note = page.locator('margin-note').nth(1);
    await note.locator('.proof del').waitFor();
    assert.equal(await note.locator('.proof ins').innerText(), 'Keir Starmer');
    const quote = note.locator('.quote-text').first();
    await quote.click();
    assert.match(await note.locator('mark.quoted').first().innerText(), /The prime minister of the United Kingdom is Keir Starmer\./);
    assert.match(await quote.innerText(), /ferry leaves at nine/);
    await quote.press('Enter');
    assert.equal(await note.locator('mark.quoted').count(), 0);
    await note.getByRole('button', { name: 'Disagree' }).click();
    await note.locator('[data-do="disagree"][aria-pressed="true"]').waitFor();
    await page.reload();
    await note.locator('[data-do="disagree"][aria-pressed="true"]').waitFor();
  });

  test('chats are put into folders, renamed, found, deleted and brought back', async () => {
    const row = page.locator('chat-list li.open');
    await row.hover();
    await row.getByRole('button', { name: /^Rename/ }).click();
    await page.getByLabel('Title').fill('Ministers and harbours');
    await page.getByLabel('Folder').fill('Work');
    await page.keyboard.press('Enter');
    await page.locator('.folder').filter({ hasText: 'Work' }).getByRole('link', { name: 'Ministers and harbours' }).waitFor();
    await page.getByPlaceholder('Search chats').fill('harbours');
    await page.waitForFunction(() => document.querySelectorAll('chat-list li').length === 1);
    await page.getByPlaceholder('Search chats').fill('');
    await page.waitForFunction(() => document.querySelectorAll('chat-list li').length > 1);
    await row.hover();
    await row.getByRole('button', { name: /^Pin/ }).click();
    await page.locator('section').filter({ has: page.getByRole('heading', { name: 'Pinned' }) }).getByRole('link', { name: 'Ministers and harbours' }).waitFor();
    await row.hover();
    await row.getByRole('button', { name: /^Delete/ }).click();
    await page.getByRole('link', { name: 'Ministers and harbours' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'Ministers and harbours' }).waitFor();
  });

  test('all of many chats can be reached by scrolling', async () => {
    const many = 260;
    await page.evaluate(async (n) => {
      const { api } = await import(/** @type {any} */ ('/src/api.js'));
      const message = (/** @type {string} */ role, /** @type {number} */ i) => ({ author: { role }, create_time: 1_690_000_000 + i, content: { content_type: 'text', parts: [`${role} ${i}`] } });
      const chats = Array.from({ length: n }, (_v, i) => ({
        title: `Old chat ${i}`, conversation_id: `old${i}`, create_time: 1_690_000_000 + i, update_time: 1_690_000_000 + i,
        mapping: { r: { parent: null, children: ['q'] }, q: { parent: 'r', children: ['a'], message: message('user', i) }, a: { parent: 'q', children: [], message: message('assistant', i) } },
      }));
      await api.call('ImportChats', 'many', { piece: btoa(JSON.stringify(chats)), at: {}, last: true });
    }, many);
    await page.reload();
    await page.getByRole('button', { name: 'Older chats' }).waitFor();
    assert.ok(await page.locator('chat-list li').count() < many, 'only the first ones are there');
    await page.locator('.chats').evaluate(async (list) => {
      for (let i = 0; i < 200 && !document.querySelector('chat-list a[title^="Old chat 0,"]'); i++) {
        list.scrollTop = list.scrollHeight;
        await new Promise((resolve) => { setTimeout(resolve, 100); });
      }
    });
    await page.locator('chat-list a[title^="Old chat 0,"]').waitFor({ state: 'attached' });
    assert.equal(await page.getByRole('button', { name: 'Older chats' }).count(), 0);
    const titles = await page.locator('chat-list a[title^="Old chat"]').allTextContents();
    assert.equal(new Set(titles).size, many, 'each once');
    assert.equal(titles.length, many);
  });

  test('nothing was blocked, nothing failed, nothing went out', () => {
    assert.deepEqual(outside, []);
    assert.deepEqual(complaints, []);
  });
});
