import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sentences that Go may say to the page, read from its source. */

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where sentences for a person are made, and which files there hold none: texts for a model, what a command alone says, and mistakes of ours. @type {Record<string, RegExp>} */
const folders = {
  app: /^(app|bench\w*|throwaway|restore|local|control|window)\.go/, 'app/api': /^(invoke|lessons)\.go/, 'app/window': /^none\.go/, backend: /^prompt\.go/, 'backend/bolt': /^(check|salvage|pages)\.go/, 'backend/chatfile': /^$/,
  'backend/dataset': /^(kind|model|paraphrase|neighbours|probes|rows|sentence)\.go/, 'backend/engine': /^list\.go/, 'backend/evidence': /^$/, 'backend/flow': /^$/, 'backend/judge': /^(?!words\.go|budget\.go)/, 'backend/library': /^alias\.go/,
  'backend/ollama': /^$/, 'backend/page': /^$/, 'backend/score': /^judge\.go/, 'backend/secret': /^$/, 'backend/train': /^$/, 'backend/watch': /^$/,
};

/** What comes before a sentence: a call with arguments before it, a field, or an assignment, which ends with its line. @type {[before: RegExp, argument: number, separator?: string][]} */
const places = [
  [/\bbackend\.Errorf\(|\bErrorf\((?=Code)/g, 2], [/\bbackend\.Wrap\(/g, 3], [/\bWithHint\(/g, 0],
  [/\b(?:Message|Hint|Problem|What|message|hint|Sentence):\s*(?=["`\w(])/g, 0], [/\.(?:Message|Hint|Words|Problem) = (?=["`\w(])/g, 0, '\n'], [/\bis\((?=backend\.Code)/g, 1], [/\bis\((?=backend\.Code)/g, 2],
  [/\bsay\((?=")/g, 0],
];

/** @returns {Promise<Map<string, string>>} each sentence, {0} for what differs, with where it stands */
export async function saidInGo() {
  /** @type {Map<string, string>} */
  const all = new Map();
  for (const [folder, mute] of Object.entries(folders)) {
    for (const name of await readdir(join(root, folder))) {
      if (!name.endsWith('.go') || name.endsWith('_test.go') || mute.test(name)) continue;
      const code = await readFile(join(root, folder, name), 'utf8');
      const where = (/** @type {number} */ at) => `${folder}/${name}:${code.slice(0, at).split('\n').length}`;
      /** @type {[from: number, to: number][]} */
      const taken = [];
      for (const [before, argument, separator = ','] of places) {
        for (const found of code.matchAll(before)) {
          const at = found.index + found[0].length;
          const pieces = splitTop(code, at, separator);
          const from = at + pieces.slice(0, argument).reduce((n, p) => n + p.length + 1, 0);
          const said = sentence(pieces[argument] ?? '');
          taken.push([from, from + (pieces[argument]?.length ?? 0)]);
          if (said) all.set(said, where(at));
        }
      }
      for (const { 0: literal, index } of code.matchAll(/\/\/[^\n]*|`[^`]*`|"(?:\\.|[^"\\\n])*"/g)) {
        if (/^"["%A-Z\\].* .*\."$/.test(literal) && !taken.some(([from, to]) => index >= from && index < to)) all.set(sentence(literal), where(index));
      }
    }
  }
  return all;
}

/** Go's tokens that can hold brackets or commas. */
const quoted = /"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])+'|\/\/[^\n]*/y;

/** The pieces between separators at this depth, up to the end of the expression. @param {string} code @param {number} start @param {string} separator */
function splitTop(code, start, separator) {
  const pieces = [];
  let depth = 0;
  let from = start;
  for (let i = start; i < code.length; i++) {
    quoted.lastIndex = i;
    const text = quoted.exec(code)?.[0];
    if (text) i += text.length - 1;
    else if ('([{'.includes(code[i])) depth++;
    else if (depth === 0 && code[i] === separator) {
      pieces.push(code.slice(from, i));
      from = i + 1;
    } else if (')]}'.includes(code[i]) && --depth < 0) return [...pieces, code.slice(from, i)];
  }
  return [...pieces, code.slice(from)];
}

/** An expression as a sentence of the catalogue, '' where it is made elsewhere. @param {string} expression */
function sentence(expression) {
  let n = 0;
  let words = false;
  const said = splitTop(expression, 0, '+').map((piece) => {
    const format = /^fmt\.Sprintf\(/.exec(piece.trim());
    const literal = (format ? splitTop(piece.trim(), format[0].length, ',')[0] : piece).trim();
    const [found] = /^(?:"(?:\\.|[^"\\])*"|`[^`]*`)/.exec(literal) ?? [''];
    if (!found) return `{${n++}}`;
    words = true;
    const text = found[0] === '`' ? found.slice(1, -1) : JSON.parse(found);
    return text.replace(/%(?:\[\d+\])?[-+ #0]*[\d.]*([a-zA-Z%])/g, (/** @type {string} */ _m, /** @type {string} */ verb) => (verb === '%' ? '%' : verb === 'q' ? `"{${n++}}"` : `{${n++}}`));
  }).join('');
  return words && /\p{L}{2}/u.test(said.replace(/\{\d+\}/g, '')) ? said : '';
}

/** All Go source in which sentences are made. */
export async function wordsOfGo() {
  let all = '';
  for (const folder of Object.keys(folders)) {
    for (const name of await readdir(join(root, folder))) if (name.endsWith('.go') && !name.endsWith('_test.go')) all += await readFile(join(root, folder, name), 'utf8');
  }
  return all.replaceAll('\\"', '"');
}
