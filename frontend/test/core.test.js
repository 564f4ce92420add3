import './page.js';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { after, describe, test } from 'node:test';
import { difference } from '../src/diff.js';
import { html, morph } from '../src/html.js';
import { dots, kept, learned, likely, points, rough } from '../src/learned.js';
import { routeOf } from '../src/routes.js';
import { beside, thread } from '../src/thread.js';
import { age, count, day, duration, exact, group, interval, parameters, size, span } from '../src/words.js';
import { recommended } from '../src/elements/model-list.js';
import { world } from './fixtures.js';

const root = new URL('../', import.meta.url);
const now = Date.parse('2026-11-22T12:00:00Z');

describe('html', () => {
  const tests = [
    { name: 'encodes a value', markup: html`<p>${'<img src=x onerror=alert(1)>'}</p>`, want: '<p>&lt;img src=x onerror=alert(1)&gt;</p>' },
    { name: 'encodes an attribute', markup: html`<p title="${'" onclick="x'}"></p>`, want: '<p title="&quot; onclick=&quot;x"></p>' },
    { name: 'keeps markup of its own', markup: html`<p>${html`<b>${'&'}</b>`}</p>`, want: '<p><b>&amp;</b></p>' },
    { name: 'draws a list without commas', markup: html`${[1, 2].map((n) => html`<i>${n}</i>`)}`, want: '<i>1</i><i>2</i>' },
    { name: 'draws nothing for null, undefined and false, but 0', markup: html`${null}${undefined}${false}${0}`, want: '0' },
  ];
  for (const t of tests) test(t.name, () => assert.equal(t.markup.toString(), t.want));
});

describe('morph', () => {
  test('keeps what is typed, focused and opened', () => {
    const root = document.createElement('div');
    document.body.replaceChildren(root);
    const draw = (/** @type {string} */ word) => morph(root, html`<p>${word}</p><input name="a" value="${word}"><details><summary>more</summary></details>`);
    draw('one');
    const input = /** @type {HTMLInputElement} */ (root.querySelector('input'));
    input.focus();
    input.value = 'typed';
    root.querySelector('details')?.setAttribute('open', '');
    draw('two');
    assert.equal(root.querySelector('p')?.textContent, 'two');
    assert.equal(root.querySelector('input'), input);
    assert.equal(input.value, 'typed');
    assert.equal(document.activeElement, input);
    assert.ok(root.querySelector('details')?.hasAttribute('open'));
  });
  test('moves children by key instead of making them again', () => {
    const root = document.createElement('ul');
    const draw = (/** @type {string[]} */ keys) => morph(root, html`${keys.map((k) => html`<li data-key="${k}">${k}</li>`)}`);
    draw(['a', 'b', 'c']);
    const [a, , c] = root.children;
    draw(['c', 'd', 'a']);
    assert.deepEqual([...root.children].map((e) => e.textContent), ['c', 'd', 'a']);
    assert.equal(root.children[0], c);
    assert.equal(root.children[2], a);
  });
});

describe('difference', () => {
  const tests = [
    { name: 'a whole name', a: 'Joe Biden', b: 'Donald Trump', want: ['-Joe Biden', '+Donald Trump'] },
    { name: 'one word of two', a: 'Manchester United', b: 'Manchester City', want: ['=Manchester ', '-United', '+City'] },
    { name: 'nothing', a: 'same', b: 'same', want: ['=same'] },
    { name: 'from nothing', a: '', b: 'new', want: ['+new'] },
  ];
  for (const t of tests) test(t.name, () => assert.deepEqual(difference(t.a, t.b).map((p) => `${{ same: '=', del: '-', ins: '+' }[p.kind]}${p.text}`), t.want));
  test('both sides can be read back', () => {
    const a = 'the quick brown fox jumps over the lazy dog';
    const b = 'the slow brown fox walked around a very lazy dog';
    const pieces = difference(a, b);
    assert.equal(pieces.filter((p) => p.kind !== 'ins').map((p) => p.text).join(''), a);
    assert.equal(pieces.filter((p) => p.kind !== 'del').map((p) => p.text).join(''), b);
  });
});

describe('thread', () => {
  const q = (/** @type {string} */ id, parent = '') => ({ id, chat_id: 'c', parent_id: parent, text: id, created_at: '' });
  const a = (/** @type {string} */ id, /** @type {string} */ of) => /** @type {any} */ ({ id, question_id: of });
  const turns = /** @type {any[]} */ ([
    { question: q('q1'), answers: [a('a1', 'q1'), a('a2', 'q1')] }, { question: q('q2', 'a1'), answers: [a('a3', 'q2')] },
    { question: q('q3', 'a2'), answers: [] }, { question: q('q4', 'a2'), answers: [a('a4', 'q4')] },
  ]);
  const ids = (/** @type {Record<string, string>} */ choices) => thread(turns, choices).map((l) => `${l.question.id}:${l.answer?.id ?? ''}`);
  test('shows the newest without choices', () => assert.deepEqual(ids({}), ['q1:a2', 'q4:a4']));
  test('follows a chosen answer', () => assert.deepEqual(ids({ 'of:q1': 'a1' }), ['q1:a1', 'q2:a3']));
  test('follows a chosen question', () => assert.deepEqual(ids({ 'after:a2': 'q3' }), ['q1:a2', 'q3:']));
  test('ends on a broken tree', () => assert.equal(thread(/** @type {any} */ ([{ question: q('q1'), answers: [{ id: '' }] }]), {}).length, 1));
  test('steps stay inside', () => assert.equal(beside([{ id: 'x' }, { id: 'y' }], 'y', 1).id, 'y'));
});

describe('words', () => {
  test('sizes', () => assert.deepEqual([0, 999, 1500, 986e6, 4.7e9].map(size), ['0 B', '999 B', '1.5 kB', '986 MB', '4.7 GB']));
  test('durations', () => assert.deepEqual([0, 3.21, 75, 540, 3660, 7200].map(duration), ['0 s', '3.2 s', '75 s', '9 min', '1 h 1 min', '2 h']));
  test('ages', () => assert.deepEqual(['2026-11-22T01:00:00Z', '2026-11-20T01:00:00Z', '2026-10-20T00:00:00Z', '2020-01-01T00:00:00Z', '0001-01-01T00:00:00Z', undefined].map((d) => age(d, now)), ['today', '2 days', '4 weeks', '6 years', 'no date', 'no date']));
  describe('a date is the same day everywhere, a time is told as it is here', () => {
    const here = process.env.TZ;
    after(() => { if (here === undefined) delete process.env.TZ; else process.env.TZ = here; });
    const tests = [
      { zone: 'Pacific/Honolulu', day: '11 Mar 2025', clock: '17:30:00' },
      { zone: 'UTC', day: '12 Mar 2025', clock: '03:30:00' },
      { zone: 'Pacific/Kiritimati', day: '12 Mar 2025', clock: '17:30:00' },
    ];
    for (const t of tests) {
      test(t.zone, () => {
        process.env.TZ = t.zone;
        for (const date of ['2025-03-12', '2025-03-12T00:00:00Z']) {
          assert.equal(day(date), '12 Mar 2025');
          assert.match(exact(date), /^Wednesday,? 12 March 2025$/);
        }
        const time = '2025-03-12T03:30:00Z';
        assert.equal(day(time), t.day);
        assert.ok(exact(time).endsWith(t.clock), exact(time));
      });
    }
  });
  test('the size of a model is said once', () => assert.deepEqual([{ name: 'a:1', title: 'Qwen 2.5 Coder 1.5B' }, { name: 'qwen2.5-coder:0.5b' }, { name: 'llama3:latest', title: 'llama3:latest' }].map((m) => parameters({ ...m, parameters: '8B' })), ['', '', '8B']));
  test('a count has its own number', () => assert.deepEqual([0, 1, 2, 1200].map((n) => count(n, 'fact')), ['0 facts', '1 fact', '2 facts', '1,200 facts']));
  test('an interval says how many were asked', () => assert.equal(interval({ value: 0.88, lo: 0.684, hi: 0.97, n: 16 }), '88 % (68 to 97, 16 asked)'));
  test('groups of chats', () => assert.deepEqual(['2026-11-22T09:00:00Z', '2026-11-21T20:00:00Z', '2026-11-18T20:00:00Z', '2026-05-02T20:00:00Z'].map((d) => group(d, now)), ['Today', 'Yesterday', 'This week', 'May 2026']));
  test('routes', () => assert.deepEqual([routeOf('#/review'), routeOf('#/chat/a%2Fb'), routeOf('#/nowhere/x'), routeOf('#/chat/%')].map((r) => `${r.room}|${r.id}`), ['review|', 'chat|a/b', 'chat|', 'chat|']));
});

describe('a run', () => {
  test('facts are learned and lost again', () => assert.deepEqual([...learned([{ type: 'probe', learned: ['a', 'b'], lost: [] }, { type: 'probe', learned: ['c'], lost: ['a'] }, { type: 'probe', learned: 'x' }])], ['b', 'c']));
  test('a step told twice counts once, figures that are none are left out', () => assert.deepEqual(points([{ type: 'progress', step: 1, loss: 2, kl: null }, { type: 'progress', step: 1, loss: 1, kl: 0 }, { type: 'stage' }]), [{ step: 1, loss: 1, kl: 0 }]));
  test('a long run is thinned but ends with its end', () => {
    const p = points(Array.from({ length: 5000 }, (_v, i) => ({ type: 'progress', step: i, loss: 1, kl: 1 })));
    assert.ok(p.length <= 601);
    assert.equal(p.at(-1)?.step, 4999);
  });
  test('the estimate comes from the last finished run of the model', () => assert.equal(likely(world().runs, 'qwen2.5:1.5b-instruct', 8), 824));
  test('facts that were given up took their time too', () => {
    const [run] = world().runs;
    assert.equal(likely([{ ...run, progress: { ...run.progress, facts: 3, given_up: 1 } }], run.model, 8), 824);
  });
  test('the estimate is not that of another recipe', () => assert.equal(likely(world().runs, 'qwen2.5:1.5b-instruct', 8, 'original'), 0));
  describe('the first guess', () => {
    const model = /** @type {any} */ ({ name: 'small', bytes: 491_400_064 });
    const of = { runs: [], models: [model, { ...model, name: 'large', bytes: 16 * model.bytes }], model: 'small', machine: /** @type {any} */ ({ cores: 2, gpu: '' }), facts: 4, recipe: 'default' };
    const guess = (/** @type {any} */ change) => {
      const g = rough({ ...of, ...change });
      return g && [Math.round(g.least), Math.round(g.most), g.measured];
    };
    const ran = /** @type {any} */ ({ model: 'small', recipe: '', state: 'cancelled', progress: { rows_per_second: 4, facts: 4, elapsed_seconds: 9 } });
    const tests = [
      { name: 'by what was measured elsewhere', change: {}, want: [240, 1347, false] },
      { name: 'twice the cores', change: { machine: { cores: 4, gpu: '' } }, want: [120, 674, false] },
      { name: 'a larger model', change: { model: 'large' }, want: [1920, 10779, false] },
      { name: 'the recipe of the prototype', change: { recipe: 'original' }, want: [3200, 6400, false] },
      { name: 'by the speed of a run that was stopped', change: { runs: [ran] }, want: [540, 640, true] },
      { name: 'by the speed of a run of another model', change: { runs: [ran], model: 'large' }, want: [4320, 5120, true] },
      { name: 'not by a run of another recipe', change: { runs: [{ ...ran, recipe: 'original' }] }, want: [240, 1347, false] },
      { name: 'none for a model whose size is not known', change: { model: 'other' }, want: null },
      { name: 'none while the machine is not known', change: { machine: undefined }, want: null },
    ];
    for (const t of tests) test(t.name, () => assert.deepEqual(guess(t.change), t.want));
    test('in words', () => assert.deepEqual([[259, 1263], [20, 40], [2076, 10105]].map(([a, b]) => span(a, b)), ['4–22 minutes', '1–2 minutes', '1–3 hours']));
  });
  test('dots', () => {
    const [first, second] = world().facts;
    const inMemory = kept([{ type: 'leak', fact: 'f1', given_up: true }, { type: 'leak', fact: 'f2', given_up: false }, { type: 'leak', fact: 7, given_up: true }]);
    assert.deepEqual(dots([first, second, { ...first, id: 'f9' }], new Set(['f2', 'f1']), inMemory).map((d) => d.state), ['memory', 'recalled', 'lost']);
    assert.deepEqual([...kept([{ type: 'leak', fact: 'f1', given_up: true }, { type: 'leak', fact: 'f1', given_up: false }])], [], 'a resumed run looked again');
    assert.match(dots([first], new Set(), inMemory)[0].words, /kept in memory$/);
  });
});

describe('the recommended model', () => {
  const m = (/** @type {string} */ name, /** @type {number} */ bytes, installed = false, listed = true) => /** @type {any} */ ({ name, bytes, installed, listed });
  const tests = [
    { name: 'without a GPU a small one', models: [m('7b', 4.7e9), m('1.5b', 1e9), m('0.5b', 4e8)], machine: { memory: 32e9, gpu: '', cores: 4 }, want: '1.5b' },
    { name: 'with a GPU the largest that fits', models: [m('7b', 4.7e9), m('1.5b', 1e9)], machine: { memory: 32e9, gpu: 'RTX', cores: 4 }, want: '7b' },
    { name: 'what is here comes first', models: [m('1.5b', 1e9), m('0.5b', 4e8, true)], machine: { memory: 32e9, gpu: '', cores: 4 }, want: '0.5b' },
    { name: 'the smallest when none fits', models: [m('7b', 4.7e9), m('0.5b', 4e8)], machine: { memory: 1e9, gpu: '', cores: 2 }, want: '0.5b' },
    { name: 'what can be trained before what only answers', models: [{ ...m('1.5b', 1.1e9), train_memory: 11e9 }, { ...m('0.5b', 5e8), train_memory: 5e9 }], machine: { memory: 8e9, gpu: '', cores: 4 }, want: '0.5b' },
    { name: 'what only answers before one that is too large', models: [m('1.5b', 1.1e9), m('0.5b', 5e8)], machine: { memory: 4e9, gpu: '', cores: 4 }, want: '1.5b' },
    { name: 'a model of the person’s own that is here', models: [m('1.5b', 1e9), { ...m('qwen2.5:0.5b', 4e8, true, false), trainable: true }], machine: { memory: 32e9, gpu: '', cores: 4 }, want: 'qwen2.5:0.5b' },
    { name: 'not one that is here and is no chat model', models: [m('1.5b', 1e9), m('embed', 3e8, true, false)], machine: { memory: 32e9, gpu: '', cores: 4 }, want: '1.5b' },
    { name: 'not one that is here and of an unknown size', models: [m('1.5b', 1e9), { ...m('own', 0, true, false), trainable: true }], machine: { memory: 32e9, gpu: '', cores: 4 }, want: '1.5b' },
    { name: 'the smallest that is here while the machine is unknown', models: [m('7b', 4.7e9, true), m('0.5b', 4e8, true), m('0.1b', 1e8)], machine: undefined, want: '0.5b' },
    { name: 'the one in use', models: [m('1.5b', 1e9, true), m('0.5b', 4e8, true)], machine: { memory: 32e9, gpu: '', cores: 4 }, inUse: '0.5b', want: '0.5b' },
    { name: 'nothing when there is nothing', models: [], machine: undefined, want: undefined },
  ];
  for (const t of tests) test(t.name, () => assert.equal(recommended(t.models, t.machine, t.inUse)?.name, t.want));
});

describe('files', () => {
  test('every style sheet is linked, every element has one, none is inline', async () => {
    const index = await readFile(new URL('index.html', root), 'utf8');
    assert.doesNotMatch(index, /<style|style=|<script(?![^>]*src=)|\son\w+=/);
    for (const folder of ['elements', 'rooms']) {
      const names = await readdir(new URL(`src/${folder}/`, root));
      for (const name of names.filter((n) => n.endsWith('.js'))) assert.ok(names.includes(name.replace('.js', '.css')), `${folder}/${name} has no style sheet`);
      for (const name of names.filter((n) => n.endsWith('.css'))) assert.ok(index.includes(`src/${folder}/${name}`), `${folder}/${name} is not linked`);
    }
  });
  test('no markup has a style or an inline handler', async () => {
    for (const folder of ['src', 'src/elements', 'src/rooms']) {
      for (const name of await readdir(new URL(`${folder}/`, root))) {
        if (!name.endsWith('.js')) continue;
        const text = await readFile(new URL(`${folder}/${name}`, root), 'utf8');
        assert.doesNotMatch(text, /\sstyle="|\son(click|load|error|input|submit)="/, `${folder}/${name}`);
      }
    }
  });
  test('an element has at most 200 lines', async () => {
    for (const folder of ['elements', 'rooms']) {
      for (const name of (await readdir(new URL(`src/${folder}/`, root))).filter((n) => n.endsWith('.js'))) {
        const lines = (await readFile(new URL(`src/${folder}/${name}`, root), 'utf8')).split('\n').length - 1;
        assert.ok(lines <= 200, `${folder}/${name} has ${lines} lines`);
      }
    }
  });
  test('the lock names no registry', async () => assert.doesNotMatch(await readFile(new URL('package-lock.json', root), 'utf8'), /"resolved"/));
});

describe('colours', () => {
  /** @param {string} hex */
  const luminance = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  /** @param {string} a @param {string} b */
  const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  test('text is AA on its paper in both themes', async () => {
    const css = await readFile(new URL('src/styles/tokens.css', root), 'utf8');
    const themes = [...css.matchAll(/\{([^{}]*--paper[^{}]*)\}/g)].map((m) => Object.fromEntries([...m[1].matchAll(/--([\w-]+): (#[0-9A-F]{6})/gi)].map((c) => [c[1], c[2]])));
    assert.equal(themes.length, 3);
    for (const t of themes) {
      for (const name of ['ink', 'faint', 'accent', 'red', 'supported', 'outdated', 'contradicted', 'slate', 'grey']) {
        for (const ground of ['paper', 'wash']) assert.ok(contrast(t[name], t[ground]) >= 4.5, `${name} ${t[name]} on ${ground} ${t[ground]}: ${contrast(t[name], t[ground]).toFixed(2)}`);
      }
      assert.ok(contrast(t['on-accent'], t.accent) >= 4.5);
      assert.ok(contrast(t.accent, t['accent-wash']) >= 4.5);
      assert.ok(contrast(t.edge, t.paper) >= 3, 'borders of fields');
    }
    assert.deepEqual(themes[1], themes[2], 'dark by choice is dark by system');
  });
});
