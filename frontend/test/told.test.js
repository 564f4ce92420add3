import { press, put, settle, type } from './page.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { load } from '../src/live.js';
import { find } from '../src/part.js';
import { store } from '../src/store.js';
import { called, click, field, open, text } from './house.js';

/** Each room tells how things stand, and what can be done then. */

beforeEach(() => { put(''); });

describe('a training that ended early', () => {
  const last = (/** @type {any} */ change) => (/** @type {any} */ w) => Object.assign(w.runs[0], { version_id: '', adapter_id: '' }, change);
  const tests = [
    { name: 'stopped with a checkpoint', run: { state: 'cancelled', failure: 'cancelled', message: 'Stopped.' }, want: true },
    { name: 'given up', run: { state: 'cancelled', failure: 'cancelled', message: 'Given up.' }, want: false },
    { name: 'out of memory', run: { state: 'failed', failure: 'oom_host', message: 'The machine ran out of memory.' }, want: true },
    { name: 'ended after its adapter came', run: { state: 'interrupted', adapter_id: '3f9a41c07be2d1f0', message: 'Errata ended.' }, want: false },
    { name: 'wrong rows', run: { state: 'failed', failure: 'data', message: 'A row is empty.' }, want: false },
    { name: 'no number', run: { state: 'failed', failure: 'nan_loss', message: 'The loss is not a number.' }, want: false },
  ];
  for (const t of tests) {
    test(t.name, async () => {
      const fake = await open('#/training', last({ ...t.run, hint: 'Look at it.' }));
      assert.match(text('.run'), /Look at it\..*logs\/train-r3\.log in \/home\/ada/);
      assert.equal(Boolean(document.querySelector('[data-do="discard"]')), t.want);
      if (!t.want) return;
      await click('[data-do="resume"]');
      assert.deepEqual(called(fake, 'ResumeRun'), [['r3']]);
    });
  }
  test('is not resumed beside one that runs', async () => {
    await open('#/training/r1', (w) => { w.runs[0].state = 'running'; });
    assert.match(text('.run'), /ran out of memory/);
    assert.equal(document.querySelector('[data-do="resume"]'), null);
  });
  test('is told at the start, with the way there', async () => {
    await open('#/chat/', last({ state: 'interrupted' }));
    assert.equal(document.querySelectorAll('.toast').length, 1);
    assert.match(text('.toast'), /A training was interrupted\. Resume it in Training\./);
    await click('.toast [data-do="run"]');
    assert.equal(location.hash, '#/training');
  });
});

describe('a verdict that was taught', () => {
  test('stays taught after the room was left, and can be taught again once rejected', async () => {
    const fake = await open('#/chat/chat1');
    await click('[data-do="teach"]');
    await click('teach-form [data-do="approve"]');
    location.hash = '#/review';
    await settle();
    location.hash = '#/chat/chat1';
    await settle();
    assert.match(text('.note'), /Approved/);
    const id = fake.world.facts[0].id;
    fake.emit('fact.changed', id, { ...fake.world.facts[0], state: 'rejected' });
    assert.ok(document.querySelector('[data-do="teach"]'));
  });
  test('is known from the chat alone', async () => {
    await open('#/chat/chat1', (w) => { w.facts[0].verdict_id = 'v1'; });
    assert.equal(text('.note a[href="#/review"]'), 'Waits in Review');
    assert.equal(document.querySelector('[data-do="teach"]'), null);
  });
});

describe('an approval', () => {
  for (const [memory, want] of /** @type {[boolean, RegExp][]} */ ([[true, /known at once, from memory; a training moves it into the weights/], [false, /Memory is off in Settings, so it is known once a training/]])) {
    test(`says what it does with memory ${memory ? 'on' : 'off'}`, async () => {
      await open('#/chat/chat1', (w) => { w.settings.memory = memory; });
      await click('[data-do="teach"]');
      assert.match(text('teach-form'), want);
      await click('teach-form [data-do="approve"]');
      assert.match(text('.toast'), want);
    });
  }
  test('Chat and Review call the place where a fact waits by one name', async () => {
    await open('#/chat/chat1');
    await click('[data-do="teach"]');
    await click('teach-form button:not([type])');
    assert.equal(text('.note a[href="#/review"]'), 'Waits in Review');
    assert.match(text('.toast'), /^It waits in Review\./);
    await open('#/review');
    await click('[data-do="add"]');
    assert.match(text('review-room'), /known at once, from memory[^]*Add to Review/);
    assert.doesNotMatch(text('review-room'), /queue/);
  });
});

describe('an answer from memory', () => {
  const given = (/** @type {any} */ change = {}, said = true) => (/** @type {any} */ w) => {
    w.turns = [{ ...w.turns[2], question: { ...w.turns[2].question, parent_id: '' } }];
    w.memory = { a3: [{ fact: { ...w.facts[3], decided_at: '2026-11-03T10:00:00Z', ...change }, said }] };
    w.turns[0].verdicts.a3.sentence = 'An approved fact gave this answer. Nothing was found about this.';
  };
  test('shows the fact with its evidence and date, and no advice on the library', async () => {
    await open('#/chat/chat1', given());
    assert.match(text('.note'), /^Not enough evidence ?An approved fact gave this answer\. Nothing was found about this\. ?Who is the prime minister of the UK\? Keir Starmer ?Approved by you, 3 Nov 2026\./);
    assert.equal(document.querySelectorAll('memory-note .quote').length, 3);
    assert.match(text('memory-note .quote'), /wikipedia\.org · 2 days/);
    assert.match(text('memory-note summary'), /^1 more quote$/);
    assert.doesNotMatch(text('.note'), /document in the library/);
  });
  test('says so without a check', async () => {
    await open('#/chat/chat1', (w) => { given({ passages: [] })(w); w.turns[0].verdicts = {}; });
    assert.match(text('.note'), /^From memory ?An approved fact gave this answer\. ?Who is the prime minister of the UK\? Keir Starmer ?Approved by you, 3 Nov 2026\. No evidence is kept with it\. ?Check this answer$/);
  });
  test('that does not say the fact claims nothing of it', async () => {
    await open('#/chat/chat1', (w) => { given({}, false)(w); w.turns[0].verdicts = {}; });
    assert.match(text('.note'), /^From memory ?An approved fact was given to the model for this answer\./);
    await open('#/chat/chat1', given({}, false));
    assert.match(text('.note'), /document in the library/, 'advice is wanted again');
  });
  test('says what became of the fact since', async () => {
    await open('#/chat/chat1', given({ state: 'superseded' }));
    assert.match(text('memory-note'), /Approved by you, 3 Nov 2026, replaced since\./);
    await open('#/chat/chat1', given({ state: 'rejected' }));
    assert.match(text('memory-note'), /No longer approved\./);
  });
  test('says what becomes of the fact while it is open', async () => {
    const fake = await open('#/chat/chat1', given());
    fake.emit('fact.changed', 'f4', { ...fake.world.memory.a3[0].fact, state: 'superseded' });
    assert.match(text('memory-note'), /Approved by you, 3 Nov 2026, replaced since\./);
  });
  test('that has just come shows its fact too', async () => {
    const fake = await open('#/chat/chat1');
    const asked = { chat: fake.world.chats[1], question: { id: 'q9', chat_id: 'chat1', parent_id: 'a3', text: 'Who?' }, answer: { ...fake.world.turns[2].answers[0], id: 'a9', question_id: 'q9' } };
    fake.emit('answer.finished', 'a9', { ...asked, memory: [{ fact: fake.world.facts[3], said: true }] });
    assert.match(text('page-turn:nth-of-type(4) memory-note'), /Keir Starmer/);
  });
});

describe('a first run', () => {
  const fresh = (/** @type {any} */ w) => { w.settings.confirmed = false; };
  test('cannot be confirmed before models and sources were seen', async () => {
    /** @type {any} */
    let arrive;
    const fake = await open('#/', fresh, { Providers: () => new Promise((yes) => { arrive = yes; }) });
    assert.ok(find(document, 'first-run .primary').hasAttribute('disabled'));
    arrive(fake.world.providers);
    await settle();
    assert.equal(find(document, 'first-run .primary').hasAttribute('disabled'), false);
  });
  test('says what failed, and leaves sources off that nobody saw', async () => {
    let broken = true;
    const gone = () => { throw new Error('{"code":"unavailable","message":"The engine still starts.","hint":"Wait a moment."}'); };
    const fake = await open('#/', (w) => { fresh(w); w.settings.model = 'kept:1b'; }, { Providers: () => (broken ? gone() : fake.world.providers), Models: () => (broken ? gone() : fake.world.models) });
    assert.equal(document.querySelectorAll('first-run .failure').length, 2);
    assert.match(text('first-run .failure'), /The engine still starts\. Wait a moment\. ?Try again/);
    await click('first-run .primary');
    const [saved] = called(fake, 'SaveSettings')[0];
    assert.deepEqual([saved.model, saved.providers], ['kept:1b', { library: true, wikipedia: false, wikidata: false, google: false }]);
    const other = await open('#/', fresh, { Providers: () => (broken ? gone() : other.world.providers) });
    broken = false;
    await click('first-run .failure [data-do="again"]');
    assert.equal(document.querySelector('first-run .failure'), null);
  });
});

describe('a folder of notes on the first screen', () => {
  const fresh = (/** @type {any} */ w) => { w.settings.confirmed = false; };
  test('is optional', async () => {
    const fake = await open('#/', fresh);
    await click('first-run .primary');
    assert.deepEqual([called(fake, 'SaveSettings').length, called(fake, 'RescanLibrary').length], [1, 0]);
    assert.ok(document.querySelector('chat-room'));
  });
  test('goes into the library and is read behind the chat', async () => {
    const fake = await open('#/', fresh);
    type(field('[name="folder"]'), ' /home/ada/town ');
    store.set({ status: { ...fake.world.status } });
    assert.equal(field('[name="folder"]').value, ' /home/ada/town ', 'what loads later does not take it');
    await click('first-run .primary');
    const saved = called(fake, 'SaveSettings').map((/** @type {any[]} */ [s]) => [s.confirmed, s.library_folders.at(-1)]);
    assert.deepEqual(saved, [[false, '/home/ada/town'], [true, '/home/ada/town']]);
    assert.equal(called(fake, 'RescanLibrary').length, 1);
  });
  test('that is refused is told beside its field, before anything is fetched', async () => {
    const fake = await open('#/', (w) => { fresh(w); w.models = w.models.slice(0, 1); w.models[0].installed = false; }, {
      SaveSettings: () => { throw new Error('{"code":"invalid","message":"There is no folder /nowhere.","hint":"Look whether the path is right."}'); },
    });
    type(field('[name="folder"]'), '/nowhere');
    await click('first-run .primary');
    assert.match(text('first-run .failure'), /There is no folder \/nowhere\. Look whether/);
    assert.equal(document.activeElement, field('[name="folder"]'));
    assert.equal(called(fake, 'InstallModel').length, 0);
  });
});

describe('the library', () => {
  test('says the date of each document', async () => {
    await open('#/library');
    const rows = [...document.querySelectorAll('library-room .lines li')].map((li) => li.textContent?.replace(/\s+/g, ' ').trim());
    assert.ok(rows.includes('World, 202612 Oct 2026 · 4.2 kB'), rows.join(' | '));
    assert.ok(rows.includes('Reportno date · 820 kB'));
  });
});

describe('review', () => {
  test('a key that is held down decides once', async () => {
    const fake = await open('#/review');
    press(document.body, 'a');
    press(document.body, 'a', { repeat: true });
    await settle();
    press(document.body, 'r', { repeat: true });
    press(document.body, 'j', { repeat: true });
    await settle();
    assert.deepEqual([called(fake, 'ApproveFact').length, called(fake, 'RejectFact').length], [1, 0]);
    assert.equal(text('fact-case h2'), 'What is the latest iPhone model?', 'walking may repeat');
  });
  test('U takes back what the open fact shows', async () => {
    const fake = await open('#/review');
    press(document.body, 'a');
    await settle();
    store.set({ factFilter: {} });
    await load('facts');
    store.set({ factID: 'f4' });
    press(document.body, 'u');
    await settle();
    assert.deepEqual(called(fake, 'UndoFact'), [['f4']]);
  });
});

describe('quotes', () => {
  const quote = (/** @type {any} */ p) => (/** @type {any} */ w) => { w.turns = w.turns.slice(0, 1); w.turns[0].verdicts.a1.passages = [{ ...w.turns[0].verdicts.a1.passages[0], ...p }]; };
  const note = { provider: 'library', domain: 'library', url: '/home/ada/100% sure.md', title: 'News of Larkstead', date_source: 'front_matter' };
  test('a note is known by its title, one without by its file', async () => {
    await open('#/chat/chat1', quote(note));
    assert.equal(text('.quote-from'), 'News of Larkstead · 2 days · your document');
    assert.equal(find(document, '.quote-from span').title, '/home/ada/100% sure.md');
    await open('#/chat/chat1', quote({ ...note, title: '' }));
    assert.equal(text('.quote-from'), '100% sure.md · 2 days · your document', 'a path is shown as it is');
  });
  test('a note that names its source links to it', async () => {
    await open('#/chat/chat1', quote({ ...note, domain: 'example.org', url: 'https://example.org/50%' }));
    assert.equal(text('.quote-from'), 'News of Larkstead · example.org · 2 days · your document');
    assert.equal(text('.quote-from a'), 'example.org');
  });
  test('a date that is only the time of the file is told as such', async () => {
    await open('#/chat/chat1', quote({ ...note, date_source: 'file' }));
    assert.equal(text('.quote-from'), 'News of Larkstead · file changed 2 days ago · your document');
  });
  test('a date that is not that of the text is told as such', async () => {
    await open('#/chat/chat1', quote({ date_source: 'revision' }));
    assert.match(text('.quote-from'), /page changed 2 days ago/);
    assert.match(find(document, '.quote-from time').title, /last changed then; what is quoted may be older: /);
    await open('#/chat/chat1', quote({ date_source: 'seen' }));
    assert.match(text('.quote-from'), /seen 2 days ago/);
    await open('#/chat/chat1', quote({ date_source: 'revision', published_at: undefined }));
    assert.equal(find(document, '.quote-from time').title, 'It gives no date');
  });
  test('a link always has words', async () => {
    await open('#/chat/chat1', quote({ domain: '', title: '', url: 'https://example.org/x' }));
    assert.equal(text('.quote-from a'), 'https://example.org/x');
  });
});

describe('versions', () => {
  test('“Score and compare” does both', async () => {
    const fake = await open('#/training', (w) => { w.versions[0].gate = undefined; });
    await click('[data-do="score"]');
    await settle(30);
    assert.equal(called(fake, 'Score')[0][1], 'ver3');
    assert.deepEqual(called(fake, 'Compare')[0][1], { a: 'base', b: 'ver3', prompts: [] });
    assert.match(text('.compare-heads'), /v3/);
  });
  test('one that was opened shows no comparison of others', async () => {
    await open('#/versions/ver1');
    assert.equal(document.querySelector('compare-view'), null);
    assert.match(text('.compare'), /No comparison of v1 yet/);
    await open('#/versions/ver3');
    assert.ok(document.querySelector('compare-view'));
  });
  test('what could not be loaded is said', async () => {
    await open('#/versions', undefined, { Arrivals: () => { throw new Error('{"code":"unavailable","message":"incoming/ cannot be read."}'); }, Comparisons: () => { throw new Error('{"code":"internal","message":"A record is damaged."}'); } });
    assert.match(text('versions-room'), /incoming\/ cannot be read\.[^]*A record is damaged\./);
  });
});

describe('a chat in the trash', () => {
  test('is restored where it is', async () => {
    const fake = await open('#/chat/chat1', (w) => { w.chats[1].deleted_at = '2026-11-20T00:00:00Z'; });
    await click('[data-do="restore"]');
    assert.deepEqual(called(fake, 'RestoreChat'), [['chat1']]);
    assert.equal(document.querySelector('[data-do="restore"]'), null);
    assert.ok(document.querySelector('chat-list [href="#/chat/chat1"]'));
  });
});
