/**
 * Finds the texts of a template: what a person reads, with what surrounds it cut off.
 * The page looks them up in the catalogue, and a test asks whether all are there.
 *
 *     <p>Open <a href="${to}">Settings</a>.</p>   is the text   Open <a href="{0}">Settings</a>.
 *
 * A text reaches to the next element that stands for itself; those within a sentence
 * belong to it. Values are numbered within their text.
 */

/** Stands for the value with this number while a template is taken apart. @param {number} i */
const mark = (i) => `\u0001${i}\u0001`;
// eslint-disable-next-line no-control-regex
const marks = /\u0001(\d+)\u0001/g;

/** Elements within a sentence. */
const inline = new Set(['a', 'b', 'code', 'em', 'i', 'kbd', 'q', 'strong']);
/** Attributes that are read to a person. */
const spokenAttribute = /\b((?:aria-label|title|placeholder|alt)=")([^"]*)"/g;

/** An attribute that is drawn by itself, a path or an address: nobody reads it as words. */
const noWords = /^\s*(?:[\w-]+="[^"]*"|checked|disabled|hidden|open|selected|(?:https?:\/)?\/\S+)\s*$/;

/** Whether a text has words, beside values and elements. @param {string} text */
const hasWords = (text) => !noWords.test(text) && /\p{L}/u.test(text.replace(/<[^>]*>/g, '').replace(marks, '').replace(/&\w+;/g, ''));

/** The same text however its template breaks lines. @param {string} text */
const tidy = (text) => text.trim().replace(/\s+/g, ' ');

/**
 * A text with its values numbered from 0, and their numbers in the template.
 * @param {string} text
 */
function numbered(text) {
  /** @type {string[]} */
  const values = [];
  const key = tidy(text).replace(marks, (_m, i) => `{${values.push(i) - 1}}`);
  return { key, values };
}

/** The same as a template: a text in the words of another language. @param {string} text @param {(key: string) => string | undefined} look */
function put(text, look) {
  if (!hasWords(text)) return text;
  const { key, values } = numbered(text);
  const found = look(key);
  if (found === undefined) return text;
  const [before] = /** @type {RegExpExecArray} */ (/^\s*/.exec(text));
  const [after] = /** @type {RegExpExecArray} */ (/\s*$/.exec(text));
  return before + found.replace(/\{(\d+)\}/g, (_m, i) => mark(Number(values[i]))) + after;
}

/** An element around a whole text stands for itself. @param {string} text @param {(key: string) => string | undefined} look @returns {string} */
function peeled(text, look) {
  const around = /^(\s*<(\w+)\b[^>]*>)([^]*)(<\/\2>\s*)$/.exec(text);
  return around && !around[3].includes(`<${around[2]}`) ? around[1] + peeled(around[3], look) + around[4] : put(text, look);
}

/**
 * A template in another language.
 * @param {readonly string[]} strings
 * @param {(key: string) => string | undefined} look what a text is called there, if it is known
 * @returns {{strings: string[], values: number[]}} strings, and the numbers of the values between them
 */
export function inWords(strings, look) {
  const whole = strings.reduce((all, s, i) => all + mark(i - 1) + s);
  let out = '';
  let text = '';
  for (const piece of whole.split(/(<[^>]*>)/)) {
    const tag = /^<\/?([\w-]+)/.exec(piece);
    if (!tag || inline.has(tag[1])) text += piece;
    else {
      out += peeled(text, look) + piece;
      text = '';
    }
  }
  out += peeled(text, look);
  out = out.replace(spokenAttribute, (_m, name, value) => `${name}${put(value, look)}"`);
  /** @type {number[]} */
  const values = [];
  return { strings: out.split(marks).filter((s, i) => i % 2 === 0 || !values.push(Number(s))), values };
}

/** All texts of a template. @param {readonly string[]} strings */
export function textsOf(strings) {
  /** @type {string[]} */
  const found = [];
  inWords(strings, (key) => { found.push(key); return undefined; });
  return found;
}

/** A plain sentence with values as its key in the catalogue. @param {readonly string[]} strings */
export const sentenceKey = (strings) => tidy(strings.reduce((all, s, i) => `${all}{${i - 1}}${s}`));
