import { html } from '../html.js';
import { icon } from '../icons.js';
import { noLines } from '../inbox.js';
import { Part } from '../part.js';
import { table } from '../speech.js';
import { proof } from '../views.js';
import { ago, exact, factStates, urgencies } from '../words.js';

/** @import {InboxItem, InboxLines} from '../types.d.ts' */

/** @typedef {{lines: InboxLines, of: string, open: string, showState: boolean, now: number}} ListView */

/** Rows that are drawn above and below what is seen. */
const beyond = 8;
/** How high a row is taken to be before one was drawn, in px. */
const guessed = 76;

/**
 * The queue: question, old value to new one, why it is urgent, state and age. Only the
 * rows in sight are drawn, all of one height, so that a hundred thousand cost as little
 * as ten; one that is not loaded yet is empty. `of` says which list it is:
 * another one begins at its top.
 *
 *     <fact-list></fact-list>   .view: ListView   emits fact-open {id}, fact-sight {from, to}
 */
class FactList extends Part {
  /** @type {ListView} */
  #view = { lines: noLines, of: '', open: '', showState: false, now: 0 };
  #row = guessed;
  #drawn = '';

  actions = {
    /** @param {HTMLElement} b */
    open: (b) => this.emit('fact-open', { id: b.dataset.id }),
  };

  /** @param {ListView} view */
  set view(view) {
    const moved = this.#view.open !== view.open;
    if (this.#view.of !== view.of) this.scrollTop = 0;
    this.#view = view;
    this.draw();
    if (moved) this.#show(view.lines.place(view.open));
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) { this.addEventListener('scroll', () => this.#scrolled(), { signal, passive: true }); }

  // Events

  #scrolled() {
    const { from, to } = this.#sight;
    if (`${from} ${to}` !== this.#drawn) this.draw();
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
    return { from, to: Math.min(this.#view.lines.length, from + Math.ceil((this.clientHeight || 800) / this.#row) + 2 * beyond) };
  }

  render() {
    const { from, to } = this.#sight;
    this.#drawn = `${from} ${to}`;
    return html`<ul>${Array.from({ length: Math.max(0, to - from) }, (_v, i) => this.#line(from + i))}</ul>`;
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
    const { lines } = this.#view;
    list.style.height = `${lines.length * this.#row}px`;
    const { from, to } = this.#sight;
    this.emit('fact-sight', { from: from - lines.top, to: to - lines.top });
  }

  /** @param {number} i */
  #line(i) {
    const item = this.#view.lines.at(i);
    return item ? this.#fact(item, i) : html`<li data-key="at ${i}"></li>`;
  }

  /** @param {InboxItem} item @param {number} i */
  #fact({ fact: f, urgent }, i) {
    const { lines, open, showState, now } = this.#view;
    return html`<li data-key="${f.id}" aria-posinset="${i + 1}" aria-setsize="${lines.length}"><button data-do="open" data-id="${f.id}" ${f.id === open ? html`aria-current="true"` : ''}>
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
