import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { called, click, field, open, text } from './house.js';
import { press, settle } from './page.js';
import { inbox } from '../src/inbox.js';
import { load } from '../src/live.js';
import { find } from '../src/part.js';
import { nowhere } from '../src/places.js';
import { store } from '../src/store.js';

/** @param {any} w @param {number} n */
const waiting = (w, n) => { w.facts = Array.from({ length: n }, (_v, i) => ({ ...w.facts[0], id: `n${i}`, question: `Who keeps lighthouse ${i}?`, answer: `Keeper ${i}`, old_answer: '' })); };

/** Types into a field as a person does. @param {string} selector @param {string} value */
async function type(selector, value) {
  field(selector).value = value;
  field(selector).dispatchEvent(new Event('input', { bubbles: true }));
  await settle();
}

/** @param {string} name @param {string} content */
async function choose(name, content) {
  const input = field('[name="import"]');
  Object.defineProperty(input, 'files', { value: [new File([content], name)], configurable: true });
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await settle();
  await settle();
}

describe('what is decided first', () => {
  const urgent = (/** @type {any} */ w) => {
    w.urgent = [
      { fact: w.facts[2], why: 'conflict', beside: [{ ...w.facts[2], id: 'other', answer: 'iPhone 16e', state: 'approved' }] },
      { fact: { ...w.facts[3], expires_at: '2026-01-02T00:00:00Z' }, why: 'expired', beside: [] }];
  };
  test('conflicts and expiries stand on top, each said in words', async () => {
    await open('#/review', urgent);
    const rows = [...document.querySelectorAll('fact-list li')].map((li) => li.textContent?.replace(/\s+/g, ' ').trim() ?? '');
    assert.match(rows[0], /latest iPhone.*Disagrees/);
    assert.match(rows[1], /prime minister.*Expired/);
    assert.equal(rows.length, 4, 'and each fact once');
    assert.match(text('fact-case .case-moved'), /Another answer stands beside it.*iPhone 16e.*Approved/);
  });
  test('an expired fact is said to be still true by A', async () => {
    const fake = await open('#/review', urgent);
    press(document.body, 'j');
    await settle();
    assert.match(text('fact-case .case-moved'), /It has expired\. It was trusted until 2 Jan 2026/);
    press(document.body, 'a');
    await settle();
    const [[id, update]] = called(fake, 'EditFact');
    assert.equal(id, 'f4');
    assert.ok(Date.parse(update.expires_at) > Date.now());
    assert.equal(called(fake, 'ApproveFact').length, 0);
  });
  test('a search and another state show no urgent ones of their own', () => {
    const f = /** @type {any} */ ({ id: 'a', state: 'rejected' });
    const u = /** @type {any} */ ({ fact: { id: 'b' }, why: 'expired', beside: [] });
    const facts = { ...nowhere(), total: 1, at: new Map([[0, f]]) };
    const ids = (/** @type {any} */ factFilter) => {
      const lines = inbox({ facts, urgent: [u], factFilter });
      return Array.from({ length: lines.length }, (_v, i) => lines.at(i)?.fact.id);
    };
    assert.deepEqual(ids({ state: 'rejected' }), ['a']);
    assert.deepEqual(ids({ state: 'proposed', query: 'x' }), ['a']);
    assert.deepEqual(ids({ state: 'proposed' }), ['b', 'a']);
  });
});

describe('quick keys', () => {
  test('decide one fact each, also while the first is on its way', async () => {
    const fake = await open('#/review', (w) => waiting(w, 4));
    for (const key of ['a', 'r', 'a']) press(document.body, key);
    await settle();
    assert.deepEqual([called(fake, 'ApproveFact'), called(fake, 'RejectFact')], [[['n0'], ['n2']], [['n1']]]);
    assert.equal(text('fact-case h2'), 'Who keeps lighthouse 3?');
  });
  test('a decision that is refused is open again', async () => {
    await open('#/review', (w) => waiting(w, 4), { ApproveFact: () => { throw new Error('{"code":"conflict","message":"No.","hint":""}'); } });
    press(document.body, 'a');
    await settle();
    assert.equal(text('fact-case h2'), 'Who keeps lighthouse 0?');
  });
});

describe('many at once', () => {
  test('are decided when their number was typed, and taken back', async () => {
    const fake = await open('#/review', (w) => waiting(w, 30));
    await click('[data-do="bulk"]');
    assert.match(text('bulk-form'), /All 30 waiting facts/);
    await click('bulk-form [data-do="approve"]');
    await type('bulk-form input', '3');
    await click('bulk-form [data-do="approve"]');
    assert.equal(called(fake, 'DecideFacts').length, 0, 'not the number');
    await type('bulk-form input', '30');
    await click('bulk-form [data-do="approve"]');
    assert.deepEqual(called(fake, 'DecideFacts')[0][1], { query: '', to: 'approved', count: 30 });
    await settle();
    assert.match(text('review-room .empty'), /All decided/);
    await click('toast-list button');
    assert.equal(called(fake, 'UndoFacts')[0][0].length, 30);
    assert.match(text('.room-head'), /30 left/);
  });
  test('cover what is searched for, and Escape leaves them', async () => {
    await open('#/review', (w) => waiting(w, 30));
    store.set({ factFilter: { state: 'proposed', query: 'lighthouse 1' } });
    await click('[data-do="bulk"]');
    assert.match(text('bulk-form'), /All 11 waiting facts with “lighthouse 1”/);
    press(field('bulk-form input'), 'Escape');
    assert.equal(document.querySelector('bulk-form'), null);
  });
});

describe('a long queue', () => {
  const rows = () => [...document.querySelectorAll('fact-list li .fact-question')].map((q) => q.textContent);
  /** Drags the list to a row. @param {number} row */
  const drag = async (row) => {
    const list = find(document, 'fact-list');
    Object.defineProperty(list, 'scrollTop', { value: row * 76, configurable: true, writable: true });
    list.dispatchEvent(new Event('scroll'));
    await settle();
    await settle();
  };
  test('draws and loads what is in sight, at any place', async () => {
    const fake = await open('#/review', (w) => waiting(w, 5000));
    assert.ok(document.querySelectorAll('fact-list li').length < 60);
    assert.equal(document.querySelector('fact-list li')?.getAttribute('aria-setsize'), '5000');
    await drag(4000);
    assert.equal(called(fake, 'FactPart').length, 2, 'one part, not all before it');
    assert.equal(store.state.facts.at.get(4010)?.question, 'Who keeps lighthouse 4010?');
    assert.equal(store.state.facts.total, 5000);
    await drag(4000);
    assert.equal(called(fake, 'FactPart').length, 2, 'nothing twice');
  });
  test('asks once more for where a quick hand came to rest', async () => {
    /** @type {(() => void)[]} */
    const waits = [];
    const fake = await open('#/review', (w) => waiting(w, 5000));
    const whole = fake.call;
    fake.call = async (method, args) => {
      if (method === 'FactPart') await new Promise((resolve) => { waits.push(() => resolve(null)); });
      return whole(method, args);
    };
    for (const from of [1000, 2000, 3000]) await drag(from);
    assert.equal(waits.length, 1);
    waits[0]();
    await settle();
    waits[1]();
    await settle();
    assert.deepEqual([1010, 2010, 3010].map((i) => store.state.facts.at.has(i)), [true, false, true]);
    fake.call = whole;
    for (const go of waits) go();
  });
  test('goes on with the next fact when one is decided at its far end', async () => {
    await open('#/review', (w) => waiting(w, 5000));
    await drag(4970);
    store.set({ factID: 'n4980' });
    press(document.body, 'a');
    await settle();
    assert.equal(text('fact-case h2'), 'Who keeps lighthouse 4981?');
    assert.equal(store.state.facts.total, 4999);
    assert.equal(store.state.facts.at.get(4980)?.id, 'n4981', 'what stood behind it moved up');
  });
  test('keys walk into what is not loaded', async () => {
    await open('#/review', (w) => waiting(w, 500));
    store.set({ factID: 'n79' });
    press(document.body, 'j');
    await settle();
    await settle();
    assert.equal(text('fact-case h2'), 'Who keeps lighthouse 80?');
  });
  test('another search begins at its top, and a shorter one at its end', async () => {
    await open('#/review', (w) => waiting(w, 5000));
    await drag(4000);
    store.set({ factFilter: { state: 'proposed', query: 'lighthouse 49' } });
    await load('facts');
    assert.equal(store.state.facts.total, 111);
    assert.equal(rows()[0], 'Who keeps lighthouse 49?');
  });
  test('keeps the open fact when the list is loaded again elsewhere', async () => {
    await open('#/review', (w) => waiting(w, 5000));
    store.set({ factID: 'n3' });
    await drag(4000);
    await load('facts');
    assert.equal(text('fact-case h2'), 'Who keeps lighthouse 3?');
    assert.equal(store.state.facts.at.has(3), false);
  });
  test('what was decided elsewhere leaves it', async () => {
    const fake = await open('#/review', (w) => waiting(w, 5000));
    Object.assign(fake.world.facts[4500], { state: 'approved', previous: 'proposed' });
    fake.emit('fact.changed', 'n4500', fake.world.facts[4500]);
    for (let i = 0; i < 500 && store.state.facts.total === 5000; i++) await settle(1);
    assert.equal(store.state.facts.total, 4999);
  });
});

describe('a file of facts', () => {
  for (const room of ['review', 'datasets']) {
    test(`is looked at before it is taken, in ${room}`, async () => {
      const fake = await open(`#/${room}`);
      await choose('facts.jsonl', '{"question":"Who keeps the quay?","answer":"Nils"}\n{oops');
      assert.match(text('fact-import'), /facts\.jsonl 1 fact to import, 1 line left out\..*line 2: It is not JSON\./);
      assert.equal(called(fake, 'ImportFacts').length, 0);
      await click('fact-import [data-do="take"]');
      assert.equal(called(fake, 'ImportFacts').length, 1);
      assert.equal(document.querySelector('fact-import'), null);
      assert.ok(fake.world.facts.some((/** @type {any} */ f) => f.question === 'Who keeps the quay?'));
    });
  }
  test('that holds no fact can only be closed', async () => {
    await open('#/datasets');
    await choose('x.jsonl', '{oops');
    assert.equal(document.querySelector('fact-import [data-do="take"]'), null);
    await click('fact-import [data-do="drop"]');
    assert.equal(document.querySelector('fact-import'), null);
  });
});

describe('how a training ended', () => {
  test('paused, it can be resumed', async () => {
    const fake = await open('#/training', (w) => { Object.assign(w.runs[0], { state: 'cancelled', failure: 'paused', message: 'The training is paused; what it learned is kept.', version_id: '', adapter_id: '' }); });
    assert.equal(text('.run h2'), 'Paused');
    await click('run-end [data-do="resume"]');
    assert.equal(called(fake, 'ResumeRun').length, 1);
  });
  test('with every fact given up it is no failure', async () => {
    await open('#/training', (w) => { Object.assign(w.runs[0], { state: 'failed', failure: 'apart', message: 'No fact could be held apart.', version_id: '' }); Object.assign(w.runs[0].progress, { given_up: 2 }); });
    assert.equal(text('.run h2'), 'Memory keeps these facts');
    assert.match(text('run-end'), /Nothing was put into the weights\. No fact could be held apart.*memory goes on answering them/);
    assert.equal(document.querySelector('run-end [role="alert"], run-end [data-do="resume"]'), null);
  });
  test('before one, what it needs stands beside what is free', async () => {
    await open('#/training', (w) => { w.runs = []; w.models[0].train_memory = 4_100_000_000; });
    assert.match(text('.fit'), /needs 4\.1 GB, 19 GB of 25 GB free\s*It fits\./);
    await open('#/training', (w) => { w.runs = []; w.models[0].train_memory = 24_100_000_000; });
    assert.match(text('.fit'), /It does not fit now/);
  });
});

describe('a version', () => {
  test('gets a note', async () => {
    const fake = await open('#/versions');
    await click('[data-do="note"][data-id="ver2"]');
    field('[name="note"]').value = 'The first with the new mayor.';
    await click('[data-key="note"] .primary');
    assert.deepEqual(called(fake, 'NoteVersion'), [['ver2', 'The first with the new mayor.']]);
    assert.equal(text('.version.current .version-note'), 'The first with the new mayor.');
  });
  test('is exported', async () => {
    const fake = await open('#/versions');
    await click('[data-do="export"][data-id="ver2"]');
    field('export-form [name="merged"]').checked = true;
    field('export-form [name="folder"]').value = '/home/ada/out';
    await click('export-form .primary');
    assert.deepEqual(called(fake, 'ExportVersion')[0][1], { version_id: 'ver2', merged: true, folder: '/home/ada/out' });
    assert.match(text('toast-list'), /Written to \/home\/ada\/out\/errata-v2-3f9a41c0/);
  });
  test('is deleted only by its name, and the current one not at all', async () => {
    const fake = await open('#/versions');
    assert.equal(document.querySelector('[data-do="delete"][data-id="ver2"]'), null);
    await click('[data-do="delete"][data-id="ver1"]');
    field('[name="sure"]').value = 'v2';
    await click('[data-key="delete"] button:not([type])');
    assert.equal(called(fake, 'DeleteVersion').length, 0);
    field('[name="sure"]').value = 'v1';
    await click('[data-key="delete"] button:not([type])');
    assert.deepEqual(called(fake, 'DeleteVersion'), [['ver1']]);
    assert.match(text('.version.deleted'), /Its weights are deleted; its results are kept\./);
    assert.equal(document.querySelector('.version.deleted .buttons'), null);
  });
});
