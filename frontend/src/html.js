import { spoken } from './speech.js';

/**
 * Markup that encodes by default, and a patcher that draws it.
 *
 *     morph(element, html`<p class="${name}">${textOfAnyone}</p>`)
 *
 * A value is encoded unless it is markup itself; null, undefined and false draw
 * nothing; a list draws its items one after another. Attribute values must stand
 * in double quotes. The template's own words are said in the language that is
 * chosen; values stay as they are.
 */

export class Markup {
  #text;
  /** @param {string} text */
  constructor(text) { this.#text = text; }
  toString() { return this.#text; }
}

/** @type {Record<string, string>} */
const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** @param {string} text */
export const encode = (text) => text.replace(/[&<>"']/g, (c) => entities[c]);

/**
 * Takes text for markup. Only markdown.js may, after sanitising.
 * @param {string} text
 */
export const raw = (text) => new Markup(text);

/** @param {unknown} value @returns {string} */
function piece(value) {
  if (value === null || value === undefined || value === false || value === true) return '';
  if (value instanceof Markup) return value.toString();
  if (Array.isArray(value)) return value.map(piece).join('');
  return encode(String(value));
}

/**
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function html(strings, ...values) {
  const said = spoken(strings);
  if (!said) return new Markup(strings.reduce((text, s, i) => text + piece(values[i - 1]) + s));
  return new Markup(said.strings.reduce((text, s, i) => text + piece(values[said.values[i - 1]]) + s));
}

/**
 * Draws markup into an element by changing only what differs, so that focus,
 * selection, scroll position and open details stay. Children with the same
 * data-key are the same child. The inside of a custom element is its own.
 * @param {Element} target
 * @param {Markup} markup
 */
export function morph(target, markup) {
  const template = document.createElement('template');
  template.innerHTML = markup.toString();
  morphChildren(target, template.content);
}

/** @param {Node} node */
const keyOf = (node) => (node instanceof Element ? node.getAttribute('data-key') : null);

/** @param {Node} a @param {Node} b */
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

/** @param {Element} target @param {ParentNode & Node} wanted */
function morphChildren(target, wanted) {
  let at = target.firstChild;
  for (const want of [...wanted.childNodes]) {
    let have = at;
    while (have && !alike(have, want)) have = keyOf(want) === null && keyOf(have) === null ? null : have.nextSibling;
    if (!have) {
      target.insertBefore(want, at);
      continue;
    }
    if (have === at) at = at.nextSibling;
    else target.insertBefore(have, at);
    morphNode(have, want);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** @param {Node} have @param {Node} want */
function morphNode(have, want) {
  if (!(have instanceof Element) || !(want instanceof Element)) {
    if (have.nodeValue !== want.nodeValue) have.nodeValue = want.nodeValue;
    return;
  }
  for (const { name } of [...have.attributes]) {
    if (!want.hasAttribute(name) && !outside(have, name)) have.removeAttribute(name);
  }
  for (const { name, value } of [...want.attributes]) {
    if (have.getAttribute(name) !== value && !outside(have, name)) have.setAttribute(name, value);
  }
  if (have instanceof HTMLInputElement && have.type === 'checkbox' && want instanceof HTMLInputElement) have.checked = want.hasAttribute('checked');
  if (have.localName.includes('-')) return;
  if (have instanceof HTMLTextAreaElement) return; // what is typed belongs to the person
  morphChildren(have, want);
  // A choice whose markup selects nothing belongs to the person.
  if (have instanceof HTMLSelectElement && want instanceof HTMLSelectElement && want.querySelector('[selected]') && have.value !== want.value) have.value = want.value;
}

/**
 * Whether an attribute of a drawn element is set from outside the markup: what a
 * person opened or shut stays so, and positions go through the style object.
 * @param {Element} element @param {string} name
 */
const outside = (element, name) => name === 'style' || name.startsWith('data-own') || (name === 'open' && element.localName === 'details');
