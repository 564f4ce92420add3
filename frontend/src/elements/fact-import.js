import { html } from '../html.js';
import { Part } from '../part.js';
import { count, figure, told } from '../speech.js';

/** @import {Incoming} from '../types.d.ts' */

/** How many facts and how many faults are shown of a file. */
const some = 5;
const most = 50;

/**
 * A file of facts before it is taken: what is in it and which lines are left out, each
 * with its reason.
 *
 *     <fact-import></fact-import>   .incoming: Incoming   emits import-take, import-drop
 */
class FactImport extends Part {
  /** @type {Incoming | null} */
  #incoming = null;

  actions = {
    take: () => this.emit('import-take'),
    drop: () => this.emit('import-drop'),
  };

  /** @param {Incoming} incoming */
  set incoming(incoming) {
    this.#incoming = incoming;
    this.draw();
  }

  // Render

  render() {
    if (!this.#incoming) return html``;
    const { name, found: { facts, known, problems } } = this.#incoming;
    return html`<section class="panel" aria-label="File to import"><h2>${name}</h2>
      <p>${count(facts.length, 'fact')} to import${known ? html`, ${figure(known)} known already` : ''}${problems.length ? html`, ${count(problems.length, 'line')} left out` : ''}.</p>
      ${facts.length ? html`<ul class="import-some">${facts.slice(0, some).map((f) => html`<li>${f.question} <ins>${f.answer}</ins></li>`)}</ul>` : ''}
      ${facts.length > some ? html`<p class="hint">and ${figure(facts.length - some)} more</p>` : ''}
      ${problems.length ? html`<details class="fold" ${facts.length ? '' : html`open`}><summary>Left out</summary><ul class="import-faults" tabindex="0" aria-label="Left out">${problems.slice(0, most).map((p) => html`<li>${told(p)}</li>`)}</ul>${problems.length > most ? html`<p class="hint">and ${figure(problems.length - most)} more</p>` : ''}</details>` : ''}
      <div class="buttons">${facts.length ? html`<button class="primary" data-do="take">Put ${count(facts.length, 'fact')} into Review</button>` : ''}<button class="quiet" data-do="drop">${facts.length ? html`Cancel` : html`Close`}</button></div></section>`;
  }
}

export const defineFactImport = () => customElements.define('fact-import', FactImport);
export { FactImport };
