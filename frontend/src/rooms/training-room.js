import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { shown } from '../learned.js';
import { load } from '../live.js';
import { Part } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { failed, jobLine, roomHead } from '../views.js';
import { ago, exact, runEnds, runStates } from '../words.js';

/** @import {Run} from '../types.d.ts' */

/** Before, during and after a training, and the earlier ones. */
class TrainingRoom extends Part {
  actions = {
    again: () => void load('runs'),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('runs', 'counts', 'versions', 'cycle', 'models');
    store.watch(['runs', 'jobs', 'versions', 'loads', 'route'], () => this.draw(), signal);
  }

  // Render

  render() {
    const { runs, loads, jobs: { train, setup } } = store.state;
    const run = shown(store.state);
    return html`${roomHead(t`Training`, html`The chat goes on while a training runs.`)}
      ${failed(loads.runs, html`<button data-do="again">Try again</button>`)}
      ${jobLine(setup)}
      ${jobLine(train)}
      <training-before></training-before>
      <training-run></training-run>
      ${runs.length > 1 ? html`<section><h2>Earlier trainings</h2><ul class="lines">${runs.map((r) => this.#line(r, r.id === run?.id))}</ul></section>` : ''}`;
  }

  /** @param {Run} r @param {boolean} open */
  #line(r, open) {
    const version = store.state.versions.find((v) => v.id === r.version_id);
    return html`<li data-key="${r.id}"><a href="#/training/${encodeURIComponent(r.id)}" ${open ? html`aria-current="true"` : ''}><time datetime="${r.created_at}" title="${exact(r.created_at)}">${ago(r.created_at, Date.now())}</time></a>
      <span>${r.model}, ${r.recipe || t`default`} recipe</span><span>${version ? `v${version.number}` : ''}</span><span class="hint">${runEnds[r.failure ?? ''] ?? runStates[r.state]}${r.progress.facts ? t`, ${r.progress.learned} of ${r.progress.facts} learned` : ''}</span></li>`;
  }
}

export const defineTrainingRoom = () => customElements.define('training-room', TrainingRoom);
export { TrainingRoom };
