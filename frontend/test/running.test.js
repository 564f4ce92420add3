import { press, put, settle, type } from './page.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { reloadAll } from '../src/live.js';
import { find } from '../src/part.js';
import { called, click, field, open, said, text } from './house.js';

/** What runs is found again after a reload or a broken line. */

beforeEach(() => { put(''); });

/** @param {any} w a running answer in chat1 */
const writing = (w) => {
  const question = { id: 'q9', chat_id: 'chat1', parent_id: 'a3', text: 'Long?', created_at: '' };
  const answer = { ...w.turns[0].answers[0], id: 'a9', question_id: 'q9', text: '', state: 'streaming' };
  w.turns.push({ question, answers: [answer], verdicts: {}, ratings: {} });
  w.running = [{ request: 'r9', op: 'ask', of: 'a9', asked: { chat: w.chats[1], question, answer }, text: 'One ', pieces: 1 }];
};

describe('closing the window while something goes on', () => {
  const close = async (/** @type {any} */ fake, /** @type {any} */ work) => {
    fake.emit('window.closing', '', work);
    await settle();
  };
  test('asks, keeps the focus within the question, and gives it back', async () => {
    const fake = await open('#/chat/');
    field('ask-box textarea').focus();
    await close(fake, { training: true, ops: ['models.install', 'secret'] });
    assert.match(text('closing-sheet'), /A training is running.*Getting the model.*Keep training in the background/);
    assert.doesNotMatch(text('closing-sheet'), /secret/);
    const focused = () => document.activeElement?.textContent;
    assert.equal(focused(), 'Keep training in the background');
    for (const wanted of ['Stop training and quit', 'Back to Errata', 'Keep training in the background']) {
      press(find(document, 'closing-sheet button'), 'Tab');
      assert.equal(focused(), wanted);
    }
    press(find(document, 'closing-sheet button'), 'Escape');
    await settle();
    assert.deepEqual(called(fake, 'Leave'), [['stay']]);
    assert.equal(document.querySelector('closing-sheet button'), null);
    assert.equal(document.activeElement, field('ask-box textarea'));
  });
  for (const [how, name] of [['hide', 'Go on in the background'], ['end', 'Stop and quit']]) {
    test(`can be answered with “${name}”`, async () => {
      const fake = await open('#/chat/');
      await close(fake, { training: false, ops: ['models.install'] });
      assert.equal(text(`closing-sheet [data-do="${how}"]`), name);
      await click(`closing-sheet [data-do="${how}"]`);
      assert.deepEqual(called(fake, 'Leave'), [[how]]);
    });
  }
});

describe('an answer that runs', () => {
  test('has its text and its Stop after a reload, and its end', async () => {
    const fake = await open('#/chat/chat1', writing);
    assert.equal(await said('.streaming', 'One'), 'One');
    fake.emit('answer.text', 'r9', { request: 'r9', text: 'One ', n: 1 });
    fake.emit('answer.text', 'r9', { request: 'r9', text: 'two ', n: 2 });
    assert.equal(await said('.streaming', 'One two'), 'One two', 'a piece that was counted is not shown twice');
    await click('[aria-label="Stop"]');
    assert.deepEqual(called(fake, 'Cancel'), [['r9']]);
    Object.assign(fake.world.turns[3].answers[0], { text: 'One two', state: 'interrupted', reason: 'Stopped.' });
    fake.world.running = [];
    fake.emit('request.finished', 'r9', { op: 'ask', of: 'a9', error: { code: 'cancelled', message: 'Stopped.' } });
    await settle();
    assert.match(text('.interrupted'), /You stopped it/);
    assert.ok(document.querySelector('[aria-label="Send"]'));
  });
  test('asks for a piece that is missing and shows those that waited for it', async () => {
    const fake = await open('#/chat/chat1', writing);
    fake.world.running[0] = { ...fake.world.running[0], text: 'One two ', pieces: 2 };
    fake.emit('answer.text', 'r9', { request: 'r9', text: 'three', n: 3 });
    assert.equal(await said('.streaming', 'One'), 'One');
    await settle();
    assert.equal(await said('.streaming', 'One two three'), 'One two three');
  });
  test('goes on when the line breaks, and ends when the server is gone', async () => {
    /** @type {any} */
    let reject;
    const fake = await open('#/chat/chat1', undefined, { Ask: () => new Promise((_y, no) => { reject = no; }) });
    type(field('ask-box textarea'), 'Long?');
    press(field('ask-box textarea'), 'Enter');
    await settle();
    writing(fake.world);
    const [request] = called(fake, 'Ask')[0];
    fake.world.running[0].request = request;
    fake.emit('answer.started', 'a9', fake.world.running[0].asked);
    reject(new Error('{"code":"disconnected","message":"The connection to Errata broke."}'));
    await settle();
    reloadAll();
    await settle();
    assert.equal(await said('.streaming', 'One'), 'One');
    assert.ok(document.querySelector('[aria-label="Stop"]'));
    fake.world.running = [];
    Object.assign(fake.world.turns[3].answers[0], { state: 'interrupted', reason: 'Errata was closed while this answer was written.' });
    reloadAll();
    await settle();
    assert.match(text('.interrupted'), /Errata was closed/);
    assert.ok(document.querySelector('[aria-label="Send"]'));
  });
});

describe('a chat that another door began', () => {
  test('stands in the list before its answer has ended', async () => {
    const fake = await open('#/review');
    const chat = { ...structuredClone(fake.world.chats[0]), id: 'cli', title: 'Asked in a terminal' };
    fake.world.chats.unshift(chat);
    fake.emit('answer.started', 'a9', { chat, question: { id: 'q9', chat_id: 'cli', text: 'Asked in a terminal' }, answer: { id: 'a9', question_id: 'q9', chat_id: 'cli', text: '', state: 'streaming' } });
    await settle();
    assert.match(text('chat-list'), /Asked in a terminal/);
  });
});

describe('a check that another door began', () => {
  test('can be stopped, and is gone with the server', async () => {
    const fake = await open('#/chat/chat1', (w) => { w.turns[2].verdicts = {}; });
    fake.world.running = [{ request: 'r7', op: 'check', of: 'a3' }];
    fake.emit('check.step', 'a3', { name: 'claim', text: 'Anna Berg' });
    await settle();
    assert.match(text('.note.checking'), /Anna Berg/);
    await click('[data-do="stop-check"]');
    assert.deepEqual(called(fake, 'Cancel'), [['r7']]);
    fake.world.running = [];
    reloadAll();
    await settle();
    assert.equal(document.querySelector('.note.checking'), null);
  });
});

describe('the clock of a check', () => {
  test('runs from its beginning, also after a reload, and shows the step', async (/** @type {any} */ context) => {
    const began = Date.parse('2026-11-22T12:00:00Z');
    context.mock.timers.enable({ apis: ['setInterval', 'Date'], now: began + 8000 });
    const fake = await open('#/chat/chat1', (w) => { w.turns[2].verdicts = {}; w.running = [{ request: 'r7', op: 'check', of: 'a3', since: new Date(began).toISOString() }]; });
    location.hash = '#/review';
    await settle();
    location.hash = '#/chat/chat1';
    await settle();
    fake.emit('check.step', 'a3', { name: 'search', queries: ['village chess cup'] });
    assert.match(text('.note.checking h3'), /^Checking ?step 3 of 5, 8 s ?Cancel$/);
    context.mock.timers.tick(4000);
    assert.match(text('.check-clock'), /, 12 s$/);
    context.mock.timers.tick(60_000);
    assert.match(text('.check-clock'), /, 1 min 12 s$/);
    put('');
    context.mock.timers.tick(10_000); // nothing draws any more
  });
});

describe('a long call', () => {
  test('is found after a reload, is not begun twice, and its end is told', async () => {
    const fake = await open('#/settings', (w) => { w.running = [{ request: 'r5', op: 'models.install', of: 'qwen2.5:7b-instruct', progress: { request: 'r5', stage: 'Downloading', done: 5, total: 10 } }]; });
    assert.match(text('.job'), /Downloading 5 of 10/);
    assert.ok(find(document, '[data-do="install"]').hasAttribute('disabled'));
    fake.emit('model.progress', 'r5', { request: 'r5', stage: 'Downloading', done: 7, total: 10 });
    assert.match(text('.job'), /7 of 10/);
    fake.world.models[1].installed = true;
    fake.emit('request.finished', 'r5', { op: 'models.install', of: 'qwen2.5:7b-instruct' });
    await settle();
    assert.equal(document.querySelector('.job'), null);
    assert.equal(document.querySelector('[data-do="install"]'), null, 'the list is loaded again');
  });
  test('that fails says why', async () => {
    const fake = await open('#/training', (w) => { w.runs = []; w.running = [{ request: 'r6', op: 'train', of: '' }]; });
    assert.match(text('.job'), /Freezing the approved facts/);
    assert.equal(document.querySelector('.before'), null);
    fake.emit('request.finished', 'r6', { op: 'train', of: '', error: { code: 'unavailable', message: 'Training needs 900 MB of disk.', hint: 'Free some space.', detail: '' } });
    await settle();
    assert.match(text('.job .failure'), /900 MB of disk\. Free some space/);
  });
});
