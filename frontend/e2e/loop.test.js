import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, passes, watchedPage } from './browser.js';
import { serve } from './server.js';

/** The loop in a real browser against the real server; only the model is scripted. */
describe('errata serve', { timeout: 300_000 }, () => {
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
    page.on('request', (r) => { if (new URL(r.url()).origin !== new URL(server.url).origin && !r.url().startsWith('data:')) outside.push(r.url()); });
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

  test('without its token there is no page', async () => {
    const stranger = await browser.newContext();
    const other = await stranger.newPage();
    const response = await other.goto(new URL('/', server.url).href);
    assert.equal(response?.status(), 401);
    assert.match(await other.textContent('body') ?? '', /token/);
    await stranger.close();
  });

  test('the first screen finds the machine, installs the model and opens the chat', async () => {
    await page.goto(server.url);
    await page.getByText('Found here').waitFor();
    await page.locator('select[name="model"]').selectOption('qwen2.5-coder:0.5b');
    // Nothing of this test goes out: only the library stays ticked.
    for (const box of await page.locator('input[name="provider"]').all()) if (await box.getAttribute('value') !== 'library') await box.uncheck();
    for (const [width, height] of [[900, 600], [1280, 800]]) {
      await page.setViewportSize({ width, height });
      const button = await page.locator('first-run button.primary').boundingBox();
      assert.ok(button && button.y + button.height <= height, `the button is seen at ${width}x${height}`);
    }
    await page.locator('first-run button.primary').click();
    await page.getByText('What would you like to know?').waitFor();
  });

  test('a folder of notes becomes evidence', async () => {
    await page.goto(`${new URL('/', server.url).href}#/library`);
    await page.getByLabel('Path of a folder or a file').fill(server.notes);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Government of the United Kingdom').waitFor();
    await page.getByText('Could not be read').waitFor();
  });

  test('an answer streams, is checked, and its correction is taught', async () => {
    await page.getByRole('link', { name: 'Chat' }).click();
    await passes(page, '.streaming', 'The prime', () => ask('Who is the prime minister of the United Kingdom?'));
    await page.locator('margin-note .verdict').waitFor();
    assert.match(await page.textContent('margin-note .verdict') ?? '', /Outdated|Contradicted/);
    assert.equal(await page.textContent('margin-note .proof del'), 'Rishi Sunak');
    assert.equal(await page.textContent('margin-note .proof ins'), 'Keir Starmer');
    assert.match(await page.textContent('margin-note quote-list') ?? '', /Government of the United Kingdom/);
    assert.match(await page.textContent('mark.claim') ?? '', /Rishi Sunak/);
    await page.getByRole('button', { name: 'Teach this fact' }).click();
    await page.getByRole('button', { name: 'Put into Review' }).click();
    await page.getByRole('link', { name: 'Waits in Review' }).waitFor();
  });

  test('the note stands on the height of the claim', async () => {
    const claim = await page.locator('mark.claim').first().boundingBox();
    const note = await page.locator('margin-note .note').boundingBox();
    assert.ok(claim && note && Math.abs(claim.y - note.y) < 12 && note.x > claim.x + 400, JSON.stringify({ claim, note }));
  });

  test('the fact waits in Review and is approved by key', async () => {
    await page.getByRole('link', { name: /^Review/ }).click();
    await page.locator('fact-case h2').filter({ hasText: 'prime minister' }).waitFor();
    await page.keyboard.press('a');
    await page.getByText('All decided').waitFor();
    await page.getByRole('link', { name: 'Open Training' }).click();
    await page.locator('training-room h1').waitFor();
  });

  test('hostile text in an answer does nothing', async () => {
    await page.keyboard.press('Alt+n');
    await ask('Say something hostile');
    await page.locator('.answer-foot').waitFor();
    assert.match(await page.textContent('answer-text') ?? '', /<img src=x onerror/);
    assert.equal(await page.locator('answer-text img, answer-text script, answer-text a[href^="javascript"]').count(), 0);
    assert.equal(await page.evaluate(() => /** @type {any} */ (window).pwned), undefined);
  });

  test('a long answer is stopped and kept', async () => {
    await ask('Say something long');
    await page.locator('.streaming').filter({ hasText: 'word by word and word' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('You stopped it.').waitFor();
    await page.reload();
    await page.getByText('You stopped it.').waitFor();
  });

  test('the server goes and comes back; the page says so and goes on', async () => {
    const back = server.restart();
    await page.getByText('it is being made again').waitFor();
    await back;
    await page.getByText('it is being made again').waitFor({ state: 'detached' });
    await ask('Are you there?');
    await page.getByText('You said: Are you there?').first().waitFor();
  });

  test('every room opens', async () => {
    for (const [i, name] of ['Chat', 'Review', 'Datasets', 'Training', 'Versions', 'Library', 'Settings'].entries()) {
      await page.keyboard.press(`Alt+${i + 1}`);
      if (name !== 'Chat') await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    }
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'What to do' }).fill('dark');
    await page.keyboard.press('Enter');
    await page.locator('html[data-theme="dark"]').waitFor();
  });

  test('nothing was blocked, nothing failed, nothing went out', () => {
    assert.deepEqual(outside, []);
    // A restarted server is seen by the browser as a failed socket; that line is wanted.
    assert.deepEqual(complaints.filter((c) => !/WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE/.test(c)), []);
  });
});
