import { press, put, settle, type } from './page.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { html, morph } from '../src/html.js';
import { reloadAll } from '../src/live.js';
import { find } from '../src/part.js';
import { store } from '../src/store.js';
import { called, click, field, open, text } from './house.js';

/** Nothing that a person typed, chose or opened is lost, and no button is silent. */

beforeEach(() => { put(''); });

/** @param {string} message @param {string} [code] */
const refuse = (message, code = 'invalid') => () => { throw new Error(JSON.stringify({ code, message })); };
/** @param {string} selector @param {string} value */
const choose = async (selector, value) => {
  const select = field(selector);
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();
};

describe('a redraw', () => {
  test('keeps a style set from outside and a fold that was shut', () => {
    const root = document.createElement('div');
    const draw = (/** @type {string} */ word) => morph(root, html`<textarea></textarea><details open><summary>${word}</summary></details>`);
    draw('one');
    find(root, 'textarea').style.height = '90px';
    find(root, 'details').removeAttribute('open');
    draw('two');
    assert.equal(find(root, 'textarea').style.height, '90px');
    assert.equal(find(root, 'details').hasAttribute('open'), false);
  });
  test('keeps a choice that its markup leaves to the person', () => {
    const root = document.createElement('div');
    const draw = () => morph(root, html`<select><option value="a">A</option><option value="b">B</option></select>`);
    draw();
    const select = /** @type {HTMLSelectElement} */ (root.firstElementChild);
    select.value = 'b';
    draw();
    assert.equal(select.value, 'b');
  });
  test('keeps the recipe that is sent', async () => {
    const fake = await open('#/training', (w) => { w.runs = w.runs.slice(1); });
    await choose('[name="recipe"]', 'original');
    store.set({ cycle: null });
    assert.equal(field('[name="recipe"]').value, 'original');
    await click('.before .primary');
    assert.deepEqual(called(fake, 'Train')[0][1], { recipe: 'original' });
  });
  test('keeps the two sides of a comparison', async () => {
    const fake = await open('#/versions');
    await choose('[name="a"]', 'ver1');
    await choose('[name="b"]', 'ver2');
    store.set({ loads: { ...store.state.loads } });
    assert.deepEqual([field('[name="a"]').value, field('[name="b"]').value], ['ver1', 'ver2']);
    await click('form[data-send="compare"] button:not([type])');
    assert.deepEqual(called(fake, 'Compare')[0][1], { a: 'ver1', b: 'ver2', prompts: [] });
  });
  test('keeps the kind of rows that are shown', async () => {
    await open('#/datasets/d2');
    await choose('.filters select', 'anchor');
    store.set({ counts: {} });
    assert.equal(field('.filters select').value, 'anchor');
    assert.equal(document.querySelectorAll('.rows > li').length, 1);
  });
});

describe('what is typed', () => {
  test('a long question is refused by Go and comes back whole', async () => {
    await open('#/chat/', undefined, { Ask: refuse('The question has 100000 characters; at most 32000 fit.') });
    assert.equal(field('ask-box textarea').maxLength, -1, 'nothing is cut in silence');
    type(field('ask-box textarea'), 'x'.repeat(100_000));
    press(find(document, 'ask-box textarea'), 'Enter');
    await settle();
    assert.equal(field('ask-box textarea').value.length, 100_000);
    assert.match(text('.toast.error'), /at most 32000/);
  });
  test('a question that was refused while another room is open waits in the box', async () => {
    /** @type {any} */
    let reject;
    const fake = await open('#/chat/', undefined, { Ask: () => new Promise((_y, no) => { reject = no; }) });
    type(field('ask-box textarea'), 'Lost?');
    press(find(document, 'ask-box textarea'), 'Enter');
    location.hash = '#/review';
    await settle();
    reject(fake.error('unavailable', 'Ollama stopped answering.'));
    await settle();
    location.hash = '#/chat/';
    await settle();
    assert.equal(field('ask-box textarea').value, 'Lost?');
  });
  test('asking in other words keeps the draft aside and puts it back', async () => {
    const fake = await open('#/chat/chat1');
    type(field('ask-box textarea'), 'A draft');
    await click('page-turn [data-do="edit"]');
    assert.equal(field('ask-box textarea').value, 'Who is the current president of the USA?');
    press(field('ask-box textarea'), 'Escape');
    assert.equal(field('ask-box textarea').value, 'A draft');
    await click('page-turn [data-do="edit"]');
    type(field('ask-box textarea'), 'Who is it now?');
    press(field('ask-box textarea'), 'Enter');
    await settle();
    assert.equal(called(fake, 'Ask')[0][1].text, 'Who is it now?');
    assert.equal(field('ask-box textarea').value, 'A draft');
  });
  test('other words that were refused stand in the box again, still for their question', async () => {
    await open('#/chat/chat1', undefined, { Ask: refuse('Too long.') });
    type(field('ask-box textarea'), 'A draft');
    await click('page-turn [data-do="edit"]');
    type(field('ask-box textarea'), 'Who?');
    press(field('ask-box textarea'), 'Enter');
    await settle();
    assert.equal(field('ask-box textarea').value, 'Who?');
    await click('[data-do="edit-cancel"]');
    assert.equal(field('ask-box textarea').value, 'A draft');
  });
  test('an example leaves the draft where it is and the focus in the box', async () => {
    await open('#/chat/', undefined, { Ask: () => new Promise(() => {}) });
    type(field('ask-box textarea'), 'A draft');
    find(document, '[data-do="example"]').focus();
    await click('[data-do="example"]');
    assert.equal(field('ask-box textarea').value, 'A draft');
    assert.equal(document.activeElement, field('ask-box textarea'));
    find(document, '[aria-label="Stop"]').focus();
    await click('[aria-label="Stop"]');
    assert.equal(document.activeElement, field('ask-box textarea'));
  });
  test('an edit that was refused stays open, one that was taken closes', async () => {
    let broken = true;
    const fake = await open('#/review', undefined, { EditFact: (id, u) => { if (broken) refuse('The new answer equals the old one.')(); return { ...fake.world.facts.find((/** @type {any} */ f) => f.id === id), ...u }; } });
    await click('[data-do="edit"]');
    field('fact-case [name="answer"]').value = 'Joe Biden';
    await click('fact-case form .primary');
    assert.equal(field('fact-case [name="answer"]').value, 'Joe Biden');
    fake.emit('fact.added', 'f9', { ...fake.world.facts[0], id: 'f9', question: 'New?' });
    await settle();
    assert.equal(field('fact-case [name="answer"]').value, 'Joe Biden', 'a fact that arrives does not take its place');
    broken = false;
    await click('fact-case form .primary');
    assert.equal(document.querySelector('fact-case form'), null);
  });
  test('what stands in an open “Teach this fact” is there again after another chat, room and check', async () => {
    const fake = await open('#/chat/chat1', (w) => { w.turns = w.turns.slice(0, 1); });
    const go = async (/** @type {string} */ hash) => { location.hash = hash; await settle(); };
    await click('[data-do="teach"]');
    await go('#/chat/chat2');
    assert.equal(document.querySelector('teach-form'), null);
    await go('#/chat/chat1');
    assert.equal(field('teach-form [name="answer"]').value, 'Donald Trump', 'an editor that was only opened stays open');
    type(field('teach-form [name="answer"]'), 'Donald J. Trump ');
    for (const hash of ['#/chat/chat2', '#/review']) {
      await go(hash);
      await go('#/chat/chat1');
      assert.equal(field('teach-form [name="answer"]').value, 'Donald J. Trump ', hash);
    }
    fake.emit('verdict.added', 'a1', { ...fake.world.turns[0].verdicts.a1, id: 'v9', rival_value: 'Trump' });
    assert.equal(field('teach-form [name="answer"]').value, 'Donald J. Trump ');
    await click('teach-form [data-do="approve"]');
    assert.deepEqual(called(fake, 'Teach')[0].slice(0, 2), ['v9', { question: 'Who is the current president of the USA?', answer: 'Donald J. Trump', old_answer: 'Joe Biden' }]);
    assert.deepEqual(store.state.teaching, {});
  });
  test('an editor that was cancelled stays shut', async () => {
    await open('#/chat/chat1');
    await click('[data-do="teach"]');
    type(field('teach-form [name="answer"]'), 'Nobody');
    await click('teach-form [data-do="close"]');
    location.hash = '#/review';
    await settle();
    location.hash = '#/chat/chat1';
    await settle();
    assert.equal(document.querySelector('teach-form'), null);
    await click('[data-do="teach"]');
    assert.equal(field('teach-form [name="answer"]').value, 'Donald Trump');
  });
  test('an origin, a title and a reason that were refused stay', async () => {
    await open('#/settings', undefined, { SaveSettings: refuse('That is no origin.'), RenameChat: refuse('Too long.') });
    type(field('#origin'), 'localhost');
    await click('form[data-send="origin"] button');
    assert.equal(field('#origin').value, 'localhost');
    await click('[data-do="rename"]');
    field('chat-list [name="title"]').value = 'A long title';
    find(document, 'chat-list form').dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    await settle();
    assert.equal(field('chat-list [name="title"]').value, 'A long title');
    await open('#/versions', undefined, { Promote: refuse('It is gone.') });
    await click('.version.candidate [data-do="force"]');
    field('[name="reason"]').value = 'I read them.';
    await click('form[data-send="force-send"] .primary');
    assert.equal(field('[name="reason"]').value, 'I read them.');
  });
});

describe('a key of an input method', () => {
  const composed = { isComposing: true };
  test('does not stop an answer', async () => {
    const fake = await open('#/chat/', undefined, { Ask: () => new Promise(() => {}) });
    type(field('ask-box textarea'), 'Long?');
    press(field('ask-box textarea'), 'Enter');
    await settle();
    press(field('ask-box textarea'), 'Escape', composed);
    assert.equal(called(fake, 'Cancel').length, 0);
    press(field('ask-box textarea'), 'Escape');
    assert.equal(called(fake, 'Cancel').length, 1);
  });
  test('closes no form and no palette', async () => {
    await open('#/review');
    await click('[data-do="edit"]');
    press(field('fact-case [name="answer"]'), 'Escape', composed);
    assert.ok(document.querySelector('fact-case form'));
    await click('[data-do="rename"]');
    press(field('chat-list [name="title"]'), 'Escape', composed);
    assert.ok(document.querySelector('chat-list form'));
    press(document, 'k', { ctrlKey: true });
    press(field('command-palette input'), 'Enter', { keyCode: 229 });
    press(field('command-palette input'), 'Escape', composed);
    assert.ok(document.querySelector('command-palette .sheet'));
    await open('#/chat/chat1');
    await click('[data-do="teach"]');
    press(field('teach-form [name="answer"]'), 'Escape', composed);
    assert.ok(document.querySelector('teach-form'));
  });
});

describe('no button is silent', () => {
  test('an empty field is named, blanks count as nothing, and it can be sent once filled', async () => {
    const fake = await open('#/review');
    await click('[data-do="add"]');
    type(field('#add-q'), '   ');
    let told = 0;
    field('#add-q').addEventListener('invalid', () => { told++; });
    await click('[data-do="add-approve"]');
    assert.ok(told > 0);
    assert.equal(called(fake, 'AddFact').length, 0);
    type(field('#add-q'), 'Q?');
    type(field('#add-a'), 'A');
    await click('[data-do="add-approve"]');
    assert.deepEqual(called(fake, 'AddFact')[0], [{ question: 'Q?', answer: 'A', old_answer: '' }, true]);
  });
  test('“Approve” names an answer of blanks', async () => {
    const fake = await open('#/chat/chat1');
    await click('[data-do="teach"]');
    type(field('teach-form [name="answer"]'), ' ');
    let told = 0;
    field('teach-form [name="answer"]').addEventListener('invalid', () => { told++; });
    await click('teach-form [data-do="approve"]');
    assert.ok(told > 0);
    assert.equal(called(fake, 'Teach').length, 0);
  });
  test('what runs already says so', async () => {
    const fake = await open('#/library', undefined, { RescanLibrary: () => new Promise(() => {}) });
    await click('[data-do="rescan"]');
    await click('[data-do="rescan"]');
    assert.equal(called(fake, 'RescanLibrary').length, 1);
    assert.match(text('.toast'), /under way already/);
  });
  test('a file cannot be taken while a model is installed', async () => {
    await open('#/settings', undefined, { InstallModel: () => new Promise(() => {}) });
    await click('[data-do="install"]');
    assert.ok(find(document, 'form[data-send="import"] button').hasAttribute('disabled'));
  });
  test('what is gone for good needs a second press in a row', async () => {
    const fake = await open('#/settings');
    await click('[data-do="trash"]');
    find(document, '[data-do="trash"]').dispatchEvent(new Event('focusout', { bubbles: true }));
    await click('[data-do="trash"]');
    assert.equal(called(fake, 'EmptyTrash').length, 0);
    assert.equal(text('[data-do="trash"]'), 'Empty it for good?');
    await click('[data-do="trash"]');
    assert.equal(called(fake, 'EmptyTrash').length, 1);
    const other = await open('#/versions');
    await click('[data-do="discard"][data-id="arr2"]');
    await click('[data-do="discard"][data-id="arr1"]');
    assert.equal(called(other, 'DiscardArrival').length, 0);
    await click('[data-do="discard"][data-id="arr1"]');
    assert.deepEqual(called(other, 'DiscardArrival'), [['arr1']]);
  });
});

describe('the state of the engine', () => {
  test('is looked at again with another model and after an answer while a problem shows', async () => {
    const fake = await open('#/chat/chat1');
    const before = called(fake, 'Status').length;
    fake.emit('settings.changed', '', { ...fake.world.settings, model: 'another' });
    await settle();
    assert.equal(called(fake, 'Status').length, before + 1);
    fake.emit('answer.finished', 'a1', { chat: { id: 'x' }, question: {}, answer: { id: 'a', state: 'complete' } });
    await settle();
    assert.equal(called(fake, 'Status').length, before + 1, 'a good answer asks nothing');
    store.set({ status: { ...fake.world.status, problems: [{ part: 'engine', message: 'Ollama stopped.', hint: '' }] } });
    fake.emit('answer.finished', 'a1', { chat: { id: 'x' }, question: {}, answer: { id: 'a', state: 'complete' } });
    await settle();
    assert.equal(called(fake, 'Status').length, before + 2);
  });
  test('after a gap the list of chats is loaded too', async () => {
    const fake = await open('#/review');
    const before = called(fake, 'Chats').length;
    reloadAll();
    await settle();
    assert.equal(called(fake, 'Chats').length, before + 1);
  });
});
