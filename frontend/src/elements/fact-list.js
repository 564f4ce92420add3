import { html } from '../html.js';
import { Part } from '../part.js';
import { proof } from '../views.js';
import { ago, exact, factStates } from '../words.js';

/** @import {Fact} from '../types.d.ts' */

/**
 * The queue: question, old value to new one, state and age. It is a list of links
 * that arrow keys and J, K walk through.
 *
 *     <fact-list></fact-list>   .view = {facts, open, showState, now}   emits fact-open {id}
 */
class FactList extends Part {
  /** @type {{facts: Fact[], open: string, showState: boolean, now: number}} */
  #view = { facts: [], open: '', showState: false, now: 0 };

  actions = {
    /** @param {HTMLElement} b */
    open: (b) => this.emit('fact-open', { id: b.dataset.id }),
  };

  /** @param {{facts: Fact[], open: string, showState: boolean, now: number}} view */
  set view(view) {
    const moved = this.#view.open !== view.open;
    this.#view = view;
    this.draw();
    if (moved) this.querySelector('[aria-current]')?.scrollIntoView?.({ block: 'nearest' });
  }

  // Render

  render() {
    return html`<ul>${this.#view.facts.map((f) => this.#fact(f))}</ul>`;
  }

  /** @param {Fact} f */
  #fact(f) {
    const { open, showState, now } = this.#view;
    return html`<li data-key="${f.id}"><button data-do="open" data-id="${f.id}" ${f.id === open ? html`aria-current="true"` : ''}>
      <span class="fact-question">${f.question}</span>
      <span class="fact-change">${f.old_answer ? proof(f.old_answer, f.answer) : html`<ins>${f.answer}</ins>`}</span>
      <span class="fact-meta">${showState || f.rule ? html`<span>${factStates[f.state]}${f.rule ? ' by rule' : ''}</span>` : ''}<span>${givers[f.proposed_by] ?? f.proposed_by}</span><time datetime="${f.created_at}" title="${exact(f.created_at)}">${ago(f.created_at, now)}</time></span>
    </button></li>`;
  }
}

/** @type {Record<string, string>} */
export const givers = { verdict: 'from a check', recheck: 'from a re-check', person: 'by hand', api: 'from the API', import: 'imported', demo: 'demo' };

export const defineFactList = () => customElements.define('fact-list', FactList);
export { FactList };
