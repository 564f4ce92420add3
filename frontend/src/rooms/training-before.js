import { api, toCallError } from '../api.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { busy, likely, rough, shown } from '../learned.js';
import { loadStatus, takeRun } from '../live.js';
import { Part } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { empty, failed, options } from '../views.js';
import { count, duration, size, span } from '../words.js';

/** @import {Failure, Machine} from '../types.d.ts' */

/** Before a training: what can be taught, how long it takes, whether it fits. It draws nothing while one runs. */
class TrainingBefore extends Part {
  /** What keeps training from starting. @type {Failure | null} */
  #missing = null;
  #looked = false;
  #recipe = 'default';
  #where = 'local';
  #settingUp = false;

  actions = {
    train: () => void this.#train(),
    setup: () => void this.#setup(),
    look: () => void this.#ready(),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void this.#ready();
    store.watch(['runs', 'counts', 'models', 'status', 'jobs', 'settings', 'cycle', 'route'], () => this.draw(), signal);
    store.watch(['jobs'], () => this.#watchSetup(), signal);
    this.addEventListener('change', (e) => {
      if (e.target instanceof HTMLSelectElement && e.target.name === 'recipe') {
        this.#recipe = e.target.value;
        this.draw();
      } else if (e.target instanceof HTMLSelectElement && e.target.name === 'where') {
        this.#where = e.target.value;
        this.draw();
      }
    }, { signal });
  }

  /** The machines that train, null: this one. */
  get #cluster() { return this.#where === 'ray' ? store.state.settings?.cluster ?? null : null; }

  // Events

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
    const run = await jobs.run('train', t`Freezing the approved facts`, (request) => api.call('Train', request, { recipe: this.#recipe, ...(this.#cluster ? { remote: this.#cluster } : {}) }));
    if (!run) return;
    takeRun(run);
    location.hash = `#/training/${encodeURIComponent(run.id)}`;
  }

  async #setup() {
    const done = await jobs.run('setup', t`Setting up the trainer`, async (request) => { await api.call('SetupTrainer', request); return true; });
    if (done) void loadStatus();
  }

  /** Looks again when a set-up ends, whichever page began it. */
  #watchSetup() {
    const { setup } = store.state.jobs;
    const now = Boolean(setup && !setup.error);
    if (this.#settingUp && !now) void this.#ready();
    this.#settingUp = now;
  }

  // Render

  render() {
    const { counts, models, runs, settings, status, cycle, jobs: running } = store.state;
    if (busy(shown(store.state)) || running.train) return html``;
    const approved = counts.approved ?? 0;
    if (this.#looked && this.#missing) {
      return html`<div class="panel">${failed(this.#missing, html`<div class="buttons"><button class="primary" data-do="setup" ${running.setup ? html`disabled` : ''}>Set up the trainer</button><button class="quiet" data-do="look">Look again</button></div>`)}
        <p class="hint">The trainer is a Python program in a folder of its own. Chat and check work without it.</p></div>`;
    }
    if (!approved) return empty(t`Nothing to teach yet`, t`Approve facts in Review: they are known at once, from memory. A training here moves them into the weights.`, html`<p><a class="button primary" href="#/review">Open Review</a></p>`);
    const model = models.find((m) => m.name === settings?.model)?.title || settings?.model || t`the model`;
    const machine = status?.machine;
    const cluster = this.#cluster;
    const where = cluster ? t`on the cluster at ${cluster.address}` : machine?.gpu ? t`on ${machine.gpu}` : t`on this CPU`;
    const seconds = cluster ? 0 : likely(runs, settings?.model ?? '', approved, this.#recipe);
    const guess = seconds || cluster ? null : rough({ runs, models, model: settings?.model ?? '', machine, facts: approved, recipe: this.#recipe });
    const time = seconds ? ` ${t`${where}: about ${duration(seconds)}`}`
      : guess ? t`: about ${span(guess.least, guess.most)} on this machine, ${guess.measured ? t`by the speed of an earlier training` : t`no run measured yet`}` : ` ${where}`;
    return html`<form class="panel before" data-send="train"><p class="lead">Teach ${count(approved, 'fact')} to ${model}${time}.</p>
      ${cluster ? html`<p class="hint">The rows, the recipe and the digest of the base are sent there; the adapter comes back and is scored here.</p>` : fit(machine, models.find((m) => m.name === settings?.model)?.train_memory ?? 0)}
      ${cycle?.due ? html`<p class="hint">${cycle.right} of the last ${cycle.checked} checked answers were right.</p>` : ''}
      <div class="buttons"><button class="primary">Train</button>
      <label>Recipe <select name="recipe">${options(this.#recipe, [['default', t`default`], ['original', t`original (500 copies a fact; slow)`]])}</select></label>
      ${settings?.cluster ? html`<label>Where <select name="where">${options(this.#where, [['local', t`this machine`], ['ray', t`the Ray cluster`]])}</select></label>` : ''}</div>
      ${seconds || guess ? '' : html`<p class="hint">How long it takes is known after the first steps.</p>`}</form>`;
  }
}

/** What a training needs beside what is free. @param {Machine | undefined} machine @param {number} need bytes, 0: not known */
function fit(machine, need) {
  if (!machine?.memory) return '';
  const used = machine.memory - machine.available;
  const fits = need <= machine.available;
  return html`<div class="fit"><span>Memory</span><meter min="0" max="${machine.memory}" value="${Math.min(machine.memory, used + need)}" ${need && !fits ? html`class="over"` : ''} aria-label="Memory in use with the training">${size(used + need)}</meter>
    <span class="figures">${need ? html`needs ${size(need)}, ` : ''}${size(machine.available)} of ${size(machine.memory)} free</span>${need ? html`<strong class="${fits ? 'fits' : 'short'}">${fits ? html`It fits.` : html`It does not fit now: close other programs, or choose a smaller model.`}</strong>` : ''}</div>`;
}

export const defineTrainingBefore = () => customElements.define('training-before', TrainingBefore);
export { TrainingBefore };
