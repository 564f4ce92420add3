import './page.js';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { api, toCallError, windowTransport } from '../src/api.js';
import { socketTransport } from '../src/socket.js';
import { fakeApi } from './fake-api.js';
import { world } from './fixtures.js';
import { settle } from './page.js';

describe('errors', () => {
  const tests = [
    { name: 'Go’s JSON in an Error', reason: new Error('{"code":"invalid","message":"No.","hint":"Do.","detail":"op"}'), want: { code: 'invalid', message: 'No.', hint: 'Do.', detail: 'op' } },
    { name: 'Go’s JSON as a string', reason: '{"code":"conflict","message":"Twice."}', want: { code: 'conflict', message: 'Twice.', hint: '', detail: '' } },
    { name: 'plain text', reason: new Error('boom'), want: { code: 'internal', message: 'boom', hint: '', detail: '' } },
    { name: 'JSON that is no error', reason: 'null', want: { code: 'internal', message: 'null', hint: '', detail: '' } },
  ];
  for (const t of tests) test(t.name, () => assert.deepEqual(toCallError(t.reason).failure, t.want));
});

describe('events', () => {
  test('a gap in the numbers is told, a first number is not', () => {
    let gaps = 0;
    /** @type {(e: any) => void} */
    let send = () => {};
    api.onGap = () => { gaps++; };
    api.use({ call: async () => null, listen: (onEvent, onState) => { send = onEvent; onState('open'); } });
    send({ seq: 40, topic: 'x' });
    send({ seq: 41, topic: 'x' });
    assert.equal(gaps, 0);
    send({ seq: 43, topic: 'x' });
    assert.equal(gaps, 1);
    api.onGap = () => {};
  });
});

describe('the window', () => {
  test('calls the bound method and hears events', async () => {
    const fake = fakeApi(world());
    /** @type {any[]} */
    const heard = [];
    const host = { go: { api: { API: { RenameChat: (/** @type {any[]} */ ...args) => fake.call('RenameChat', args) } } }, runtime: { EventsOn: (/** @type {string} */ name, /** @type {any} */ f) => { assert.equal(name, 'event'); f({ seq: 1, topic: 't' }); } } };
    const t = windowTransport(host);
    t.listen((e) => heard.push(e.topic), () => {});
    assert.deepEqual(heard, ['t']);
    assert.equal((await t.call('RenameChat', ['chat1', 'New'])).title, 'New');
    await assert.rejects(t.call('Nothing', []), /no method/);
  });
});

describe('the socket', () => {
  /** A socket of the test's own. */
  class Line {
    /** @type {Line[]} */
    static all = [];
    /** @type {any[]} */
    sent = [];
    onopen = () => {};
    onclose = () => {};
    /** @type {(m: {data: string}) => void} */
    onmessage = () => {};
    constructor() { Line.all.push(this); }
    /** @param {string} text */
    send(text) { this.sent.push(JSON.parse(text)); }
    /** @param {unknown} value */
    get(value) { this.onmessage({ data: JSON.stringify(value) }); }
  }
  const start = (status = 200) => {
    Line.all = [];
    /** @type {string[]} */
    const states = [];
    /** @type {any[]} */
    const events = [];
    const t = socketTransport({ url: 'ws://x', probe: async () => status, Socket: /** @type {any} */ (Line), delay: 1 });
    t.listen((e) => events.push(e), (s) => states.push(s));
    return { t, states, events };
  };
  test('a call waits for the line, then gets its own answer', async () => {
    const { t, states, events } = start();
    const one = t.call('Chats', [{}]);
    const two = t.call('Settings', []);
    Line.all[0].onopen();
    assert.deepEqual(Line.all[0].sent, [{ id: 1, method: 'Chats', args: [{}] }, { id: 2, method: 'Settings', args: [] }]);
    Line.all[0].get({ id: 2, error: '{"message":"No."}' });
    Line.all[0].get({ event: { seq: 1, topic: 'x' } });
    Line.all[0].get({ id: 1, result: [] });
    assert.deepEqual(await one, []);
    await assert.rejects(two, /No\./);
    assert.deepEqual([states, events.length], [['open'], 1]);
  });
  test('a broken line rejects what was under way and is made again', async () => {
    const { t, states } = start();
    Line.all[0].onopen();
    const lost = t.call('Ask', ['r', {}]);
    Line.all[0].onclose();
    await assert.rejects(lost, /connection to Errata broke/);
    const later = t.call('Chats', [{}]);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    Line.all[1].onopen();
    Line.all[1].get({ id: Line.all[1].sent[0].id, result: ['again'] });
    assert.deepEqual(await later, ['again']);
    assert.deepEqual(states, ['open', 'reconnecting', 'open']);
  });
  test('a call whose time is up while the line is down is not carried out later', async (/** @type {any} */ context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const { t } = start();
    api.use(t);
    const given = api.call('DeleteChat', 'chat1');
    context.mock.timers.tick(20_000);
    await assert.rejects(given, /did not answer in time/);
    const later = api.call('Settings');
    const line = Line.all[Line.all.length - 1];
    line.onopen();
    assert.deepEqual(line.sent.map((c) => c.method), ['Settings']);
    line.get({ id: line.sent[0].id, result: {} });
    await later;
  });
  test('a wrong token is said and not tried again', async () => {
    const { states } = start(401);
    Line.all[0].onclose();
    await settle();
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    assert.deepEqual([states, Line.all.length], [['token'], 1]);
  });
});

describe('Go’s side', () => {
  test('every method of types.d.ts is bound, with as many arguments', async () => {
    const folder = new URL('../../app/api/', import.meta.url);
    let go = '';
    for (const name of await readdir(folder)) if (name.endsWith('.go') && !name.endsWith('_test.go')) go += await readFile(new URL(name, folder), 'utf8');
    const bound = new Map([...go.matchAll(/^func \(a \*API\) ([A-Z]\w*)\(([^)]*)\)/gm)].map((m) => [m[1], m[2].trim() ? m[2].split(',').length : 0]));
    const types = await readFile(new URL('../src/types.d.ts', import.meta.url), 'utf8');
    const body = types.slice(types.indexOf('export interface Methods'), types.indexOf('export type Method ='));
    const used = [...body.matchAll(/([A-Z]\w*)\(((?:[^(){}]|\{[^{}]*\})*)\):/g)].map((m) => /** @type {const} */ ([m[1], m[2].trim() ? m[2].replace(/\{[^{}]*\}/g, 'x').replace(/<[^<>]*>/g, '').split(',').length : 0]));
    assert.ok(used.length > 50);
    for (const [name, n] of used) assert.equal(bound.get(name), n, `${name} takes ${bound.get(name)} arguments in Go`);
  });
});
