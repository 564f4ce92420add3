import { encode } from './html.js';

/**
 * TeX formulas in an answer as MathML. The renderer is loaded with the first formula;
 * until then, and where one cannot be read, the formula's source stands there.
 *
 *     $a^2$   \(a^2\)   $$a^2$$   \[a^2\]
 *
 * A dollar sign opens a formula as in Pandoc, so that prices stay prices: no space
 * behind the opening one and before the closing one, no figure behind that.
 */

/** @import {TokenizerAndRendererExtension} from './vendor/marked.js' */

/** @type {typeof import('./vendor/temml.js').default | null} */
let temml = null;
let loading = false;

/** A longer formula is no formula of a chat. */
const longest = 5000;

/** Loads the renderer and tells the page that formulas can be drawn. */
async function load() {
  if (loading) return;
  loading = true;
  temml = (await import('./vendor/temml.js')).default;
  document.dispatchEvent(new Event('formulas'));
}

/** @param {string} tex @param {boolean} display */
export function formula(tex, display) {
  const source = display ? `$$${tex}$$` : `$${tex}$`;
  if (!temml) void load();
  if (temml && tex.length < longest) {
    try {
      const mathml = temml.renderToString(tex, { displayMode: display, throwOnError: true, trust: false, maxSize: [20, 500], maxExpand: 200 });
      return mathml.replace(/\sstyle="[^"]*"/g, ''); // the page's policy refuses them while they are sanitised
    } catch {
      // not TeX that it knows: shown as it was written
    }
  }
  return `<code class="tex">${encode(source)}</code>`;
}

const block = /^ {0,3}(?:\$\$([^]+?)\$\$|\\\[([^]+?)\\\])[ \t]*(?:\n|$)/;
const inline = /^(?:\$\$([^$\n]+?)\$\$|\\\(([^]+?)\\\)|\$(?!\s)((?:[^$\\\n]|\\[^\n])+?)(?<!\s)\$(?!\d))/;

/** @type {TokenizerAndRendererExtension[]} */
export const formulaExtensions = [
  {
    name: 'formulaBlock', level: 'block',
    start: (src) => src.match(/^ {0,3}(?:\$\$|\\\[)/m)?.index,
    tokenizer(src) {
      const found = block.exec(src);
      return found ? { type: 'formulaBlock', raw: found[0], text: (found[1] ?? found[2]).trim() } : undefined;
    },
    renderer: ({ text }) => `<p>${formula(text, true)}</p>`,
  },
  {
    name: 'formula', level: 'inline',
    start: (src) => src.match(/\$|\\\(/)?.index,
    tokenizer(src) {
      const found = inline.exec(src);
      return found ? { type: 'formula', raw: found[0], text: (found[1] ?? found[2] ?? found[3]).trim() } : undefined;
    },
    renderer: ({ text }) => formula(text, false),
  },
];
