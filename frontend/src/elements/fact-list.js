import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part } from '../part.js';
import { table } from '../speech.js';
import { proof } from '../views.js';
import { ago, exact, factStates, urgencies } from '../words.js';

/** @import {InboxItem} from '../types.d.ts' */

/** @typedef {{items: InboxItem[], open: string, showState: boolean, more: boolean, now: number}} ListView */

/** Rows that are drawn above and below what is seen. */
const beyond = 8;
/** How high a row is taken to be before one was drawn, in px. */
const guessed = 76;

/**
 * The queue: question, old value to new one, why it is urgent, state and age. Only the
 * rows in sight are drawn, all of one height, so that a hundred thousand cost as little
 * as ten.
 *
 *     <fact-list></fact-list>   .view: ListView   emits fact-open {id}, fact-more near the end
 */
class FactList extends Part {
  /** @type {ListView} */
  #view = { items: [], open: '', showState: false, more: false, now: 0 };
  #row = guessed;
  #drawn = '';

  actions = {
    /** @param {HTMLElement} b */
    open: (b) => this.emit('fact-open', { id: b.dataset.id }),
  };

  /** @param {ListView} view */
  set view(view) {
    const moved = this.#view.open !== view.open;
    this.#view = view;
    this.draw();
    if (moved) this.#show(view.items.findIndex((i) => i.fact.id === view.open));
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) { this.addEventListener('scroll', () => this.#scrolled(), { signal, passive: true }); }

  // Events

  #scrolled() {
    const { from, to } = this.#sight;
    if (`${from} ${to}` !== this.#drawn) this.draw();
    if (this.#view.more && to + beyond >= this.#view.items.length) this.emit('fact-more');
  }

  /** @param {number} i */
  #show(i) {
    if (i < 0 || !this.clientHeight) return;
    const top = i * this.#row;
    if (top < this.scrollTop) this.scrollTo({ top });
    else if (top + this.#row > this.scrollTop + this.clientHeight) this.scrollTo({ top: top + this.#row - this.clientHeight });
  }

  // Render

  /** Which rows are drawn. */
  get #sight() {
    const from = Math.max(0, Math.floor(this.scrollTop / this.#row) - beyond);
    return { from, to: Math.min(this.#view.items.length, from + Math.ceil((this.clientHeight || 800) / this.#row) + 2 * beyond) };
  }

  render() {
    const { items, more } = this.#view;
    const { from, to } = this.#sight;
    this.#drawn = `${from} ${to}`;
    return html`<ul>${items.slice(from, to).map((item, i) => this.#fact(item, from + i + 1, more ? -1 : items.length))}</ul>`;
  }

  drawn() {
    const list = this.querySelector('ul');
    if (!list) return;
    const first = list.querySelector('li');
    if (first?.offsetHeight && first.offsetHeight !== this.#row) {
      this.#row = first.offsetHeight;
      this.draw();
      return;
    }
    // Positions are figures, not markup: they go through the style object.
    list.style.paddingTop = `${this.#sight.from * this.#row}px`;
    list.style.height = `${this.#view.items.length * this.#row}px`;
  }

  /** @param {InboxItem} item @param {number} place @param {number} of */
  #fact({ fact: f, urgent }, place, of) {
    const { open, showState, now } = this.#view;
    return html`<li data-key="${f.id}" aria-posinset="${place}" aria-setsize="${of}"><button data-do="open" data-id="${f.id}" ${f.id === open ? html`aria-current="true"` : ''}>
      <span class="fact-question">${f.question}</span>
      <span class="fact-change">${f.old_answer ? proof(f.old_answer, f.answer) : html`<ins>${f.answer}</ins>`}</span>
      <span class="fact-meta">${urgent ? html`<span class="urgent">${icon('clock')}${urgencies[urgent.why]}</span>` : ''}${showState || f.rule ? html`<span>${factStates[f.state]}${f.rule ? html` by rule` : ''}</span>` : ''}<span>${givers[f.proposed_by] ?? f.proposed_by}</span><time datetime="${f.created_at}" title="${exact(f.created_at)}">${ago(f.created_at, now)}</time></span>
    </button></li>`;
  }
}

/** @type {Record<string, string>} */
export const givers = table({ verdict: 'from a check', recheck: 'from a re-check', person: 'by hand', api: 'from the API', import: 'imported', demo: 'demo' });

export const defineFactList = () => customElements.define('fact-list', FactList);
export { FactList };
