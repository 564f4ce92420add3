import { put, settle } from './page.js';
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

/** @type {(entries: {target: Element, isIntersecting: boolean}[]) => void} */
let seen = () => {};
/** @type {Set<Element>} */
const watched = new Set();
/** @type {(() => void)[]} */
const idle = [];
Object.assign(globalThis, {
  IntersectionObserver: class {
    /** @param {typeof seen} f */
    constructor(f) { seen = f; }
    /** @param {Element} e */
    observe(e) { watched.add(e); }
    /** @param {Element} e */
    unobserve(e) { watched.delete(e); }
  },
  requestIdleCallback: (/** @type {() => void} */ f) => idle.push(f),
  CSS: { supports: () => true, escape: (/** @type {string} */ s) => s },
});
const { whenNear } = await import('../src/nearby.js');
const { definePageTurn, PageTurn } = await import('../src/elements/page-turn.js');
definePageTurn();

describe('what is far away', () => {
  test('is drawn once: when it comes near, or when nothing else is to do, the last first', () => {
    const body = put('<p id="a"></p><p id="b"></p><p id="c"></p><p id="d"></p>');
    /** @type {string[]} */
    const drawn = [];
    const leave = new AbortController();
    for (const e of body.querySelectorAll('p')) whenNear(e, () => drawn.push(e.id), e.id === 'd' ? leave.signal : new AbortController().signal);
    leave.abort();
    const [a] = body.querySelectorAll('p');
    seen([{ target: a, isIntersecting: false }]);
    assert.deepEqual(drawn, []);
    seen([{ target: a, isIntersecting: true }, { target: a, isIntersecting: true }]);
    assert.deepEqual(drawn, ['a']);
    while (idle.length) idle.shift()?.();
    assert.deepEqual(drawn, ['a', 'c', 'b'], 'what left the page is not drawn');
    assert.equal(watched.size, 0);
  });

  test('a turn is empty until then, unless it is the last; one that has not changed is not drawn again', async () => {
    const turns = ['q1', 'q2'].map((id, i) => {
      const element = document.createElement('page-turn');
      assert.ok(element instanceof PageTurn);
      const question = { id, chat_id: 'c', text: `Question ${id}?`, created_at: '' };
      const turn = { question, answers: [], verdicts: {}, ratings: {} };
      const view = () => ({ link: { turn, question, siblings: [question], answers: [], answer: null }, stream: null, checking: null, taught: undefined, memory: false, draft: null, recalled: [], latest: i === 1, local: false, now: 5 });
      document.body.append(element);
      element.view = view();
      return { element, view };
    });
    await settle();
    const [far, last] = turns;
    assert.equal(far.element.childElementCount, 0);
    assert.match(last.element.textContent ?? '', /Question q2\?/);
    seen([{ target: far.element, isIntersecting: true }]);
    assert.match(far.element.textContent ?? '', /Question q1\?/);
    let draws = 0;
    far.element.render = () => { draws++; return Object.getPrototypeOf(far.element).render.call(far.element); };
    far.element.view = far.view();
    assert.equal(draws, 0);
    far.element.view = { ...far.view(), memory: true };
    assert.equal(draws, 1);
  });
});
