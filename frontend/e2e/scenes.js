/**
 * Every state of a room that is worth a look: where it is, what is different in the
 * world, and what was done there.
 */

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {[name: string, hash: string, change?: (w: any) => void, after?: (page: Page) => Promise<void>]} Scene */

/** Presses what is shown only while it is pointed at. @param {Page} page @param {string} selector */
const press = (page, selector) => page.locator(selector).first().evaluate((e) => /** @type {HTMLElement} */ (e).click());

/** @type {Scene[]} */
export const scenes = [
  ['first-run', '#/', (w) => { w.settings.confirmed = false; w.settings.model = ''; w.models[0].installed = false; }],
  ['chat-empty', '#/chat/'],
  ['chat', '#/chat/chat1', undefined, async (page) => { await page.locator('.chat-page').evaluate((e) => { e.scrollTop = 0; }); }],
  ['chat-end', '#/chat/chat1'],
  ['chat-memory', '#/chat/chat1', (w) => { w.memory = { a3: [{ fact: w.facts[3], said: true }] }; w.turns[2].verdicts.a3.sentence = 'An approved fact gave this answer. Nothing was found about this.'; }],
  ['chat-trash', '#/chat/chat1', (w) => { w.chats[1].deleted_at = w.chats[1].updated_at; }, async (page) => { await page.locator('.chat-page').evaluate((e) => { e.scrollTop = 0; }); }],
  ['chat-checking', '#/chat/chat1', (w) => { w.turns[2].verdicts = {}; }, async (page) => {
    await page.evaluate(() => {
      const { fake } = /** @type {any} */ (window);
      fake.emit('check.step', 'a3', { name: 'claim', text: 'Anna Berg' });
      fake.emit('check.step', 'a3', { name: 'search', queries: ['village chess cup winner'] });
      fake.emit('check.step', 'a3', { name: 'read', count: 6 });
    });
  }],
  ['chat-teach', '#/chat/chat1', undefined, async (page) => { await page.locator('[data-do="teach"]').first().click(); await page.locator('.chat-page').evaluate((e) => { e.scrollTop = 0; }); }],
  ['chat-answerer', '#/chat/chat1', undefined, async (page) => { await page.locator('[data-do="answerer"]').click(); }],
  ['chat-instructions', '#/chat/chat1', (w) => { w.settings.presets = [{ name: 'Brief', system: 'Answer in one sentence.' }]; w.chats[1].manner = { system: 'Answer like a patient teacher.', local: true }; }, async (page) => { await page.locator('[data-do="manner"]').click(); }],
  ['chat-preset', '#/chat/chat1', (w) => { w.settings.presets = [{ name: 'Brief', system: 'Answer in one sentence.' }]; w.chats[1].manner = { system: 'Answer like a patient teacher.', local: true }; }, async (page) => { await page.locator('[data-do="manner"]').click(); await page.locator('manner-form [name="preset"]').selectOption('Brief'); await press(page, 'manner-form [data-do="name"]'); await page.locator('#preset-name').fill('Patient'); }],
  ['chat-quote', '#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); w.turns[0].verdicts.a1.passages[0].text = 'The president leads the executive branch. Donald Trump is the 47th and current president since January 20, 2025. The office was made in 1789.'; }, async (page) => { await page.locator('.quote-text').first().click(); }],
  ['chat-folders', '#/chat/chat1', (w) => { w.chats[2].folder = 'School'; w.chats[3].folder = 'School'; }, async (page) => { await page.locator('chat-list li.open').hover(); await page.locator('chat-list li.open [data-do="rename"]').click(); }],
  ['chat-context', '#/chat/chat1', (w) => {
    w.turns[1].answers[0].text = 'The circle has the area $A = \\pi r^2$, and a sum of squares is\n\n$$\\sum_{k=1}^{n} k^2 = \\frac{n(n+1)(2n+1)}{6}$$\n\nThe price is $5 to $10.\n\n```python\ndef area(r):\n    return 3.14159 * r ** 2  # good enough\n```';
    w.turns[1].verdicts = {};
    Object.assign(w.turns[2].answers[0], { left_out: 1, prompt_tokens: 3300, output_tokens: 210 });
  }, async (page) => { await page.locator('.chat-page').evaluate((e) => { e.scrollTop = 420; }); }],
  ['chat-export', '#/chat/chat1', undefined, async (page) => { await page.locator('chat-list li.open').hover(); await page.locator('chat-list li.open [data-do="export"]').click(); }],
  ['chat-edit', '#/chat/chat1', undefined, async (page) => { await press(page, 'page-turn [data-do="edit"]'); }],
  ['chat-rename', '#/chat/chat1', undefined, async (page) => { await press(page, 'chat-list [data-do="rename"]'); }],
  ['chat-toast', '#/chat/chat1', undefined, async (page) => {
    await page.evaluate(async () => {
      const { store } = await import(/** @type {any} */ ('/src/store.js'));
      store.toast({ text: '“Boats” is in the trash.', action: 'Undo', run: () => { location.hash = '#/library'; } });
    });
  }],
  ['palette', '#/chat/chat1', undefined, async (page) => { await page.keyboard.press('Control+k'); }],
  ['keys', '#/chat/', undefined, async (page) => { await page.locator('[data-do="keys"]').click(); }],
  ['closing', '#/chat/', undefined, async (page) => {
    await page.evaluate(() => { /** @type {any} */ (window).fake.emit('window.closing', '', { training: true, ops: ['models.install'] }); });
    await page.locator('closing-sheet [data-do="stay"]').last().waitFor();
  }],
  ['review', '#/review'],
  ['review-urgent', '#/review', (w) => { w.urgent = [{ fact: w.facts[2], why: 'conflict', beside: [{ ...w.facts[2], id: 'other', answer: 'iPhone 16e', state: 'approved' }] }, { fact: { ...w.facts[3], expires_at: '2026-01-02T00:00:00Z' }, why: 'expired', beside: [] }]; },
    async (page) => { await page.locator('[data-do="bulk"]').click(); await page.getByLabel('Type', { exact: false }).fill('3'); }],
  ['training-apart', '#/training', (w) => { Object.assign(w.runs[0], { state: 'failed', failure: 'apart', message: 'No fact could be held apart.', version_id: '', adapter_id: '' }); Object.assign(w.runs[0].progress, { given_up: 2 }); }],
  ['version-note', '#/versions', undefined, async (page) => { await press(page, 'versions-room [data-do="note"]'); }],
  ['version-delete', '#/versions', undefined, async (page) => { await press(page, 'versions-room [data-do="delete"]'); }],
  ['versions-open', '#/versions', (w) => { w.versions[1].note = 'The first with the new mayor.'; }, async (page) => { await page.locator('[data-do="export"][data-id="ver2"]').click(); }],
  ['review-empty', '#/review', (w) => { w.facts = w.facts.filter((/** @type {any} */ f) => f.state === 'approved'); }],
  ['review-add', '#/review', undefined, async (page) => { await press(page, 'review-room [data-do="add"]'); }],
  ['review-edit', '#/review', undefined, async (page) => { await press(page, 'fact-case [data-do="edit"]'); }],
  ['review-approved', '#/review', undefined, async (page) => { await page.locator('review-room [name="state"]').selectOption('approved'); }],
  ['datasets', '#/datasets'], ['dataset', '#/datasets/d2'],
  ['training-before', '#/training', (w) => { w.runs = []; w.facts[0].state = 'approved'; w.settings.cluster = { kind: 'ray', address: 'http://10.0.0.5:8265', gpus: 1, cpus: 0, models: '' }; }],
  ['training-missing', '#/training', (w) => { w.runs = []; w.trainerMissing = true; }],
  ['training', '#/training', (w) => { w.runs[0].state = 'running'; w.runs[0].progress = { ...w.runs[0].progress, stage: 'train', learned: 3, eta_seconds: 210 }; }],
  ['training-after', '#/training'],
  ['training-stopped', '#/training', (w) => { Object.assign(w.runs[0], { state: 'cancelled', message: 'Stopped.', version_id: '', adapter_id: '' }); }],
  ['versions', '#/versions'], ['versions-end', '#/versions', undefined, async (page) => { await page.locator('compare-view').scrollIntoViewIfNeeded(); await page.locator('.room').evaluate((e) => { e.scrollTop = e.scrollHeight; }); }],
  ['versions-passed', '#/versions', (w) => { w.versions[0].gate.passed = true; }],
  ['versions-force', '#/versions', undefined, async (page) => { await press(page, '[data-do="force"]'); }],
  ['settings-providers', '#/settings', (w) => { w.settings.cluster = { kind: 'ray', address: 'http://10.0.0.5:8265', gpus: 1, cpus: 0, models: '' }; w.settings.allowed_origins = ['http://localhost:3000']; for (const p of w.providers) { p.on = true; w.settings.providers[p.name] = true; } }],
  ['library', '#/library'], ['settings', '#/settings'],
  ['settings-import', '#/settings', undefined, async (page) => {
    await page.evaluate(async () => {
      const { store } = await import(/** @type {any} */ ('/src/store.js'));
      store.set({ imported: { read: 1, at: {}, added: ['a', 'b'], grown: 1, known: 12, questions: 31, answers: 34, left_out: { images: 3, 'tool outputs': 12 }, problems: ['chat 3: It holds no message that can be read.'] } });
    });
    await page.locator('chat-import summary').click();
    await page.locator('chat-import').scrollIntoViewIfNeeded();
  }],
];

/** One of each room: the pictures that are kept. */
export const rooms = ['first-run', 'chat', 'review', 'dataset', 'training', 'versions', 'library', 'settings'];
