import { html } from '../html.js';
import { Part } from '../part.js';
import { t } from '../speech.js';
import { age, ago, exact } from '../words.js';

/** @import {Passage} from '../types.d.ts' */

/**
 * Passages with the quote that carries them, their place and their age. A quote that is
 * pressed is shown where it stands in its passage.
 *
 *     <quote-list></quote-list>   .view = {passages, now}   emits link {href}
 */
class QuoteList extends Part {
  /** @type {{passages: Passage[], now: number}} */
  #view = { passages: [], now: 0 };
  /** The passages that are shown whole. @type {Set<string>} */
  #whole = new Set();

  actions = {
    /** @param {HTMLElement} b */
    whole: (b) => this.#toggle(b.dataset.id ?? ''),
  };

  /** @param {{passages: Passage[], now: number}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Events

  /** @param {string} id */
  #toggle(id) {
    if (!this.#whole.delete(id)) this.#whole.add(id);
    this.draw();
    this.querySelector('mark.quoted')?.scrollIntoView?.({ block: 'nearest' });
  }

  // Render

  render() {
    return html`<ul>${this.#view.passages.map((p) => this.#passage(p))}</ul>`;
  }

  /** @param {Passage} p */
  #quote(p) {
    const at = p.quote ? p.text.indexOf(p.quote) : -1;
    if (at < 0 || p.text.trim() === p.quote?.trim()) return quoted(p);
    const whole = this.#whole.has(p.id);
    return html`<button class="quote-text" data-do="whole" data-id="${p.id}" aria-expanded="${whole ? 'true' : 'false'}" title="${whole ? html`Show the quote alone` : html`Show it in its passage`}">${whole ? inPlace(p, at) : quoted(p)}</button>`;
  }

  /** @param {Passage} p */
  #passage(p) {
    const flags = p.flags ?? [];
    return html`<li data-key="${p.id}" class="quote ${p.supports ?? ''}">
      <blockquote class="${this.#whole.has(p.id) ? 'whole' : ''}">${this.#quote(p)}</blockquote>
      <p class="quote-from">${from(p)} ${dot} ${dated(p, this.#view.now)}${p.provider === 'library' ? html` ${dot} your document` : ''}</p>
      ${flags.length ? html`<p class="quote-flag">Not used as evidence: ${flags.map(flagWords).join(', ')}.</p>` : ''}
    </li>`;
  }
}

/** A passage with its quote marked. @param {Passage} p @param {number} at */
const inPlace = (p, at) => html`${p.text.slice(0, at)}<mark class="quoted">${quoted(p)}</mark>${p.text.slice(at + (p.quote ?? '').length)}`;

/** @param {Passage} p */
function quoted(p) {
  const quote = p.quote || p.text.slice(0, 240);
  const i = p.value ? quote.indexOf(p.value) : -1;
  if (i < 0 || !p.value) return html`${quote}`;
  return html`${quote.slice(0, i)}<mark class="value">${p.value}</mark>${quote.slice(i + p.value.length)}`;
}

/** The page's address with its quote, which a browser then highlights. @param {Passage} p */
function atQuote(p) {
  const words = p.quote?.trim() ?? '';
  if (!words || p.url.includes('#') || p.provider === 'wikidata') return p.url;
  return `${p.url}#:~:text=${encodeURIComponent(words.split(/\s+/).slice(0, 12).join(' ')).replaceAll('-', '%2D')}`;
}

const dot = html`<span aria-hidden="true">·</span>`;

/** A page is known by its domain, a note by its title and, where it names one, its source. @param {Passage} p */
function from(p) {
  const link = (/** @type {string} */ words) => html`<a href="${atQuote(p)}" target="_blank" rel="noopener noreferrer" title="${p.title}">${words}</a>`;
  if (!/^https?:/.test(p.url)) return html`<span title="${p.url}">${place(p)}</span>`;
  if (p.provider !== 'library') return link(p.domain || p.title || p.url);
  return html`${p.title ? html`<span>${p.title}</span> ${dot} ` : ''}${link(p.domain || p.url)}`;
}

/** How a date was found is said where it is not that of the text. @type {Record<string, (when: string, day: string) => {words: unknown, why: string}>} */
const datings = {
  file: (when, day) => ({ words: t`file changed ${when}`, why: t`It gives no date, so the time of its file counts: ${day}` }),
  revision: (when, day) => ({ words: t`page changed ${when}`, why: t`The page was last changed then; what is quoted may be older: ${day}` }),
  seen: (when, day) => ({ words: t`seen ${when}`, why: t`A news index met the page then; what is quoted may be older: ${day}` }),
};

/** @param {Passage} p @param {number} now */
function dated(p, now) {
  const dating = p.published_at ? datings[p.date_source]?.(ago(p.published_at, now), exact(p.published_at)) : undefined;
  if (dating) return html`<time datetime="${p.published_at}" title="${dating.why}">${dating.words}</time>`;
  return html`<time datetime="${p.published_at ?? ''}" title="${exact(p.published_at) || t`It gives no date`}">${age(p.published_at, now)}</time>`;
}

/** Where a passage without a web address stands; a path is shown as it is. @param {Passage} p */
function place(p) {
  if (p.provider === 'clock') return t`this computer’s clock`;
  return p.title || (p.url.split(/[/\\]/).findLast(Boolean) ?? p.domain);
}

/** @param {string} flag */
const flagWords = (flag) => ({ injection: t`it speaks to the model`, template_token: t`it contains template tokens`, hidden_text: t`it contains hidden text` })[flag] ?? flag;

export const defineQuoteList = () => customElements.define('quote-list', QuoteList);
export { QuoteList };
