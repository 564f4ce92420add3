import { api } from '../api.js';
import { RunChart } from '../elements/run-chart.js';
import { RunEnd } from '../elements/run-end.js';
import { html } from '../html.js';
import { busy, dots, estimate, kept, learned, points, reasons, shown } from '../learned.js';
import { attempt, openRun, takeRun } from '../live.js';
import { Part } from '../part.js';
import { t, table } from '../speech.js';
import { store } from '../store.js';
import { compare, score } from '../versions.js';
import { count, decimal, duration, runStates, size } from '../words.js';

/** @import {Fact, Run, TrainerLine} from '../types.d.ts' */

/** @type {Record<string, string>} */
const stages = table({ wait: 'Waiting for the cluster', load: 'Loading the weights', cache: 'Caching what stays fixed', train: 'Learning', save: 'Saving the adapter', merge: 'Writing the weights to serve' });

/** One training, while it runs and when it ended: its steps, its facts, and how it is stopped. */
class TrainingRun extends Part {
  /** @type {Fact[]} */
  #facts = [];
  #factsOf = '';

  actions = {
    pause: () => void this.#stop(true),
    finish: () => void this.#finish(),
    drop: () => { if (this.sure('drop')) void this.#stop(false); },
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void this.#follow();
    store.watch(['runs', 'runView', 'versions', 'hello', 'route'], () => { void this.#follow(); this.draw(); }, signal);
    this.addEventListener('run-resume', () => void this.#change('ResumeRun'), { signal });
    this.addEventListener('run-discard', () => void this.#change('DiscardRun'), { signal });
    this.addEventListener('run-score', () => void this.#score(), { signal });
  }

  disconnected() { store.set({ runView: null }); }

  // Events

  get #run() { return shown(store.state); }

  async #follow() {
    const run = this.#run;
    if (!run || !this.isConnected) return;
    if (store.state.runView?.run.id !== run.id && this.#factsOf !== `opening ${run.id}`) {
      this.#factsOf = `opening ${run.id}`;
      await openRun(run.id);
    }
    if (this.#factsOf === run.dataset_id || !run.dataset_id) return;
    this.#factsOf = run.dataset_id;
    const view = await attempt(api.call('Dataset', run.dataset_id));
    this.#facts = view?.content.facts ?? [];
    this.draw();
  }

  /** @param {boolean} save */
  async #stop(save) {
    const run = this.#run;
    if (run && await attempt(api.call('StopRun', run.id, save).then(() => true))) store.toast({ text: save ? t`Pausing after the next step; what was learned is kept.` : t`Stopping.` });
  }

  async #finish() {
    const run = this.#run;
    if (run && await attempt(api.call('FinishRun', run.id).then(() => true))) store.toast({ text: t`Ending after the next step; what was learned becomes a version.` });
  }

  /** @param {'ResumeRun' | 'DiscardRun'} method */
  async #change(method) {
    const run = this.#run;
    const changed = run && await attempt(api.call(method, run.id));
    if (changed) takeRun(changed);
  }

  async #score() {
    const id = this.#run?.version_id;
    if (!id) return;
    location.hash = `#/versions/${encodeURIComponent(id)}`;
    if (await score(id)) await compare({ a: 'base', b: id, prompts: [] });
  }

  // Render

  render() {
    const run = this.#run;
    if (!run) return html``;
    const events = store.state.runView?.run.id === run.id ? store.state.runView.events : [];
    const runs = busy(run);
    const p = run.progress;
    const why = reasons(events);
    const done = learned(events);
    const facts = dots(this.#facts, done, kept(events));
    return html`<section class="run" data-key="${run.id}"><h2>${runs ? stages[p.stage] ?? runStates[run.state] : heads[run.failure ?? ''] ?? heads[run.state]}</h2>
      ${runs ? html`<ol class="stages" aria-label="Stages">${stagesOf(run)}</ol>` : html`<run-end></run-end>`}
      ${facts.length ? html`<ul class="fact-dots" aria-label="${p.learned || done.size} of ${count(facts.length, 'fact')} learned">${facts.map((f) => html`<li data-key="${f.id}"><span class="dot ${f.state}" tabindex="0" role="img" aria-label="${f.words}" title="${f.words}"></span></li>`)}</ul>` : ''}
      ${p.step || runs ? figures(run, facts.length, events) : ''}
      ${points(events).length ? html`<run-chart></run-chart>` : ''}
      ${runs ? html`<div class="buttons"><button data-do="pause">Pause</button>${p.step ? html`<button data-do="finish">End now and keep what it learned</button>` : ''}<button class="quiet" data-do="drop">${this.asked === 'drop' ? html`Drop it for good?` : html`Stop and drop it`}</button></div>
      <p class="hint">Pausing keeps the place; resumed, it ends where an unbroken training would. You can close the window: the place is kept too.</p>` : ''}
      ${why.length ? html`<details class="fold"><summary>What was chosen, and why</summary><dl class="reasons">${why.map(([k, v]) => html`<div><dt>${k}</dt><dd>${v}</dd></div>`)}</dl></details>` : ''}</section>`;
  }

  drawn() {
    const { runView, runs, versions, hello } = store.state;
    const run = this.#run;
    const end = this.querySelector('run-end');
    if (end instanceof RunEnd && run) end.view = { run, version: versions.find((v) => v.id === run.version_id) ?? null, busy: runs.some(busy), home: hello?.home ?? '' };
    const chart = this.querySelector('run-chart');
    if (chart instanceof RunChart && runView) chart.points = points(runView.events);
  }
}

/** How far a run is, or was. @param {Run} run @param {number} facts how many its dataset holds @param {TrainerLine[]} events */
function figures(run, facts, events) {
  const p = run.progress;
  const left = p.eta_seconds > 0 ? p.eta_seconds : estimate(events);
  return html`<dl class="figures-row"><div><dt>Facts learned</dt><dd>${p.learned} of ${p.facts || facts}${p.given_up ? t`, ${p.given_up} in memory` : ''}</dd></div><div><dt>Step</dt><dd>${p.step} ${p.total ? t`of at most ${p.total}` : ''}</dd></div>
    ${busy(run) ? html`<div><dt>Time left</dt><dd>${left ? t`about ${duration(left)}` : t`not known yet`}</dd></div>` : ''}
    <div><dt>Elapsed</dt><dd>${duration(p.elapsed_seconds)}</dd></div>${p.tokens_per_second ? html`<div><dt>Tokens/s</dt><dd>${Math.round(p.tokens_per_second)}</dd></div>` : html`<div><dt>Rows/s</dt><dd>${decimal(p.rows_per_second)}</dd></div>`}<div><dt>Memory, peak</dt><dd>${size(p.peak_memory_mb * 1e6)}</dd></div></dl>`;
}

/** By how a run ended, or by its state. @type {Record<string, string>} */
const heads = table({ paused: 'Paused', apart: 'Memory keeps these facts', finished: 'The last training', failed: 'The training failed', cancelled: 'Stopped', interrupted: 'Interrupted' });

/** The stages of a run, the one under way marked. @param {Run} run */
const stagesOf = ({ engine, progress }) => [...(engine === 'ray' ? ['wait'] : []), 'load', 'cache', 'train', 'save', 'merge'].map((s) => html`<li ${s === progress.stage ? html`aria-current="step"` : ''}>${stages[s]}</li>`);

export const defineTrainingRun = () => customElements.define('training-run', TrainingRun);
export { TrainingRun };
