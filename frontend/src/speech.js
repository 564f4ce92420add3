import { inWords, sentenceKey } from './texts.js';

/**
 * The language that the page speaks. English stands in the source; other languages
 * are looked up by it in the catalogue, which is loaded when one is chosen.
 *
 *     html`<button>Add</button>`   t`${name} is installed.`   count(3, 'fact')
 *
 * What a person or a model wrote is a value and never looked up.
 */

/** @typedef {{texts: Record<string, string[]>, counts: Record<string, string[]>, told: Record<string, string[]>}} Catalogue */

/** Each language in its own words, as a person looks for it. @type {[code: string, name: string, locale: string][]} */
export const languages = [['en', 'English', 'en-GB'], ['de', 'Deutsch', 'de-DE'], ['zh', '简体中文', 'zh-CN']];

const english = 0;
let at = english;
/** @type {Catalogue} */
let catalogue = { texts: {}, counts: {}, told: {} };
/** @type {WeakMap<readonly string[], {strings: readonly string[], values: number[]}>} */
let templates = new WeakMap();
/** Sentences from Go as they are said now: those without a value, and the others, the most definite first. */
let whole = /** @type {Map<string, string>} */ (new Map());
let patterns = /** @type {[pattern: RegExp, longest: string, said: string][]} */ ([]);

/** How dates and figures are written now. */
export const locale = () => languages[at][2];

/** The code of the language that is spoken now. */
export const language = () => languages[at][0];

/** The language to speak: the chosen one, else that of the system, else English. @param {string | undefined} chosen */
export function languageFor(chosen) {
  const code = chosen || navigator.language.slice(0, 2);
  return languages.some(([c]) => c === code) ? code : 'en';
}

/** Speaks another language from the next drawing on. @param {string} code one of `languages` */
export async function speak(code) {
  const next = languages.findIndex(([c]) => c === code);
  if (next < 0 || next === at) return;
  if (next !== english) catalogue = (await import('./catalogue/index.js')).catalogue;
  at = next;
  templates = new WeakMap();
  const sentences = next === english ? [] : Object.entries(catalogue.told).map(([text, said]) => /** @type {const} */ ([text, said[at - 1]]));
  whole = new Map(sentences);
  patterns = sentences.filter(([text]) => value.test(text)).sort(([a], [b]) => b.replace(values, '').length - a.replace(values, '').length).map(([text, said]) => [patternOf(text), longestOf(text), said]);
  document.documentElement.lang = locale();
  document.dispatchEvent(new Event('language'));
}

/** @param {Record<string, string[]>} part @param {string} key @returns {string | undefined} */
const look = (part, key) => (at === english || !Object.hasOwn(part, key) ? undefined : part[key][at - 1]);

/** A template as it is said now. @param {readonly string[]} strings @returns {{strings: readonly string[], values: number[]} | null} null: as it stands */
export function spoken(strings) {
  if (at === english) return null;
  let known = templates.get(strings);
  if (!known) templates.set(strings, known = inWords(strings, (key) => look(catalogue.texts, key)));
  return known;
}

/**
 * A plain sentence, for what is not markup.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function t(strings, ...values) {
  const key = sentenceKey(strings);
  return (look(catalogue.texts, key) ?? key).replace(/\{(\d+)\}/g, (_m, i) => String(values[i]));
}

/**
 * Words by name, each said when it is read: for tables that are made before a
 * language is chosen.
 * @template {string} K
 * @param {Record<K, string>} words in English
 * @returns {Record<K, string>}
 */
export function table(words) {
  const out = /** @type {Record<K, string>} */ ({});
  for (const [name, word] of Object.entries(words)) {
    Object.defineProperty(out, name, { enumerable: true, get: () => look(catalogue.texts, /** @type {string} */ (word)) ?? word });
  }
  return out;
}

/** @param {number} n */
export const figure = (n) => n.toLocaleString(at === english ? 'en' : locale());

/** "3 facts". @param {number} n @param {string} one in English @param {string} [many] */
export function count(n, one, many = `${one}s`) {
  const said = look(catalogue.counts, one);
  if (said === undefined) return `${figure(n)} ${n === 1 ? one : many}`;
  const [single, several = single] = said.split('|');
  return (n === 1 ? single : several).replace('{0}', figure(n));
}

/** What Errata itself says in Go, as it is said now; a sentence that is not known stays as it came. @param {string | undefined} text @returns {string} */
export function told(text) {
  if (!text || at === english) return text ?? '';
  const [, before, core, after] = /** @type {RegExpExecArray} */ (/^(\s*)([^]*?)(\s*)$/.exec(text));
  const pieces = core.split(/(?<=[.!?]) (?=\S)/);
  const said = pieces.length > 1 ? pieces.map(known) : [];
  const all = said.length && !said.includes(undefined) ? null : known(core);
  return before + (all ?? pieces.map((one, i) => said[i] ?? one).join(' ').replaceAll('。 ', '。')) + after;
}

/** @param {string} text @returns {string | undefined} */
function known(text) {
  if (whole.has(text)) return whole.get(text);
  for (const [pattern, longest, said] of patterns) {
    const found = text.includes(longest) && pattern.exec(text);
    if (found) return said.replace(/\{(~?)(\d+)\}/g, (_m, more, i) => (more ? told(found[Number(i) + 1]) : found[Number(i) + 1]));
  }
  return undefined;
}

/** What stands for something that differs. */
const value = /\{\d+\}/;
const values = /\{\d+\}/g;

/** The longest piece between values: looking for it is cheap. @param {string} text */
const longestOf = (text) => text.split(values).sort((a, b) => b.length - a.length)[0];

/** @param {string} text with {0}, {1}, … for what differs */
const patternOf = (text) => new RegExp(`^${text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(values, '([^]*?)')}$`);
