import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changed, extended, missing, nowhere, placeOf, removed, topped } from '../src/places.js';

/** @param {number} i @returns {any} */
const fact = (i) => ({ id: `f${i}`, question: `${i}?` });
/** A list of `total` facts with those of some places here. @param {number} total @param {number[]} here */
const list = (total, here) => ({ ...nowhere(), total, at: new Map(here.map((i) => [i, fact(i)])) });
const range = (/** @type {number} */ from, /** @type {number} */ to) => Array.from({ length: to - from }, (_v, i) => from + i);
const ids = (/** @type {import('../src/types.d.ts').Places} */ { at }) => [...at].sort(([a], [b]) => a - b).map(([place, f]) => `${place}:${f?.id ?? '-'}`).join(' ');

describe('a list of which parts are here', () => {
  const tests = [
    { name: 'everything in sight is here', places: list(100, range(0, 40)), sight: [10, 30], want: null },
    { name: 'it goes on downwards', places: list(100, range(0, 40)), sight: [30, 45], want: 40 },
    { name: 'and upwards', places: list(100, range(40, 80)), sight: [35, 60], want: 20 },
    { name: 'a place of its own has some on either side', places: list(1000, range(0, 40)), sight: [500, 510], want: 495 },
    { name: 'not above the top', places: list(100, []), sight: [-8, 10], want: 0 },
    { name: 'nothing behind the end', places: list(100, range(80, 100)), sight: [90, 120], want: null },
  ];
  for (const t of tests) test(`asks for what is missing: ${t.name}`, () => assert.equal(missing(t.places, t.sight[0], t.sight[1], 20), t.want));
  test('takes a part, and what of it cannot be read is not asked for again', () => {
    const got = extended(list(6, [0, 1]), { facts: [fact(2), fact(4)], total: 6 }, 2, 3, '');
    assert.equal(ids(got), '0:f0 1:f1 2:f2 3:f4 4:-');
    assert.equal(missing(got, 0, 5, 3), null);
  });
  test('keeps of a list that was changed elsewhere only the part and the open fact', () => {
    const got = extended(list(6, [0, 1]), { facts: [fact(4)], total: 5 }, 3, 1, 'f1');
    assert.equal(ids(got), '3:f4');
    assert.equal(got.aside?.id, 'f1');
    assert.equal(extended(got, { facts: [fact(1)], total: 5 }, 1, 1, 'f1').aside, null, 'its place is known again');
  });
  test('closes up where a fact leaves, and moves down where one comes', () => {
    const less = removed(list(100, [3, 4, 50]), 'f3');
    assert.equal(ids(less), '3:f4 49:f50');
    assert.equal(less.total, 99);
    assert.equal(ids(removed(less, 'f77')), ids(less), 'what is not here moves nothing');
    const more = topped(less, fact(7));
    assert.equal(ids(more), '0:f7 4:f4 50:f50');
    assert.equal(more.total, 100);
  });
  test('has a fact as it is now', () => {
    const now = changed(list(100, [3]), { ...fact(3), question: 'new?' });
    assert.equal(now.at.get(3)?.question, 'new?');
    assert.equal(placeOf(now, 'f3'), 3);
  });
  test('does not grow for ever', () => {
    let places = list(100_000, range(0, 80));
    for (let from = 0; from < 20_000; from += 80) places = extended(places, { facts: range(from, from + 80).map(fact), total: 100_000 }, from, 80, 'f5');
    assert.ok(places.at.size < 3000);
    assert.equal(placeOf(places, 'f5'), 5, 'the open one stays');
  });
});
