import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'acorn';
import { sentenceKey, textsOf } from '../src/texts.js';

/** Everything that the page says, read from its source. */

const source = fileURLToPath(new URL('../src/', import.meta.url));

/**
 * @typedef {{texts: Map<string, string>, counts: Map<string, string>, early: string[], mute: string[]}} Spoken
 * texts and counted words with where they stand; markup with words that is made while
 * the modules load, before a language is chosen; words that nothing looks up
 */

/** @returns {Promise<Spoken>} */
export async function spokenInSource() {
  /** @type {Spoken} */
  const all = { texts: new Map(), counts: new Map(), early: [], mute: [] };
  for (const name of await readdir(source, { recursive: true })) {
    if (!name.endsWith('.js') || /^(vendor|catalogue)/.test(name)) continue;
    const code = await readFile(join(source, name), 'utf8');
    walk(/** @type {any} */ (parse(code, { ecmaVersion: 2024, sourceType: 'module', locations: true })), name, false, all);
  }
  return all;
}

/** @param {any} node @param {string} file @param {boolean} later inside a function @param {Spoken} all */
function walk(node, file, later, all) {
  if (!node || typeof node.type !== 'string') return;
  const where = `${file}:${node.loc.start.line}`;
  const name = node.tag?.name ?? node.callee?.name;
  if (node.type === 'TaggedTemplateExpression') template(node, name, where, later, all);
  if (node.type === 'CallExpression' && (name === 'empty' || name === 'roomHead')) for (const word of node.arguments.flatMap(plain).filter(hasWords)) all.mute.push(`${where} ${word}`);
  if (node.type === 'CallExpression' && name === 'count' && node.arguments[1]?.type === 'Literal') all.counts.set(node.arguments[1].value, where);
  if (node.type === 'CallExpression' && name === 'table') for (const p of node.arguments[0].properties) all.texts.set(p.value.value, where);
  const inside = later || /Function/.test(node.type) || (node.type === 'PropertyDefinition' && !node.static);
  for (const value of Object.values(node)) for (const child of Array.isArray(value) ? value : [value]) walk(child, file, inside, all);
}

/** @param {any} node @param {string} name @param {string} where @param {boolean} later @param {Spoken} all */
function template(node, name, where, later, all) {
  const strings = node.quasi.quasis.map((/** @type {any} */ q) => q.value.cooked);
  const found = name === 'html' ? textsOf(strings) : name === 't' ? [sentenceKey(strings)] : [];
  for (const text of found) all.texts.set(text, where);
  if (found.length && !later) all.early.push(`${where} ${found[0]}`);
  if (name === 'html') for (const [i, e] of node.quasi.expressions.entries()) for (const word of plain(e)) if (read(strings, i, word)) all.mute.push(`${where} ${word}`);
}

/** The strings that an expression may be. @param {any} e @returns {string[]} */
function plain(e) {
  if (e.type === 'Literal') return typeof e.value === 'string' ? [e.value] : [];
  if (e.type === 'ConditionalExpression') return [...plain(e.consequent), ...plain(e.alternate)];
  if (e.type === 'LogicalExpression') return plain(e.right);
  return e.type === 'TemplateLiteral' ? [e.quasis.map((/** @type {any} */ q) => q.value.cooked).join('{}')] : [];
}

/** @param {string} word */
const hasWords = (word) => /\p{L}{2}/u.test(word.replace(/\{\}/g, ''));

/** Whether a person reads the string: not in a class or an address. @param {string[]} strings @param {number} i @param {string} word */
function read(strings, i, word) {
  if (!hasWords(word)) return false;
  const open = /([\w-]+)="[^"]*$/.exec(strings[i].slice(strings[i].lastIndexOf('<') + 1));
  return !open || /^(aria-label|title|placeholder|alt)$/.test(open[1]);
}
