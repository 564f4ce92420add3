import { press, put, settle, type } from './page.js';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, test } from 'node:test';
import { store } from '../src/store.js';
import { find } from '../src/part.js';
import { world } from './fixtures.js';
import { called, click, field, open, said, text } from './house.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

beforeEach(() => { put(''); });

describe('asking', () => {
  test('Enter sends, the text is streamed, Markdown is drawn, the answer is checked', async () => {
    const fake = await open('#/chat/');
    type(field('ask-box textarea'), 'How many?');
    press(find(document, 'ask-box textarea'), 'Enter');
    await settle(30);
    assert.deepEqual(called(fake, 'Ask')[0][1], { chat_id: '', parent_id: '', text: 'How many?' });
    assert.match(location.hash, /^#\/chat\/chat1\d+$/);
    assert.equal(text('page-turn .question > p'), 'How many?');
    assert.equal(text('answer-text strong'), 'fourteen');
    assert.equal(called(fake, 'Check').length, 1);
    assert.equal(text('margin-note .verdict'), 'Supported');
    assert.equal([...document.querySelectorAll('answer-text mark.claim')].map((m) => m.textContent).join(''), 'The answer is fourteen.');
    assert.equal(field('ask-box textarea').value, '');
  });
  test('a chat that ends with a question nobody answered goes on after its last answer', async () => {
    const fake = await open('#/chat/chat1', (w) => { w.turns[2].answers = []; });
    type(field('ask-box textarea'), 'How many?');
    press(find(document, 'ask-box textarea'), 'Enter');
    await settle(30);
    assert.deepEqual(called(fake, 'Ask')[0][1], { chat_id: 'chat1', parent_id: 'a2', text: 'How many?' });
    assert.deepEqual([...document.querySelectorAll('page-turn .question > p')].map((p) => p.textContent), ['Who is the current president of the USA?', 'And what is the capital of France?', 'How many?']);
  });
  test('Shift+Enter and an input method’s Enter do not send', async () => {
    const fake = await open('#/chat/');
    const box = field('ask-box textarea');
    type(box, 'とうきょう');
    press(box, 'Enter', { shiftKey: true });
    press(box, 'Enter', { isComposing: true });
    press(box, 'Enter', { keyCode: 229 });
    await settle();
    assert.equal(called(fake, 'Ask').length, 0);
  });
  test('text is drawn as it arrives, Escape stops, what came is kept', async () => {
    /** @type {any} */
    let reject;
    const fake = await open('#/chat/', undefined, {
      Ask: () => new Promise((_resolve, no) => { reject = no; }),
      Chat: () => ({ chat: { id: 'n1', title: 'Long?' }, turns: [{ question: { id: 'q9', chat_id: 'n1', text: 'Long?' }, answers: [{ id: 'a9', question_id: 'q9', chat_id: 'n1', text: 'One two', state: 'interrupted', reason: 'Stopped.', version_name: 'v2', source: 'weights', tokens_per_second: 0 }], verdicts: {}, ratings: {} }] }),
    });
    type(field('ask-box textarea'), 'Long?');
    press(find(document, 'ask-box textarea'), 'Enter');
    await settle();
    assert.equal(text('page-turn .question > p'), 'Long?', 'the question stands before Go stored it');
    const request = called(fake, 'Ask')[0][0];
    fake.emit('answer.started', 'a9', { chat: { id: 'n1', title: 'Long?' }, question: { id: 'q9', chat_id: 'n1', text: 'Long?' }, answer: { id: 'a9', question_id: 'q9', chat_id: 'n1', text: '', state: 'streaming' } });
    await settle();
    fake.emit('answer.text', request, { request, text: 'One ', n: 1 });
    fake.emit('answer.text', request, { request, text: '<b>two', n: 2 });
    assert.equal(await said('.streaming', 'One <b>two'), 'One <b>two');
    assert.equal(document.querySelector('.streaming b'), null);
    assert.ok(document.querySelector('[aria-label="Stop"]'));
    press(find(document, 'ask-box textarea'), 'Escape');
    assert.deepEqual(called(fake, 'Cancel'), [[request]]);
    reject(fake.error('cancelled', 'Stopped.'));
    await settle();
    assert.match(text('.interrupted'), /broke off\. You stopped it\./);
    assert.equal(called(fake, 'Check').length, 0, 'a partial answer is never judged');
    assert.ok(document.querySelector('[aria-label="Send"]'));
  });
  test('a question that was refused comes back into the box', async () => {
    await open('#/chat/', undefined, { Ask: () => { throw new Error('{"code":"unavailable","message":"Ollama stopped answering.","hint":"Start it again."}'); } });
    type(field('ask-box textarea'), 'Lost?');
    press(find(document, 'ask-box textarea'), 'Enter');
    await settle();
    assert.equal(field('ask-box textarea').value, 'Lost?');
    assert.match(text('.toast.error'), /Ollama stopped answering\. Start it again\./);
  });
  test('again asks the same question, branches switch', async () => {
    const fake = await open('#/chat/chat1');
    assert.match(text('page-turn:nth-of-type(1) answer-text'), /Joe Biden/);
    await click('page-turn [data-do="older-answer"]');
    assert.equal(text('page-turn answer-text'), 'I do not know.');
    assert.equal(document.querySelectorAll('page-turn').length, 1, 'the branch has no further questions');
    await click('page-turn [data-do="again"]');
    await settle(30);
    assert.deepEqual(called(fake, 'Ask')[0][1], { question_id: 'q1' });
  });
});

describe('the margin', () => {
  test('says what was found and who says so', async () => {
    await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); });
    assert.equal(text('.note .verdict'), 'Outdated');
    assert.equal(text('.note .proof del'), 'Joe Biden');
    assert.equal(text('.note .proof ins'), 'Donald Trump');
    assert.match(text('.note quote-list'), /your document.*wikipedia\.org · 2 days/);
    assert.match(text('.note [data-key="searched"]'), /current president of the USA/);
  });
  test('says who could not be reached, when others were', async () => {
    const failures = [{ provider: 'wikipedia', code: 'unavailable', message: 'Off.', offline: true }, { provider: 'wikidata', code: 'invalid', message: 'No.', offline: false }];
    await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); w.turns[0].verdicts.a1.failures = failures; });
    assert.match(text('margin-note .note-help'), /^Wikipedia could not be reached; your documents were read\.$/);
  });
  test('says how sure it is, or that nobody measured it', async () => {
    await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); });
    assert.equal(text('.note-sure'), 'Of such verdicts 93 in 100 are right.');
    put('');
    await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); w.turns[0].verdicts.a1.calibrated = false; });
    assert.equal(text('.note-sure'), 'Uncalibrated: confidence not yet fitted for this model.');
    put('');
    await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); Object.assign(w.turns[0].verdicts.a1, { calibrated: false, extractor_title: 'Big', judge_title: 'Small' }); });
    assert.equal(text('.note-sure'), 'Uncalibrated: confidence not yet fitted for Big as extractor and Small as judge.');
    assert.match(text('[data-key="searched"]'), /6 model calls by Big as extractor and Small as judge/);
  });
  test('teaches in place', async () => {
    const fake = await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); });
    await click('[data-do="teach"]');
    assert.equal(document.activeElement, field('teach-form [name="answer"]'));
    field('teach-form [name="answer"]').value = 'Donald J. Trump';
    await click('teach-form [data-do="approve"]');
    assert.deepEqual(called(fake, 'Teach')[0], ['v1', { question: 'Who is the current president of the USA?', answer: 'Donald J. Trump', old_answer: 'Joe Biden' }, true]);
    assert.equal(document.querySelector('teach-form'), null);
    assert.match(text('.note'), /Approved/);
    assert.match(text('.toast'), /^Approved\. It is known at once, from memory; a training moves it into the weights\./);
    await click('.toast [data-do="run"]');
    assert.equal(called(fake, 'UndoFact').length, 1);
  });
  test('shows the steps with the words that are sent, and can be stopped', async () => {
    /** @type {any} */
    let done;
    const fake = await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); w.turns[0].verdicts = {}; }, { Check: () => new Promise((_r, no) => { done = no; }) });
    await click('margin-note [data-do="check"]');
    fake.emit('check.step', 'a1', { name: 'claim', text: 'Joe Biden' });
    fake.emit('check.step', 'a1', { name: 'search', queries: ['president of the USA'] });
    fake.emit('check.step', 'a1', { name: 'read', count: 6 });
    assert.match(text('.note.checking'), /Reading the claim: Joe Biden ?Searching: president of the USA ?Reading 6 passages/);
    fake.emit('check.step', 'a1', { name: 'read', count: 6, at: 2 });
    assert.match(text('.note.checking li.now'), /^Reading passage 2 of 6$/);
    assert.equal(document.querySelectorAll('.note.checking li').length, 3, 'a step stands in its place once');
    await click('[data-do="stop-check"]');
    assert.equal(called(fake, 'Cancel').length, 1);
    done(fake.error('cancelled', 'Stopped.'));
    await settle();
    assert.equal(document.querySelector('.checking, .toast.error'), null);
  });
  test('too little evidence is calm and says what would help', async () => {
    await open('#/chat/chat1');
    const note = [...document.querySelectorAll('.note')].at(-1);
    assert.match(note?.textContent ?? '', /Not enough evidence[^]*document in the library/);
    assert.equal(note?.querySelector('del, [role="alert"]'), null);
  });
});

describe('review', () => {
  test('keys walk, approve, reject and take back', async () => {
    const fake = await open('#/review');
    const key = async (/** @type {string} */ k) => { press(document.body, k); await settle(); };
    assert.equal(text('fact-case h2'), 'Who is the current president of the USA?');
    await key('j');
    assert.equal(text('fact-case h2'), 'Who won the 2024 Premier League?');
    await key('k');
    await key('a');
    assert.deepEqual(called(fake, 'ApproveFact'), [['f1']]);
    assert.equal(text('fact-case h2'), 'Who won the 2024 Premier League?', 'the next one is open');
    await key('r');
    assert.deepEqual(called(fake, 'RejectFact'), [['f2']]);
    await key('u');
    assert.deepEqual(called(fake, 'UndoFact'), [['f2']]);
    assert.match(text('.room-head'), /2 left/);
    await key('e');
    assert.equal(document.activeElement?.getAttribute('name'), 'answer');
    press(field('fact-case [name="answer"]'), 'a');
    await settle();
    assert.equal(called(fake, 'ApproveFact').length, 1, 'a typed letter decides nothing');
  });
  test('at zero it is empty in words', async () => {
    await open('#/review', (w) => { w.facts = []; });
    assert.match(text('review-room .empty'), /No facts yet/);
  });
  test('a failure says what to do and can be tried again', async () => {
    let broken = true;
    await open('#/review', undefined, { FactPart: () => { if (broken) throw new Error('{"code":"unavailable","message":"The database is busy.","hint":"Close the other Errata."}'); return { facts: [], total: 0 }; } });
    assert.match(text('.failure'), /The database is busy\. Close the other Errata\./);
    broken = false;
    await click('.failure [data-do="again"]');
    assert.equal(document.querySelector('.failure'), null);
  });
  test('adds by hand', async () => {
    const fake = await open('#/review');
    await click('[data-do="add"]');
    field('[name="question"]').value = 'Q?';
    field('[name="answer"]').value = 'A';
    await click('[data-do="add-send"], form[data-send="add-send"] button:not([type])');
    assert.deepEqual(called(fake, 'AddFact')[0], [{ question: 'Q?', answer: 'A', old_answer: '' }, false]);
  });
});

describe('the house', () => {
  test('a first run sends nothing before the button, then keeps what was ticked', async () => {
    const fake = await open('#/', (w) => { w.settings.confirmed = false; w.models[0].installed = false; w.models = w.models.slice(0, 2); });
    assert.match(text('first-run'), /Qwen 2\.5 1\.5B Instruct.*Fits: chat and training/);
    assert.equal(called(fake, 'SaveSettings').length, 0);
    await click('[name="provider"][value="wikidata"]');
    store.set({ status: { ...world().status } });
    assert.equal(field('[name="provider"][value="wikidata"]').checked, false, 'what loads later does not tick it again');
    await click('first-run .primary');
    assert.equal(called(fake, 'InstallModel')[0][1], 'qwen2.5:1.5b-instruct');
    const [saved] = called(fake, 'SaveSettings')[0];
    assert.deepEqual([saved.confirmed, saved.providers.wikipedia, saved.providers.wikidata], [true, true, false]);
    assert.ok(document.querySelector('chat-room'));
  });
  test('a failed download leaves the first screen and says why', async () => {
    await open('#/', (w) => { w.settings.confirmed = false; w.models[0].installed = false; w.models = w.models.slice(0, 1); }, { InstallModel: () => { throw new Error('{"code":"unavailable","message":"The download broke off.","hint":"Start it again; it goes on where it was."}'); } });
    await click('first-run .primary');
    assert.match(text('first-run .failure'), /The download broke off\. Start it again/);
  });
  test('a deleted chat comes back', async () => {
    const fake = await open('#/chat/chat2');
    await click('[data-do="delete"][data-id="chat2"]');
    assert.equal(document.querySelector('chat-list [href="#/chat/chat2"]'), null);
    await click('.toast [data-do="run"]');
    assert.equal(called(fake, 'RestoreChat').length, 1);
    assert.ok(document.querySelector('chat-list [href="#/chat/chat2"]'));
  });
  test('a source that is on asks for what it needs', async () => {
    const fake = await open('#/settings', (w) => { for (const p of w.providers) p.on = true; });
    assert.equal(document.querySelectorAll('[data-key="wikipedia"] form').length, 0);
    assert.match(text('[data-key="wikipedia"]'), /go to en\.wikipedia\.org/);
    assert.equal(field('[name="searxng"]').placeholder, 'http://127.0.0.1:8888');
    type(field('[name="searxng"]'), ' http://10.0.0.7:8888 ');
    await click('[data-setting="searxng"] button');
    assert.equal(called(fake, 'SaveSettings').at(-1)?.[0].searxng, 'http://10.0.0.7:8888');
    assert.ok(called(fake, 'Providers').length >= 2, 'its health is looked at again');
    type(field('#key-google'), 'abc');
    await click('[data-send="key"][data-name="google"] button');
    assert.deepEqual(called(fake, 'SetSecret')[0], ['google', 'abc']);
    assert.equal(document.querySelectorAll('[data-key="google"] form').length, 2);
  });
  test('the palette finds and goes', async () => {
    await open('#/chat/');
    press(document, 'k', { ctrlKey: true });
    const input = field('command-palette input');
    assert.equal(document.activeElement, input);
    type(input, 'go rev');
    press(input, 'Enter');
    await settle();
    assert.equal(location.hash, '#/review');
    assert.equal(document.querySelector('command-palette .sheet'), null);
  });
  test('? shows the keys, Escape hides them', async () => {
    await open('#/review');
    press(document.body, '?');
    assert.ok(document.querySelector('shortcut-sheet [role="dialog"]'));
    press(find(document, 'shortcut-sheet button'), 'Escape');
    assert.equal(document.querySelector('shortcut-sheet [role="dialog"]'), null);
  });
  test('links go through Go in the window, files dropped go nowhere', async () => {
    const fake = await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); });
    await click('quote-list a[href^="https"]');
    assert.match(called(fake, 'OpenLink')[0][0], /^https:\/\/en\.wikipedia\.org/);
    const drop = new Event('drop', { bubbles: true, cancelable: true });
    document.body.dispatchEvent(drop);
    assert.ok(drop.defaultPrevented);
  });
  test('a lost token has its own page, a broken line a banner', async () => {
    const fake = await open('#/review');
    fake.state('reconnecting');
    assert.match(text('.banner'), /is being made again/);
    fake.state('open');
    assert.equal(document.querySelector('.banner'), null);
    await settle();
    assert.ok(called(fake, 'FactPart').length > 1, 'what is shown was loaded again');
    fake.state('token');
    assert.match(text('errata-shell'), /needs its token.*errata serve/);
  });
  test('a failed start says why and tries again', async () => {
    let broken = true;
    await open('#/', undefined, { Hello: () => { if (broken) throw new Error('{"code":"unavailable","message":"The database is damaged.","hint":"A backup of today lies beside it."}'); return { settings: world().settings }; } });
    assert.match(text('errata-shell'), /could not start.*The database is damaged\. A backup/);
    broken = false;
    await click('[data-do="start"]');
    assert.ok(document.querySelector('chat-room'));
  });
  test('nothing listens once the page is gone', async () => {
    const fake = await open('#/review');
    put('');
    const before = fake.calls.length;
    press(document, 'a');
    press(document, 'k', { ctrlKey: true });
    fake.emit('version.changed', 'x', {});
    await settle();
    assert.equal(fake.calls.length, before);
  });
});

describe('every room passes axe', () => {
  const scenes = /** @type {[string, string, ((w: any) => void)?][]} */ ([
    ['first run', '#/', (w) => { w.settings.confirmed = false; }], ['chat, empty', '#/chat/'], ['chat', '#/chat/chat1'], ['chat, from memory', '#/chat/chat1', (w) => { w.memory = { a3: [{ fact: w.facts[3], said: true }] }; }], ['review', '#/review'], ['review, empty', '#/review', (w) => { w.facts = []; }],
    ['datasets', '#/datasets'], ['dataset', '#/datasets/d2'], ['training', '#/training'], ['training, running', '#/training', (w) => { w.runs[0].state = 'running'; }], ['versions', '#/versions'], ['library', '#/library'], ['settings', '#/settings'],
  ]);
  for (const [name, hash, change] of scenes) {
    test(name, async () => {
      await open(hash, change);
      if (name === 'chat') find(document, '[data-do="teach"]').click();
      await settle();
      const w = /** @type {any} */ (window);
      if (!w.axe) w.eval(axe);
      const { violations } = await w.axe.run(document, { rules: { 'color-contrast': { enabled: false } }, resultTypes: ['violations'] });
      assert.equal(violations.map((/** @type {any} */ v) => `${v.id}: ${v.nodes.map((/** @type {any} */ n) => n.html.slice(0, 160)).join(' | ')}`).join('\n'), '');
    });
  }
});
