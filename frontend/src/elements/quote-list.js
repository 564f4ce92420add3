import { html } from '../html.js';
import { Part } from '../part.js';
import { age, exact } from '../words.js';

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
    const { now } = this.#view;
    const web = /^https?:/.test(p.url);
    const flags = p.flags ?? [];
    return html`<li data-key="${p.id}" class="quote ${p.supports ?? ''}">
      <blockquote>${quoted(p)}</blockquote>
      <p class="quote-from">${web ? html`<a href="${p.url}" target="_blank" rel="noopener noreferrer" title="${p.title}">${p.domain || p.title || p.url}</a>` : html`<span title="${p.url}">${place(p)}</span>`}
      <span aria-hidden="true">·</span> <time datetime="${p.published_at ?? ''}" title="${exact(p.published_at) || 'The page gives no date'}">${age(p.published_at, now)}</time>
      ${p.provider === 'library' ? html`<span aria-hidden="true">·</span> your document` : ''}</p>
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

/** Where a passage without a web address stands; a path is shown as it is. @param {Passage} p */
function place(p) {
  if (p.provider === 'clock') return 'this computer’s clock';
  return p.title || (p.url.split(/[/\\]/).findLast(Boolean) ?? p.domain);
}

/** @param {string} flag */
const flagWords = (flag) => ({ injection: 'it speaks to the model', template_token: 'it contains template tokens', hidden_text: 'it contains hidden text' })[flag] ?? flag;

export const defineQuoteList = () => customElements.define('quote-list', QuoteList);
export { QuoteList };
