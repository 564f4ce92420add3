import { put } from './page.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { open, text } from './house.js';

/** Each room tells how things stand, and what can be done then. */

beforeEach(() => { put(''); });

describe('quotes', () => {
  const quote = (/** @type {any} */ p) => (/** @type {any} */ w) => { w.turns = w.turns.slice(0, 1); w.turns[0].verdicts.a1.passages = [{ ...w.turns[0].verdicts.a1.passages[0], ...p }]; };
  test('a path is shown as it is', async () => {
    await open('#/chat/chat1', quote({ provider: 'library', domain: 'library', url: '/home/ada/100% sure.md' }));
    assert.match(text('.quote-from'), /100% sure\.md · 2 days · your document/);
  });
  test('a web address of a document shows its domain, and a link always has words', async () => {
    await open('#/chat/chat1', quote({ provider: 'library', domain: 'example.org', url: 'https://example.org/50%' }));
    assert.equal(text('.quote-from a'), 'example.org');
    await open('#/chat/chat1', quote({ domain: '', title: '', url: 'https://example.org/x' }));
    assert.equal(text('.quote-from a'), 'https://example.org/x');
  });
});
