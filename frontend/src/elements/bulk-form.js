import { html } from '../html.js';
import { Part, valueOf } from '../part.js';
import { figure } from '../speech.js';

/** @import {BulkPlan, FactState} from '../types.d.ts' */

/** @typedef {{plan: BulkPlan, query: string}} BulkView */

/**
 * Decides many facts at once. The number has to be typed, so that nobody decides more
 * than they meant to.
 *
 *     <bulk-form></bulk-form>   .view: BulkView   emits bulk-decide {to, count}, bulk-close
 */
class BulkForm extends Part {
  /** @type {BulkView | null} */
  #view = null;

  actions = {
    approve: () => this.#decide('approved'),
    reject: () => this.#decide('rejected'),
    close: () => this.emit('bulk-close'),
  };

  /** @param {BulkView} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('input', () => this.draw(), { signal });
    this.addEventListener('keydown', (e) => { if (e.key === 'Escape') this.emit('bulk-close'); }, { signal });
  }

  // Events

  /** @param {FactState} to */
  #decide(to) { if (this.#typed) this.emit('bulk-decide', { to, count: this.#view?.plan.count }); }

  /** Whether the right number stands in the field. */
  get #typed() {
    return this.querySelector('input') !== null && valueOf(this, 'count').replace(/[\s,.’']/g, '') === String(this.#view?.plan.count);
  }

  // Render

  render() {
    if (!this.#view) return html``;
    const { plan, query } = this.#view;
    if (!plan.count) return html`<div class="panel"><p>There is nothing here that can be decided together.</p><div class="buttons"><button data-do="close">Close</button></div></div>`;
    const off = this.#typed ? '' : html`disabled`;
    return html`<form class="panel" data-send="none" aria-label="Decide many">
      <p>${query ? html`All ${figure(plan.count)} waiting facts with “${query}”, also those further down.` : html`All ${figure(plan.count)} waiting facts, also those further down.`}
        ${plan.left ? html`${figure(plan.left)} that disagree with another are left for you to decide one by one.` : ''}</p>
      <div class="buttons"><label for="bulk-count">Type ${String(plan.count)} to go on</label><input id="bulk-count" name="count" inputmode="numeric" autocomplete="off"><button type="button" class="primary" data-do="approve" ${off}>Approve them</button><button type="button" data-do="reject" ${off}>Reject them</button><button type="button" class="quiet" data-do="close">Cancel</button></div></form>`;
  }
}

export const defineBulkForm = () => customElements.define('bulk-form', BulkForm);
export { BulkForm };
