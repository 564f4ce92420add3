import { put, press, settle } from './page.js';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, test } from 'node:test';
import { api } from '../src/api.js';
import { fileName } from '../src/files.js';
import { find } from '../src/part.js';
import { store } from '../src/store.js';
import { importChats } from '../src/transfer.js';
import { called, click, field, open, text } from './house.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const violations = async () => {
  const w = /** @type {any} */ (window);
  if (!w.axe) w.eval(axe);
  const found = await w.axe.run(document, { rules: { 'color-contrast': { enabled: false } }, resultTypes: ['violations'] });
  return [...found.violations].map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.html).join(' ')}`);
};

beforeEach(() => { put(''); });

/** Chooses a file in the settings. @param {string} content @param {string} [name] */
async function choose(content, name = 'conversations.json') {
  const input = field('chat-import input');
  Object.defineProperty(input, 'files', { value: [new File([content], name)], configurable: true });
  input.dispatchEvent(new window.Event('change', { bubbles: true }));
  await settle(40);
}

describe('exporting a chat', () => {
  test('the branch that is shown is written, and the window says where it is kept', async () => {
    const fake = await open('#/chat/chat1');
    await click('page-turn [data-do="older-answer"]');
    await click('chat-list [data-do="export"][data-id="chat1"]');
    const first = find(document, '[data-do="export-as"]');
    assert.equal(document.activeElement, first);
    assert.deepEqual(await violations(), []);
    await click('[data-do="export-as"][data-format="markdown"]');
    assert.deepEqual(called(fake, 'ExportChat'), [['chat1', 'markdown', 'a0']]);
    assert.deepEqual(called(fake, 'SaveFile'), [['Who-is-the-current-president-of-the-USA.md', '# Who is the current president of the USA?\n']]);
    assert.match(text('.toast'), /Saved as \/home\/ada\/Downloads\/Who-is/);
    assert.equal(document.querySelector('.chat-export'), null);
    assert.equal(document.activeElement, find(document, 'chat-list [data-do="export"][data-id="chat1"]'), 'the keyboard goes back');
  });
  test('a chat that is not open is written as its newest branch; Escape asks no longer', async () => {
    const fake = await open('#/chat/chat1');
    await click('chat-list [data-do="export"][data-id="chat2"]');
    press(find(document, '[data-do="export-as"]'), 'Escape');
    await settle();
    assert.equal(document.querySelector('.chat-export'), null);
    await click('chat-list [data-do="export"][data-id="chat2"]');
    await click('[data-do="export-as"][data-format="json"]');
    assert.deepEqual(called(fake, 'ExportChat'), [['chat2', 'json', '']]);
    assert.equal(called(fake, 'SaveFile')[0][0], 'The-highest-mountain-on-Earth-and-how-it-was-measured.json');
  });
  test('a dialog that was closed says nothing, a failure says what to do', async () => {
    let path = '';
    await open('#/chat/chat1', undefined, { SaveFile: () => { if (path) throw new Error('{"code":"unavailable","message":"The file could not be written.","hint":"Choose another folder."}'); return path; } });
    for (const want of [null, 'The file could not be written. Choose another folder.']) {
      await click('chat-list [data-do="export"][data-id="chat1"]');
      await click('[data-do="export-as"]');
      const toast = document.querySelector('.toast');
      if (want) assert.match(toast?.textContent ?? '', new RegExp(want));
      else assert.equal(toast, null);
      path = 'full';
    }
  });
  test('the keyboard finds it among the commands', async () => {
    const fake = await open('#/chat/chat1');
    press(document.body, 'k', { ctrlKey: true });
    await settle();
    field('command-palette input').value = 'export this chat as json';
    field('command-palette input').dispatchEvent(new window.Event('input', { bubbles: true }));
    press(field('command-palette input'), 'Enter');
    await settle();
    assert.deepEqual(called(fake, 'ExportChat'), [['chat1', 'json', 'a3']]);
  });
  test('names of files hold letters and digits alone', () => {
    const tests = { 'a/b\\c: d?': 'a-b-c-d.md', '../../etc/passwd': 'etc-passwd.md', '  ': 'chat.md', 'Größe 東京': 'Größe-東京.md', '<img onerror=1>': 'img-onerror-1.md', [`${'x'.repeat(200)}`]: `${'x'.repeat(60)}.md` };
    for (const [title, want] of Object.entries(tests)) assert.equal(fileName(title, 'md'), want);
  });
});

describe('a browser', () => {
  test('downloads', async () => {
    const fake = await open('#/datasets/d2');
    store.set({ hello: { .../** @type {any} */ (store.state.hello), door: 'browser' } });
    /** @type {{name: string, blob: Blob}[]} */
    const kept = [];
    const made = /** @type {Blob[]} */ ([]);
    Object.assign(URL, { createObjectURL: (/** @type {Blob} */ b) => { made.push(b); return 'blob:x'; }, revokeObjectURL: () => {} });
    const before = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function click() { kept.push({ name: this.download, blob: made[made.length - 1] }); };
    await click('datasets-room [data-do="export"]');
    field('[name="format"]').value = 'csv';
    field('[name="format"]').dispatchEvent(new window.Event('change', { bubbles: true }));
    await click('datasets-room [data-do="export"]');
    HTMLAnchorElement.prototype.click = before;
    assert.deepEqual(called(fake, 'ExportDataset'), [['d2', 'chatml'], ['d2', 'csv']]);
    assert.deepEqual(kept.map((k) => k.name), ['errata-dataset-2-chatml.jsonl', 'errata-dataset-2-csv.csv']);
    assert.equal(kept[0].blob.size, 3);
    assert.equal(called(fake, 'SaveFile').length, 0);
    assert.equal(field('[name="format"]').value, 'csv', 'the choice stays');
    assert.ok(document.querySelectorAll('.rows > li').length > 0, 'the rows stay');
  });
});

describe('importing chats', () => {
  test('brings them, says what came, takes them back', async () => {
    const fake = await open('#/settings');
    await choose('[,,]');
    const [[, input]] = called(fake, 'ImportChats');
    assert.deepEqual({ ...input, piece: atob(input.piece) }, { piece: '[,,]', at: {}, last: true });
    assert.match(text('chat-import .imported'), /^2 chats imported with 2 questions and 2 answers\.$/);
    assert.match(text('.toast'), /2 chats imported\. ?Undo/);
    assert.match(text('chat-list'), /Imported \d+/);
    assert.deepEqual(await violations(), []);
    await click('chat-import [data-do="undo"]');
    assert.equal(called(fake, 'DeleteChats')[0][0].length, 2);
    assert.doesNotMatch(text('chat-list'), /Imported \d+/);
    assert.equal(document.querySelector('.imported'), null);
    assert.match([...document.querySelectorAll('.toast')].map((t) => t.textContent).join(' '), /2 chats in the trash\./);
  });
  test('a large file goes in pieces, and one that does not fit goes longer', async () => {
    const mega = 1 << 20;
    const file = `[${'x'.repeat(6 * mega)},${'y'.repeat(3 * mega)},]`;
    /** @type {number[]} */
    const done = [];
    const fake = await open('#/settings');
    store.watch(['jobs'], () => { const { chats } = store.state.jobs; if (chats?.total) done.push(chats.done / chats.total); }, new AbortController().signal);
    await choose(file);
    await settle(200);
    const pieces = called(fake, 'ImportChats').map((/** @type {any[]} */ [, i]) => [Math.round(i.piece.length * 0.75 / mega), i.at.chats ?? 0, i.last]);
    assert.deepEqual(pieces, [[4, 0, false], [8, 0, false], [3, 1, true]]);
    assert.match(text('.imported'), /^2 chats imported/);
    assert.equal(done[0], 0);
    assert.ok(done[1] > 0.6 && done[1] < 0.7);
    assert.equal(store.state.jobs.chats, undefined);
  });
  test('what was left out is listed as text', async () => {
    const bad = '<img src=x onerror=alert(1)>';
    await open('#/settings', undefined, { ImportChats: (_r, i) => ({ read: atob(i.piece).length, at: {}, added: [], grown: 1, known: 2, questions: 1, answers: 0, left_out: { images: 1200, 'tool outputs': 3 }, problems: Array.from({ length: 101 }, (_v, n) => `chat ${n} (${bad}): broken`) }) });
    await choose('[]');
    assert.match(text('.imported'), /0 chats imported\. 1 chat got what was new\. 2 chats were here already\./);
    assert.match(text('.imported .hint'), /Not taken: images \(1,200\), tool outputs \(3\)\./);
    assert.equal(document.querySelectorAll('.imported li').length, 100);
    assert.match(text('.imported li'), /chat 0 \(<img src=x onerror=alert\(1\)>\): broken/);
    assert.equal(document.querySelector('.imported img'), null);
    assert.match(text('.imported details'), /… and 1 more\./);
    assert.equal(document.querySelector('chat-import [data-do="undo"]'), null, 'there is nothing to take back');
  });
  test('a wrong file says what to choose, an empty list that nothing is in it', async () => {
    let zip = true;
    await open('#/settings', undefined, { ImportChats: () => { if (zip) throw new Error('{"code":"invalid","message":"This is a ZIP archive. Nothing was imported.","hint":"Unpack it and choose the conversations.json inside."}'); return { read: 2, at: {}, added: [], grown: 0, known: 0, questions: 0, answers: 0, left_out: {}, problems: [] }; } });
    await choose('PK');
    assert.match(text('chat-import .failure'), /This is a ZIP archive\. Nothing was imported\. Unpack it/);
    assert.equal(document.querySelector('.imported'), null);
    await click('chat-import [data-do="clear-job"]');
    zip = false;
    await choose('[]');
    assert.match(text('.imported'), /No chat was found in the file\./);
  });
  test('stopping keeps what came, and can still be taken back', async () => {
    let n = 0;
    const fake = await open('#/settings', undefined, {
      ImportChats: (/** @type {string} */ _r, /** @type {any} */ i) => {
        n += 1;
        if (n === 1) return { read: atob(i.piece).length, at: {}, added: ['chat1'], grown: 0, known: 0, questions: 1, answers: 1, left_out: {}, problems: [] };
        return new Promise((_resolve, reject) => { store.watch(['jobs'], () => { if (store.state.jobs.chats?.stopping) reject(new Error('{"code":"cancelled","message":"The import was stopped."}')); }, new AbortController().signal); });
      },
    });
    await choose('x'.repeat(9 << 20));
    await settle(100);
    assert.ok(field('chat-import [data-do="choose"]').hasAttribute('disabled'));
    assert.match(text('chat-import .job'), /Importing chats/);
    await click('chat-import [data-do="cancel-job"]');
    await settle();
    assert.equal(called(fake, 'Cancel').length, 1);
    assert.equal(document.querySelector('chat-import .job'), null);
    assert.match(text('.imported'), /^1 chat imported/);
    await click('chat-import [data-do="undo"]');
    assert.deepEqual(called(fake, 'DeleteChats'), [[['chat1']]]);
  });
  test('a second import waits for the first', async () => {
    await open('#/settings', undefined, { ImportChats: () => new Promise(() => {}) });
    await choose('[]');
    void importChats(new File(['[]'], 'other.json'));
    await settle();
    assert.match(text('.toast'), /Importing chats is under way already\./);
  });
});

describe('chats that came', () => {
  test('say that another program’s model answered', async () => {
    await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); Object.assign(w.turns[0].answers[1], { source: 'imported', version_name: 'gpt-4o', tokens_per_second: 0, adapter_sha256: undefined }); });
    assert.match(text('.answer-foot'), /^gpt-4o imported/);
  });
  test('are listed as soon as another door brought them', async () => {
    const fake = await open('#/chat/');
    fake.world.chats.unshift({ id: 'n', title: 'From the command line', created_at: new Date().toISOString(), updated_at: new Date().toISOString() });
    fake.emit('chats.changed', '', null);
    await settle();
    assert.match(text('chat-list'), /From the command line/);
  });
  test('an empty list says where to bring them from', async () => {
    await open('#/chat/', (w) => { w.chats = []; });
    assert.equal(find(document, 'chat-list .hint a').getAttribute('href'), '#/settings');
    assert.equal(await api.call('Chats', {}).then((c) => c.length), 0);
  });
});
