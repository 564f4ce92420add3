import { html } from '../html.js';
import { Part } from '../part.js';
import { age, ago, exact } from '../words.js';

/** @import {Passage} from '../types.d.ts' */

/**
 * Passages with the quote that carries them, their place and their age.
 *
 *     <quote-list></quote-list>   .view = {passages, now}   emits link {href}
 */
class QuoteList extends Part {
  /** @type {{passages: Passage[], now: number}} */
  #view = { passages: [], now: 0 };

  /** @param {{passages: Passage[], now: number}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Render

  render() {
    return html`<ul>${this.#view.passages.map((p) => this.#passage(p))}</ul>`;
  }

  /** @param {Passage} p */
  #passage(p) {
    const flags = p.flags ?? [];
    return html`<li data-key="${p.id}" class="quote ${p.supports ?? ''}">
      <blockquote>${quoted(p)}</blockquote>
      <p class="quote-from">${from(p)} ${dot} ${dated(p, this.#view.now)}${p.provider === 'library' ? html` ${dot} your document` : ''}</p>
      ${flags.length ? html`<p class="quote-flag">Not used as evidence: ${flags.map(flagWords).join(', ')}.</p>` : ''}
    </li>`;
  }
}

/** @param {Passage} p */
function quoted(p) {
  const quote = p.quote || p.text.slice(0, 240);
  const i = p.value ? quote.indexOf(p.value) : -1;
  if (i < 0 || !p.value) return html`${quote}`;
  return html`${quote.slice(0, i)}<mark class="value">${p.value}</mark>${quote.slice(i + p.value.length)}`;
}

const dot = html`<span aria-hidden="true">·</span>`;

/** A page is known by its domain, a note by its title and, where it names one, its source. @param {Passage} p */
function from(p) {
  const link = (/** @type {string} */ words) => html`<a href="${p.url}" target="_blank" rel="noopener noreferrer" title="${p.title}">${words}</a>`;
  if (!/^https?:/.test(p.url)) return html`<span title="${p.url}">${place(p)}</span>`;
  if (p.provider !== 'library') return link(p.domain || p.title || p.url);
  return html`${p.title ? html`<span>${p.title}</span> ${dot} ` : ''}${link(p.domain || p.url)}`;
}

/** A note without a date counts by the time of its file, and that is said. @param {Passage} p @param {number} now */
const dated = (p, now) => (p.date_source === 'file' && p.published_at
  ? html`<time datetime="${p.published_at}" title="It gives no date, so the time of its file counts: ${exact(p.published_at)}">file changed ${ago(p.published_at, now)}</time>`
  : html`<time datetime="${p.published_at ?? ''}" title="${exact(p.published_at) || 'It gives no date'}">${age(p.published_at, now)}</time>`);

/** Where a passage without a web address stands; a path is shown as it is. @param {Passage} p */
function place(p) {
  if (p.provider === 'clock') return 'this computer’s clock';
  return p.title || (p.url.split(/[/\\]/).findLast(Boolean) ?? p.domain);
}

/** @param {string} flag */
const flagWords = (flag) => ({ injection: 'it speaks to the model', template_token: 'it contains template tokens', hidden_text: 'it contains hidden text' })[flag] ?? flag;

export const defineQuoteList = () => customElements.define('quote-list', QuoteList);
export { QuoteList };
