import { press, put, settle, type } from './page.js';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { find } from '../src/part.js';
import { speak } from '../src/speech.js';
import { store } from '../src/store.js';
import { click, field, open } from './house.js';

/** What a person hears who does not see the page. */

beforeEach(() => { put(''); });

/** Opens a room; what is heard there from now on comes with it. @param {Parameters<typeof open>} of */
async function listen(...of) {
  const fake = await open(...of);
  /** @type {string[]} */
  const heard = [];
  new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      for (const node of addedNodes) if (node instanceof HTMLElement && target instanceof HTMLElement) heard.push(`${target.getAttribute('aria-live')}: ${node.textContent?.trim()}`);
    }
  }).observe(find(document, 'live-region'), { subtree: true, childList: true });
  return { fake, heard };
}

describe('what is heard', () => {
  afterEach(() => speak('en'));
  test('an answer as it begins and ends, then its verdict, each once', async () => {
    const { heard } = await listen('#/chat/');
    type(field('ask-box textarea'), 'How many?');
    press(field('ask-box textarea'), 'Enter');
    await settle(30);
    assert.deepEqual(heard.slice(0, 2), ['polite: The answer is being written', 'polite: Answer: The answer is **fourteen**.']);
    assert.match(heard[2], /^polite: Supported: ./);
    assert.equal(heard.length, 3);
  });
  test('an answer that is stopped', async () => {
    /** @type {any} */
    let reject;
    const { fake, heard } = await listen('#/chat/', undefined, { Ask: () => new Promise((_r, no) => { reject = no; }) });
    type(field('ask-box textarea'), 'Long?');
    press(field('ask-box textarea'), 'Enter');
    await settle();
    reject(fake.error('cancelled', 'Stopped.'));
    await settle();
    assert.deepEqual(heard, ['polite: The answer broke off.']);
  });
  test('the end of an answer that another page asked for', async () => {
    const asked = { chat: { id: 'chat1', title: 'x' }, question: { id: 'q9', chat_id: 'chat1', parent_id: 'a3', text: 'Long?' }, answer: { id: 'a9', question_id: 'q9', chat_id: 'chat1', text: '', state: 'streaming' } };
    const { fake, heard } = await listen('#/chat/chat1', (w) => { w.running = [{ request: 'r9', op: 'ask', of: 'a9', asked, text: '', pieces: 0 }]; });
    fake.emit('answer.finished', 'a9', { ...asked, answer: { ...asked.answer, text: 'Long ago.', state: 'complete' } });
    await settle();
    assert.deepEqual(heard, ['polite: Answer: Long ago.']);
  });
  test('an error at once, with what to do, and not from its toast as well', async () => {
    const { heard } = await listen('#/chat/', undefined, { Ask: () => { throw new Error('{"code":"unavailable","message":"Ollama stopped answering.","hint":"Start it again."}'); } });
    type(field('ask-box textarea'), 'Lost?');
    press(field('ask-box textarea'), 'Enter');
    await settle();
    assert.deepEqual(heard, ['assertive: Ollama stopped answering. Start it again.']);
    assert.equal(document.querySelector('toast-list [role], toast-list [aria-live]'), null);
  });
  test('a training as it begins and however it ends', async () => {
    const { fake, heard } = await listen('#/review');
    const [run] = fake.world.runs;
    const goes = (/** @type {any} */ change) => fake.emit('run.changed', run.id, { ...run, ...change });
    goes({ state: 'requested' });
    goes({ state: 'running' });
    goes({ state: 'finished' });
    goes({ state: 'running' });
    goes({ state: 'cancelled', failure: 'paused' });
    goes({ state: 'running' });
    goes({ state: 'failed', message: 'The machine ran out of memory.' });
    await settle();
    assert.deepEqual(heard, [
      'polite: The training has begun.', 'polite: The training is done', 'polite: The training has begun.', 'polite: Training: Paused', 'polite: The training has begun.',
      'assertive: The training broke off. The machine ran out of memory.',
    ]);
  });
  test('a training that is begun here, once', async () => {
    const { fake, heard } = await listen('#/training');
    await click('.before .primary');
    fake.emit('run.changed', fake.world.runs[0].id, fake.world.runs[0]);
    await settle();
    assert.equal(heard.filter((h) => h.includes('has begun')).length, 1, heard.join(' | '));
  });
  test('a version that answers from now on, whoever promoted it', async () => {
    const { fake, heard } = await listen('#/review');
    const [third, second] = fake.world.versions;
    fake.emit('version.changed', 'ver2', { ...second, note: 'a note' });
    fake.emit('version.changed', 'ver3', third);
    await settle();
    assert.deepEqual(heard, []);
    fake.world.status = { ...fake.world.status, current: third };
    fake.emit('version.changed', 'ver3', { ...third, state: 'current' });
    await settle();
    assert.deepEqual(heard, ['polite: v3 answers from now on.']);
    fake.emit('version.changed', '', { id: '', number: 0 });
    await settle();
    assert.equal(heard.at(-1), 'polite: The plain base answers again.');
  });
  test('a version that is promoted here, once', async () => {
    const { heard } = await listen('#/versions', (w) => { w.versions[0].gate.passed = true; });
    await click('[data-do="promote"]');
    assert.deepEqual(heard, ['polite: Warming the version', 'polite: v3 answers from now on.']);
  });
  test('the line as it breaks and when it is there again', async () => {
    const { fake, heard } = await listen('#/review');
    fake.state('reconnecting');
    fake.state('reconnecting');
    fake.state('open');
    await settle();
    assert.deepEqual(heard, ['assertive: The connection to Errata broke. What is stored is safe.', 'polite: The connection is there again.']);
  });
  test('the same words again, and two sentences of one moment', async () => {
    const { heard } = await listen('#/review');
    store.say('One.');
    store.say('One.');
    await settle();
    assert.deepEqual(heard, ['polite: One.', 'polite: One.']);
    assert.equal(document.querySelectorAll('live-region span').length, 2);
    await new Promise((resolve) => { setTimeout(resolve, 120); });
    store.say('Two.', true);
    assert.equal(document.querySelectorAll('live-region span').length, 1, 'what was said before is gone');
  });
  test('the language that is chosen', async () => {
    const { fake, heard } = await listen('#/review', (w) => { w.settings.language = 'de'; });
    fake.emit('run.changed', 'r3', { ...fake.world.runs[0], state: 'running' });
    await settle();
    assert.deepEqual(heard, ['polite: Das Training hat begonnen.']);
  });
});

test('nothing else speaks, but an error in its place', async () => {
  const root = new URL('../src/', import.meta.url);
  const speaks = [];
  for (const name of await readdir(root, { recursive: true })) {
    if (!name.endsWith('.js') || name.startsWith('vendor')) continue;
    if (/role="(status|alert|log)"|aria-live/.test(await readFile(new URL(name, root), 'utf8'))) speaks.push(name);
  }
  assert.deepEqual(speaks.sort(), ['rooms/live-region.js', 'views.js']);
});
