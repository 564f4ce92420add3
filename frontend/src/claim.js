/**
 * Finds the claim's sentence in a drawn answer and underlines it there, across
 * bold words and links. The sentence comes from the answer's source text, so
 * Markdown signs and white space are looked past.
 */

/** What ends a sentence after its last word. */
const closing = /^[.!?…)\]"'”’]*/;

/** @param {string} text */
const letters = (text) => [...text].filter((c) => /[\p{L}\p{N}]/u.test(c)).join('').toLowerCase();

/**
 * Wraps the sentence in <mark class="claim"> parts and returns the first, or null
 * when the sentence is not there.
 * @param {Element} root
 * @param {string} sentence
 * @param {string} label
 */
export function underline(root, sentence, label) {
  const wanted = letters(sentence);
  if (!wanted) return null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  /** One place for each UTF-16 unit of `all`. @type {{node: Text, at: number, end: number}[]} */
  const places = [];
  /** @type {Text[]} */
  const nodes = [];
  let all = '';
  while (walker.nextNode()) {
    const node = /** @type {Text} */ (walker.currentNode);
    nodes.push(node);
    let at = 0;
    for (const c of node.data) {
      const kept = letters(c);
      all += kept;
      for (let i = 0; i < kept.length; i++) places.push({ node, at, end: at + c.length });
      at += c.length;
    }
  }
  const start = all.indexOf(wanted);
  if (start < 0) return null;
  const first = places[start];
  const last = places[start + wanted.length - 1];
  /** @type {Map<Text, [from: number, to: number]>} */
  const ranges = new Map();
  for (let i = start; i < start + wanted.length; i++) {
    const { node } = places[i];
    const range = ranges.get(node);
    if (range) continue;
    ranges.set(node, [node === first.node ? first.at : 0, node === last.node ? last.end : node.data.length]);
  }
  // A full stop after a bold last word stands in a text of its own.
  const next = nodes[nodes.indexOf(last.node) + 1];
  const stop = last.end === last.node.data.length && next && closing.exec(next.data)?.[0].length;
  if (stop && next.parentNode?.contains(last.node)) ranges.set(next, [0, stop]);
  /** @type {HTMLElement | null} */
  let mark = null;
  for (const [node, [from, to]] of ranges) {
    const more = node === last.node ? closing.exec(node.data.slice(to))?.[0].length ?? 0 : 0;
    const part = node.splitText(from);
    part.splitText(to - from + more);
    const wrapper = document.createElement('mark');
    wrapper.className = 'claim';
    part.replaceWith(wrapper);
    wrapper.append(part);
    if (!mark) {
      mark = wrapper;
      mark.title = label;
    }
  }
  return mark;
}
