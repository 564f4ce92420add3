import { api, toCallError } from '../api.js';
import { RunChart } from '../elements/run-chart.js';
import { RunEnd } from '../elements/run-end.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { dots, estimate, kept, learned, likely, points, reasons, rough } from '../learned.js';
import { attempt, load, loadStatus, openRun } from '../live.js';
import { Part } from '../part.js';
import { t, table } from '../speech.js';
import { store } from '../store.js';
import { empty, failed, jobLine, options, roomHead } from '../views.js';
import { ago, count, duration, exact, runEnds, runStates, size, span } from '../words.js';

/** @import {Fact, Failure, Machine, Run} from '../types.d.ts' */

/** @type {Record<string, string>} */
const stages = table({ load: 'Loading the weights', cache: 'Caching what stays fixed', train: 'Learning', save: 'Saving the adapter', merge: 'Writing the weights to serve' });

/** Before, during and after a training. */
class TrainingRoom extends Part {
  /** What keeps training from starting. @type {Failure | null} */
  #missing = null;
  #looked = false;
  /** @type {Fact[]} */
  #facts = [];
  #factsOf = '';
  #recipe = 'default';
  #settingUp = false;

  actions = {
    train: () => void this.#train(),
    pause: () => void this.#stop(true),
    finish: () => void this.#finish(),
    drop: () => { if (this.sure('drop')) void this.#stop(false); },
    setup: () => void this.#setup(),
    look: () => void this.#ready(),
    again: () => void load('runs'),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('runs', 'counts', 'versions', 'cycle', 'models').then(() => this.#follow());
    void this.#ready();
    store.watch(['runs', 'runView', 'counts', 'models', 'status', 'jobs', 'versions', 'settings', 'loads', 'cycle'], () => { void this.#follow(); this.draw(); }, signal);
    store.watch(['route'], () => { void this.#follow(); this.draw(); }, signal);
    store.watch(['jobs'], () => this.#watchSetup(), signal);
    this.addEventListener('run-resume', () => void this.#change('ResumeRun'), { signal });
    this.addEventListener('run-discard', () => void this.#change('DiscardRun'), { signal });
    this.addEventListener('run-score', () => void this.#score(), { signal });
    this.addEventListener('change', (e) => {
      if (e.target instanceof HTMLSelectElement && e.target.name === 'recipe') {
        this.#recipe = e.target.value;
        this.draw();
      }
    }, { signal });
  }

  disconnected() { store.set({ runView: null }); }

  // Events

  /** The run on show: the one asked for, else the newest. */
  get #run() {
    const { runs, route } = store.state;
    return runs.find((r) => r.id === route.id) ?? runs[0] ?? null;
  }

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

  async #ready() {
    try {
      await api.call('TrainerReady');
      this.#missing = null;
    } catch (e) {
      this.#missing = toCallError(e).failure;
    }
    this.#looked = true;
    this.draw();
  }

  async #train() {
    const run = await jobs.run('train', t`Freezing the approved facts`, (request) => api.call('Train', request, { recipe: this.#recipe }));
    if (!run) return;
    store.set({ runs: [run, ...store.state.runs.filter((r) => r.id !== run.id)] });
    location.hash = `#/training/${encodeURIComponent(run.id)}`;
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
    if (changed) store.set({ runs: store.state.runs.map((r) => (r.id === changed.id ? changed : r)) });
  }

  async #setup() {
    const done = await jobs.run('setup', t`Setting up the trainer`, async (request) => { await api.call('SetupTrainer', request); return true; });
    if (done) void loadStatus();
  }

  /** Looks again when a set-up ends, whichever page began it. */
  #watchSetup() {
    const { setup } = store.state.jobs;
    const busy = Boolean(setup && !setup.error);
    if (this.#settingUp && !busy) void this.#ready();
    this.#settingUp = busy;
  }

  async #score() {
    const id = this.#run?.version_id;
    if (!id) return;
    location.hash = `#/versions/${encodeURIComponent(id)}`;
    const card = await jobs.run(`score:${id}`, t`Asking the probes`, (request) => api.call('Score', request, id));
    if (!card || !await jobs.run('compare', t`Asking both versions`, (request) => api.call('Compare', request, { a: 'base', b: id, prompts: [] }))) return;
    await load('comparisons');
  }

  // Render

  render() {
    const run = this.#run;
    const { runs, loads } = store.state;
    const { train, setup } = store.state.jobs;
    const busy = run && (run.state === 'running' || run.state === 'requested');
    return html`${roomHead(t`Training`, html`The chat goes on while a training runs.`)}
      ${failed(loads.runs, html`<button data-do="again">Try again</button>`)}
      ${jobLine(setup)}
      ${jobLine(train)}
      ${busy || train ? '' : this.#before()}
      ${run ? this.#runMarkup(run) : ''}
      ${runs.length > 1 ? html`<section><h2>Earlier trainings</h2><ul class="lines">${runs.map((r) => this.#line(r, r.id === run?.id))}</ul></section>` : ''}`;
  }

  drawn() {
    const chart = this.querySelector('run-chart');
    const { runView, runs, versions, hello } = store.state;
    const run = this.#run;
    const end = this.querySelector('run-end');
    if (end instanceof RunEnd && run) end.view = { run, version: versions.find((v) => v.id === run.version_id) ?? null, busy: runs.some((r) => r.state === 'running' || r.state === 'requested'), home: hello?.home ?? '' };
    if (chart instanceof RunChart && runView) chart.points = points(runView.events);
  }

  #before() {
    const { counts, models, runs, settings, status, cycle } = store.state;
    const approved = counts.approved ?? 0;
    if (this.#looked && this.#missing) {
      return html`<div class="panel">${failed(this.#missing, html`<div class="buttons"><button class="primary" data-do="setup" ${store.state.jobs.setup ? html`disabled` : ''}>Set up the trainer</button><button class="quiet" data-do="look">Look again</button></div>`)}
        <p class="hint">The trainer is a Python program in a folder of its own. Chat and check work without it.</p></div>`;
    }
    if (!approved) return empty(t`Nothing to teach yet`, t`Approve facts in Review: they are known at once, from memory. A training here moves them into the weights.`, html`<p><a class="button primary" href="#/review">Open Review</a></p>`);
    const model = models.find((m) => m.name === settings?.model)?.title || settings?.model || t`the model`;
    const machine = status?.machine;
    const where = machine?.gpu ? t`on ${machine.gpu}` : t`on this CPU`;
    const seconds = likely(runs, settings?.model ?? '', approved, this.#recipe);
    const guess = seconds ? null : rough({ runs, models, model: settings?.model ?? '', machine, facts: approved, recipe: this.#recipe });
    const time = seconds ? ` ${t`${where}: about ${duration(seconds)}`}`
      : guess ? t`: about ${span(guess.least, guess.most)} on this machine, ${guess.measured ? t`by the speed of an earlier training` : t`no run measured yet`}` : ` ${where}`;
    return html`<form class="panel before" data-send="train"><p class="lead">Teach ${count(approved, 'fact')} to ${model}${time}.</p>
      ${fit(machine, models.find((m) => m.name === settings?.model)?.train_memory ?? 0)}
      ${cycle?.due ? html`<p class="hint">${cycle.right} of the last ${cycle.checked} checked answers were right.</p>` : ''}
      <div class="buttons"><button class="primary">Train</button>
      <label>Recipe <select name="recipe">${options(this.#recipe, [['default', t`default`], ['original', t`original (500 copies a fact; slow)`]])}</select></label></div>
      ${seconds || guess ? '' : html`<p class="hint">How long it takes is known after the first steps.</p>`}</form>`;
  }

  /** @param {Run} run */
  #runMarkup(run) {
    const events = store.state.runView?.run.id === run.id ? store.state.runView.events : [];
    const busy = run.state === 'running' || run.state === 'requested';
    const p = run.progress;
    const why = reasons(events);
    const done = learned(events);
    const facts = dots(this.#facts, done, kept(events));
    return html`<section class="run" data-key="${run.id}"><h2>${busy ? stages[p.stage] ?? runStates[run.state] : heads[run.failure ?? ''] ?? heads[run.state]}</h2>
      ${busy ? html`<ol class="stages" aria-label="Stages">${stagesOf(p.stage)}</ol>` : ''}
      ${busy ? '' : html`<run-end></run-end>`}
      ${facts.length ? html`<ul class="fact-dots" aria-label="${p.learned || done.size} of ${count(facts.length, 'fact')} learned">${facts.map((f) => html`<li data-key="${f.id}"><span class="dot ${f.state}" tabindex="0" role="img" aria-label="${f.words}" title="${f.words}"></span></li>`)}</ul>` : ''}
      ${p.step || busy ? html`<dl class="figures-row"><div><dt>Facts learned</dt><dd>${p.learned} of ${p.facts || facts.length}${p.given_up ? t`, ${p.given_up} in memory` : ''}</dd></div><div><dt>Step</dt><dd>${p.step} ${p.total ? t`of at most ${p.total}` : ''}</dd></div>
        ${busy ? html`<div><dt>Time left</dt><dd>${p.eta_seconds > 0 ? t`about ${duration(p.eta_seconds)}` : estimate(events) ? t`about ${duration(estimate(events))}` : t`not known yet`}</dd></div>` : ''}
        <div><dt>Elapsed</dt><dd>${duration(p.elapsed_seconds)}</dd></div>${p.tokens_per_second ? html`<div><dt>Tokens/s</dt><dd>${Math.round(p.tokens_per_second)}</dd></div>` : html`<div><dt>Rows/s</dt><dd>${p.rows_per_second.toFixed(1)}</dd></div>`}<div><dt>Memory, peak</dt><dd>${size(p.peak_memory_mb * 1e6)}</dd></div></dl>` : ''}
      ${points(events).length ? html`<run-chart></run-chart>` : ''}
      ${busy ? html`<div class="buttons"><button data-do="pause">Pause</button>${p.step ? html`<button data-do="finish">End now and keep what it learned</button>` : ''}<button class="quiet" data-do="drop">${this.asked === 'drop' ? html`Drop it for good?` : html`Stop and drop it`}</button></div>
      <p class="hint">Pausing keeps the place; resumed, it ends where an unbroken training would. You can close the window: the place is kept too.</p>` : ''}
      ${why.length ? html`<details class="fold"><summary>What was chosen, and why</summary><dl class="reasons">${why.map(([k, v]) => html`<div><dt>${k}</dt><dd>${v}</dd></div>`)}</dl></details>` : ''}</section>`;
  }

  /** @param {Run} r @param {boolean} open */
  #line(r, open) {
    const version = store.state.versions.find((v) => v.id === r.version_id);
    return html`<li data-key="${r.id}"><a href="#/training/${encodeURIComponent(r.id)}" ${open ? html`aria-current="true"` : ''}><time datetime="${r.created_at}" title="${exact(r.created_at)}">${ago(r.created_at, Date.now())}</time></a>
      <span>${r.model}, ${r.recipe || t`default`} recipe</span><span>${version ? `v${version.number}` : ''}</span><span class="hint">${runEnds[r.failure ?? ''] ?? runStates[r.state]}${r.progress.facts ? t`, ${r.progress.learned} of ${r.progress.facts} learned` : ''}</span></li>`;
  }
}

/** By how a run ended, or by its state. @type {Record<string, string>} */
const heads = table({ paused: 'Paused', apart: 'Memory keeps these facts', finished: 'The last training', failed: 'The training failed', cancelled: 'Stopped', interrupted: 'Interrupted' });

/** The stages of a run, the one under way marked. @param {string} now */
const stagesOf = (now) => ['load', 'cache', 'train', 'save', 'merge'].map((s) => html`<li ${s === now ? html`aria-current="step"` : ''}>${stages[s]}</li>`);

/** What a training needs beside what is free. @param {Machine | undefined} machine @param {number} need bytes, 0: not known */
function fit(machine, need) {
  if (!machine?.memory) return '';
  const used = machine.memory - machine.available;
  const fits = need <= machine.available;
  return html`<div class="fit"><span>Memory</span><meter min="0" max="${machine.memory}" value="${Math.min(machine.memory, used + need)}" ${need && !fits ? html`class="over"` : ''} aria-label="Memory in use with the training">${size(used + need)}</meter>
    <span class="figures">${need ? html`needs ${size(need)}, ` : ''}${size(machine.available)} of ${size(machine.memory)} free</span>${need ? html`<strong class="${fits ? 'fits' : 'short'}">${fits ? html`It fits.` : html`It does not fit now: close other programs, or choose a smaller model.`}</strong>` : ''}</div>`;
}

export const defineTrainingRoom = () => customElements.define('training-room', TrainingRoom);
export { TrainingRoom };
