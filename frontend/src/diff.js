/**
 * What differs between two short texts, by words, as a proofreader marks it.
 *
 *     difference('Joe Biden', 'Donald Trump')  // [{del: 'Joe Biden'}, {ins: 'Donald Trump'}]
 */

/** @typedef {{kind: 'same' | 'del' | 'ins', text: string}} Piece */

/** Longer texts are compared as a whole: the table below grows with the product of both. */
const limit = 600;

/** @param {string} before @param {string} after @returns {Piece[]} */
export function difference(before, after) {
  const a = before.match(/\s+|[^\s]+/g) ?? [];
  const b = after.match(/\s+|[^\s]+/g) ?? [];
  if (a.length > limit || b.length > limit) {
    return before === after ? [{ kind: 'same', text: before }] : [{ kind: 'del', text: before }, { kind: 'ins', text: after }];
  }
  const table = lengths(a, b);
  /** @type {Piece[]} */
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) push(out, 'same', a[i++], j++);
    else if (i < a.length && (j >= b.length || table[i + 1][j] >= table[i][j + 1])) push(out, 'del', a[i++]);
    else push(out, 'ins', b[j++]);
  }
  return tidy(out);
}

/** Longest common subsequences of all tails. @param {string[]} a @param {string[]} b */
function lengths(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Array(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  return table;
}

/** @param {Piece[]} out @param {Piece['kind']} kind @param {string} text @param {number} [_at] */
function push(out, kind, text, _at) {
  const last = out.at(-1);
  if (last?.kind === kind) last.text += text;
  else out.push({ kind, text });
}

/** A single blank between two changed words is part of the change. @param {Piece[]} pieces @returns {Piece[]} */
function tidy(pieces) {
  /** @type {Piece[]} */
  const out = [];
  let del = '';
  let ins = '';
  const flush = () => {
    if (del) out.push({ kind: 'del', text: del });
    if (ins) out.push({ kind: 'ins', text: ins });
    del = ins = '';
  };
  pieces.forEach((p, i) => {
    const between = p.kind === 'same' && !p.text.trim() && (del || ins) && i + 1 < pieces.length && pieces[i + 1].kind !== 'same';
    if (between) {
      if (del) del += p.text;
      if (ins) ins += p.text;
    } else if (p.kind === 'del') del += p.text;
    else if (p.kind === 'ins') ins += p.text;
    else {
      flush();
      out.push(p);
    }
  });
  flush();
  return out;
}
