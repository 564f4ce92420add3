import { html } from '../html.js';
import { resumable } from '../learned.js';
import { Part } from '../part.js';
import { t, told } from '../speech.js';
import { failed } from '../views.js';
import { count, duration, versionStates } from '../words.js';

/** @import {Run, Version} from '../types.d.ts' */

/** @typedef {{run: Run, version: Version | null, busy: boolean, home: string}} EndView */

/**
 * How a training ended and what can be done then: compare what it made, or go on
 * with one that ended early. Nothing goes on beside a training that runs (`busy`).
 *
 *     <run-end></run-end>   .view: EndView   emits run-resume, run-discard, run-score
 */
class RunEnd extends Part {
  /** @type {EndView | null} */
  #view = null;

  actions = {
    resume: () => this.emit('run-resume'),
    discard: () => this.emit('run-discard'),
    score: () => this.emit('run-score'),
  };

  /** @param {EndView} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Render

  render() {
    const view = this.#view;
    if (!view) return html``;
    const { run } = view;
    if (run.state === 'finished') return this.#made(view);
    if (run.failure === 'apart') return apart(run);
    const said = run.state === 'failed' ? failed({ code: 'failed', message: run.message ?? t`The training failed.`, hint: run.hint ?? '', detail: run.failure ?? '' })
      : html`<p>${told(run.message) || (run.state === 'interrupted' ? t`This training was interrupted.` : t`You stopped it.`)} ${told(run.hint)}</p>`;
    return html`${said}
      ${resumable(run) && !view.busy ? html`<div class="buttons"><button class="primary" data-do="resume">Resume</button><button data-do="discard">Give up</button></div>` : ''}
      <p class="hint">Its log is <code>logs/train-${run.id}.log</code> in <code>${view.home}</code>.</p>`;
  }

  /** @param {EndView} view */
  #made({ run, version }) {
    const p = run.progress;
    const sentence = p.facts ? t`${p.learned} of ${count(p.facts, 'fact')} learned in ${duration(p.elapsed_seconds)}.` : t`Finished in ${duration(p.elapsed_seconds)}.`;
    const inMemory = version?.given_up_fact_ids?.length ?? 0;
    if (!version) return html`<p class="lead">${sentence}</p><p class="hint">${told(run.message) || t`Its adapter is being verified.`}</p>`;
    return html`<p class="lead">${sentence} ${version.state === 'current' ? t`It is v${version.number}, which answers now.` : t`It is v${version.number} (${versionStates[version.state]}).`}</p>
      ${inMemory ? html`<p>${inMemory === 1 ? t`One fact is kept in memory alone: trained into the weights, its answer spread to the questions beside it.` : t`${inMemory} facts are kept in memory alone: trained into the weights, their answers spread to the questions beside them.`}</p>` : ''}
      <div class="buttons">${version.gate ? html`<a class="button primary" href="#/versions/${encodeURIComponent(version.id)}">Compare</a>` : html`<button class="primary" data-do="score">Score and compare</button>`}</div>`;
  }
}

/** An ending of its own: nothing broke, and there is nothing to resume. @param {Run} run */
const apart = (run) => html`<p class="lead">Nothing was put into the weights. ${run.progress.given_up === 1 ? html`The fact could not be held apart from the questions beside it: trained, its answer spread to them.` : html`No fact could be held apart from the questions beside it: trained, its answer spread to them.`}</p>
  <p>Nothing is lost: memory goes on answering them, and the version that answers now is unchanged.</p>
  <div class="buttons"><a class="button primary" href="#/review">Approve other facts</a></div>`;

export const defineRunEnd = () => customElements.define('run-end', RunEnd);
export { RunEnd };
