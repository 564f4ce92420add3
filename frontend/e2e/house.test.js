import assert from 'node:assert/strict';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { world } from '../test/fixtures.js';
import { launch, openWith, serveFiles, watchedPage } from './browser.js';
import { serve } from './server.js';

/** The house in a real browser against the real server: library, settings, language, backups, damage. */
describe('the house', { timeout: 600_000 }, () => {
  /** @type {Awaited<ReturnType<typeof serve>>} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  /** @type {import('playwright-core').Page} */
  let page;
  /** @type {string[]} */
  const complaints = [];

  before(async () => {
    server = await serve();
    browser = await launch();
    page = await watchedPage(browser, complaints);
    await page.goto(server.url);
    await page.getByText('Found here').waitFor();
  });
  after(async () => {
    await browser?.close();
    await server?.close();
  });

  /** @param {string} place */
  const go = async (place) => { await page.evaluate((p) => { location.hash = p; }, place); };

  test('the first screen speaks another language and says what fits', async () => {
    await page.locator('.fit-badge').filter({ hasText: 'Fits' }).waitFor();
    await page.locator('select[name="language"]').selectOption('de');
    await page.getByText('Hier gefunden').waitFor();
    await page.locator('.fit-badge').filter({ hasText: 'Passt' }).waitFor();
    assert.equal(await page.getAttribute('html', 'lang'), 'de-DE');
    await page.locator('select[name="language"]').selectOption('en');
    await page.getByText('Found here').waitFor();
  });

  test('a file that is no model is refused before anything is copied', async () => {
    await page.getByRole('button', { name: 'Use a file instead' }).click();
    await page.locator('#first-file').fill(join(server.notes, 'uk.md'));
    await page.locator('#first-file').blur();
    await page.locator('first-run .failure').filter({ hasText: 'not a weights file' }).waitFor();
    await page.getByRole('button', { name: 'Use a listed model instead' }).click();
    await page.locator('select[name="model"]').selectOption('qwen2.5-coder:0.5b');
    for (const box of await page.locator('input[name="provider"]').all()) if (await box.getAttribute('value') !== 'library') await box.uncheck();
    await page.locator('first-run button.primary').click();
    await page.getByText('What would you like to know?').waitFor();
  });

  test('an empty library says what goes there; a single file and a folder are read and searched', async () => {
    await go('#/library');
    await page.getByText('No documents yet').waitFor();
    await page.getByLabel('Path of a folder or a file').fill(join(server.notes, 'uk.md'));
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Government of the United Kingdom').waitFor();
    assert.equal(await page.getByText('Could not be read').count(), 0, 'its neighbours are not read');
    await page.getByLabel('Path of a folder or a file').fill(server.notes);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Could not be read').waitFor();
    assert.match(await page.locator('.fold li').innerText(), /broken\.pdf/);
    await page.getByPlaceholder('Search your documents').fill('prime minister');
    await page.locator('.hits').getByText('Keir Starmer').waitFor();
    await page.getByPlaceholder('Search your documents').fill('zanzibar lighthouse');
    await page.getByText('No document speaks of “zanzibar lighthouse”.').waitFor();
    await page.getByRole('button', { name: `Remove ${server.notes}`, exact: true }).click();
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await page.locator('.lines code').filter({ hasText: server.notes }).first().waitFor();
  });

  test('a source is tested, and what leaves the machine is said', async () => {
    await go('#/settings/evidence');
    await page.getByRole('button', { name: 'Test Your documents' }).click();
    await page.locator('.provider-test').filter({ hasText: 'It answers.' }).waitFor();
    await go('#/settings/privacy');
    await page.locator('#settings-privacy').getByText('no source in the network is on').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Privacy');
  });

  test('language, size, letters and colours are kept and followed at once', async () => {
    await go('#/settings/look');
    await page.locator('#set-zoom').selectOption('125');
    await page.waitForFunction(() => getComputedStyle(document.documentElement).fontSize === '20px');
    await page.keyboard.press('Control+0');
    await page.waitForFunction(() => getComputedStyle(document.documentElement).fontSize === '16px');
    await page.locator('#set-letters').selectOption('sans');
    await page.locator('html[data-letters="sans"]').waitFor();
    await page.locator('#set-language').selectOption('zh');
    await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
    await page.locator('#set-language').selectOption('en');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    assert.equal(await page.inputValue('#set-letters'), 'sans');
  });

  test('offline is said only where it matters', async () => {
    await page.context().setOffline(true);
    await page.waitForTimeout(200);
    assert.equal(await page.getByText('This machine is offline').count(), 0, 'only local sources are on');
    await page.context().setOffline(false);
  });

  test('everything is exported, a backup is put back, and Errata starts again by itself', async () => {
    await go('#/settings/data');
    await page.getByRole('button', { name: 'Export everything' }).click();
    const said = await page.locator('.toast').filter({ hasText: 'Everything lies at' }).innerText();
    const path = /\S+\.zip/.exec(said)?.[0] ?? '';
    assert.equal((await readFile(path)).subarray(0, 2).toString(), 'PK');
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.locator('[data-do="restore"]').first().waitFor();
    await page.evaluate(async () => {
      const { api } = await import(/** @type {any} */ ('/src/api.js'));
      await api.call('AddFact', { question: 'Who keeps the bees of Larkstead?', answer: 'Ada Birch' }, false);
    });
    await page.locator('a[href="#/review"] .badge').waitFor();
    await page.locator('[data-do="restore"]').first().click();
    await page.getByRole('button', { name: /Put back the backup/ }).first().click();
    await page.locator('a[href="#/review"] .badge').waitFor({ state: 'detached' });
  });

  test('everything is deleted after a typed word, and it is a first start again', async () => {
    await page.getByRole('button', { name: 'Delete everything…' }).click();
    await page.locator('#erase-word').fill('yes');
    await page.locator('.danger-panel button.danger').click();
    await page.locator('.toast').filter({ hasText: 'the word is missing' }).waitFor();
    await page.locator('#erase-word').fill('errata');
    await page.locator('.danger-panel button.danger').click();
    await page.getByText('Found here').waitFor();
  });

  test('a damaged home is shown with the next step, and repaired from the page', async () => {
    await page.evaluate(async () => {
      const { api } = await import(/** @type {any} */ ('/src/api.js'));
      await api.call('SaveSettings', { ...(await api.call('Settings')), confirmed: true, providers: {} });
      await api.call('AddFact', { question: 'Who keeps the bees of Larkstead?', answer: 'Ada Birch' }, false);
      await api.call('Backup');
    });
    await server.restart(async (home) => {
      const file = await open(join(home, 'errata.db'), 'r+');
      await file.truncate(12288);
      await file.close();
    });
    await page.getByRole('heading', { name: 'Errata could not start' }).waitFor();
    await page.locator('.failure strong').filter({ hasText: 'is damaged. It was not opened and not changed.' }).waitFor();
    await page.getByRole('button', { name: 'Put the newest backup in place' }).click();
    await page.locator('a[href="#/review"] .badge').filter({ hasText: '1' }).waitFor();
  });

  test('nothing failed on the way', () => {
    // A restarted server is seen by the browser as a failed socket; that line is wanted.
    assert.deepEqual(complaints.filter((c) => !/WebSocket|ERR_CONNECTION|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED/.test(c)), []);
  });
});

describe('the first screen', { timeout: 300_000 }, () => {
  test('a download shows how far it is, is paused, and goes on where it was', async () => {
    const [server, browser] = [await serveFiles(), await launch()];
    const w = world();
    w.settings.confirmed = false;
    w.models[0].installed = false;
    const { page } = await openWith(browser, server.url, w, { viewport: { width: 900, height: 600 } });
    await page.locator('.fit-badge').waitFor();
    await page.evaluate(() => {
      const { fake } = /** @type {any} */ (window);
      const call = fake.call;
      fake.call = (/** @type {string} */ method, /** @type {any[]} */ args) => {
        if (method === 'Cancel') fake.stop?.(fake.error('cancelled', 'The installation was stopped; what was downloaded is kept.'));
        if (method !== 'InstallModel') return call(method, args);
        fake.asked = [...fake.asked ?? [], args[0]];
        return new Promise((resolve, reject) => { fake.stop = reject; fake.done = () => resolve(call(method, args)); });
      };
      fake.tell = (/** @type {number} */ done) => fake.emit('model.progress', fake.asked.at(-1), { request: fake.asked.at(-1), stage: 'parts', done, total: 986_000_000 });
    });
    await page.locator('first-run button.primary').click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.evaluate(() => /** @type {any} */ (window).fake.tell(312_000_000));
    await page.locator('.job').getByText('312 MB of 986 MB').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.locator('.job').getByText('Paused').waitFor();
    assert.match(await page.innerText('first-run button.primary'), /Go on and start/);
    const button = await page.locator('first-run button.primary').boundingBox();
    assert.ok(button && button.y + button.height <= 600, 'the button is seen at 900x600');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('.job').getByText('312 MB of 986 MB').waitFor();
    assert.equal(await page.evaluate(() => /** @type {any} */ (window).fake.asked.length), 2);
    await page.evaluate(() => /** @type {any} */ (window).fake.done());
    await page.locator('chat-room').waitFor();
    await browser.close();
    server.close();
  });

  test('a training that ends while nobody looks marks the title and sends a notice', async () => {
    const [server, browser] = [await serveFiles(), await launch()];
    const w = world();
    w.runs[0].state = 'running';
    const { page } = await openWith(browser, `${server.url}#/library`, w, {});
    await page.getByRole('heading', { name: 'Library' }).waitFor();
    await page.evaluate(async () => {
      const { store } = await import(/** @type {any} */ ('/src/store.js'));
      store.set({ hello: { ...store.state.hello, can_notify: true } });
      Object.defineProperty(document, 'hidden', { get: () => true });
      const { fake } = /** @type {any} */ (window);
      fake.emit('run.changed', fake.world.runs[0].id, { ...fake.world.runs[0], state: 'finished' });
    });
    await page.waitForFunction(() => document.title.startsWith('‸ '));
    const sent = await page.evaluate(() => /** @type {any} */ (window).fake.calls.filter((/** @type {any[]} */ c) => c[0] === 'NotifyDesktop'));
    assert.deepEqual(sent, [['NotifyDesktop', 'The training is done', 'Compare the new version with the one before.']]);
    await browser.close();
    server.close();
  });
});
