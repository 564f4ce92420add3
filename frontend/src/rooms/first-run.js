import { api, toCallError } from '../api.js';
import { fits, recommended } from '../elements/model-list.js';
import { addFolder, rescan } from '../folders.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { store } from '../store.js';
import { failed, jobLine, options } from '../views.js';
import { count, parameters, size } from '../words.js';

/** @import {Failure, ModelInfo, ProviderHealth, Status} from '../types.d.ts' */

/** One screen: what was found, one model, one button. Nothing is sent before it is pressed. */
class FirstRun extends Part {
  #chosen = '';
  #file = false;
  /** Why the folder of notes was refused. @type {Failure | null} */
  #folderFailure = null;
  /** What a person ticked or unticked; what loads later must not change it. @type {Record<string, boolean>} */
  #ticks = {};

  actions = {
    /** @param {HTMLElement} form */
    start: (form) => void this.#start(form),
    file: () => { this.#file = !this.#file; this.draw(); if (this.#file) find(this, '[name="file"]').focus(); },
    again: () => void load('status', 'models', 'providers'),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('status', 'models', 'providers');
    store.watch(['status', 'models', 'providers', 'jobs', 'loads', 'settings'], () => this.draw(), signal);
    this.addEventListener('change', (e) => {
      if (e.target instanceof HTMLInputElement && e.target.name === 'provider') this.#ticks[e.target.value] = e.target.checked;
      if (!(e.target instanceof HTMLSelectElement)) return;
      this.#chosen = e.target.value;
      this.draw();
    }, { signal });
  }

  // Events

  /** Installs what is missing, then confirms. A failed download leaves the screen as it is. @param {HTMLElement} form */
  async #start(form) {
    if (!filled(form)) return;
    const wanted = store.state.providers.map((p) => [p.name, this.#ticked(p)]);
    const file = this.#file ? valueOf(this, 'file').trim() : '';
    const folder = valueOf(this, 'folder').trim();
    if (folder && !await this.#keepFolder(folder)) return; // before minutes of downloading
    const model = this.#model;
    let name = model?.name ?? '';
    if (file || (model && !model.installed)) {
      const info = await jobs.run('model', 'Getting the model', (request) => (file ? api.call('ImportModel', request, file) : api.call('InstallModel', request, name)));
      if (!info) return;
      name = info.name;
    }
    const settings = await attempt(api.call('Settings'));
    const saved = settings && await attempt(api.call('SaveSettings', {
      ...settings, model: name || settings.model, providers: { ...unseen(settings.providers), ...Object.fromEntries(wanted) }, confirmed: true,
    }));
    if (!saved) return;
    store.set({ settings: saved });
    location.hash = '#/chat/';
    void load('status');
    if (folder) void rescan();
  }

  /** @param {string} folder */
  async #keepFolder(folder) {
    this.#folderFailure = null;
    try {
      await addFolder(folder);
    } catch (e) {
      this.#folderFailure = toCallError(e).failure;
    }
    this.draw();
    if (this.#folderFailure) find(this, '[name="folder"]').focus();
    return !this.#folderFailure;
  }

  // Render

  /** @returns {ModelInfo | null} */
  get #model() {
    const { models, status, settings } = store.state;
    return models.find((m) => m.name === this.#chosen) ?? recommended(models, status?.machine, settings?.model);
  }

  /** @param {ProviderHealth} p */
  #ticked(p) { return this.#ticks[p.name] ?? Boolean(p.on || store.state.settings?.providers?.[p.name]); }

  render() {
    const { status, models, providers, loads } = store.state;
    const model = this.#model;
    const others = models.filter((m) => m.listed || m.installed);
    const job = store.state.jobs.model;
    const looking = ['models', 'providers', 'status'].some((name) => !loads[name] || loads[name] === 'loading');
    const label = looking ? 'Looking…' : this.#file ? 'Use this file and start' : !model ? 'Start without a model' : model.installed ? 'Start' : `Install ${size(model.bytes || model.size)} and start`;
    return html`<div class="first-scroll"><main class="first" id="main">
      <p class="first-mark">${icon('caret')}</p>
      <h1 tabindex="-1">Errata</h1>
      <p class="lead">A chat with a model on your own machine that checks its answers, and learns the corrections you approve.</p>
      ${failed(loads.status, again)}
      <section aria-label="This machine"><h2>Found here</h2>${status ? found(status) : html`<p class="hint"><span class="spinner">${icon('caret')}</span> Looking at this machine…</p>`}</section>
      <form id="first-form" data-send="start">
        <section><h2>Model</h2>
        ${this.#file ? html`<label class="first-field" for="first-file">Path of a weights file (GGUF)</label><input id="first-file" name="file" placeholder="/home/you/model.gguf" required autocomplete="off" spellcheck="false">`
    : model ? html`<p class="first-model"><strong>${model.title || model.name}</strong> ${[parameters(model), size(model.bytes || model.size), model.licence].filter(Boolean).join(', ')}${model.installed ? ', already here' : ''}.</p>
          ${fit(model, status)}
          ${others.length > 1 ? html`<label class="hint">Another one <select name="model">${options(model.name, others.map((m) => /** @type {[string, string]} */ ([m.name, `${m.title || m.name} (${size(m.bytes || m.size)}${m.installed ? ', installed' : ''})`])))}</select></label>` : ''}`
      : typeof loads.models === 'object' ? failed(loads.models, again) : loads.models === 'ready' ? html`<p class="hint">No model is listed for this machine. Use a file, or start Ollama with one.</p>` : html`<p class="hint">Looking for models…</p>`}</section>
        <section><h2>Evidence</h2><p class="hint">The words of a question go to the sources ticked here when its answer is checked. Nothing was sent so far.</p>
        ${failed(loads.providers, again)}
        ${providers.filter((p) => p.ready || p.on || p.local).map((p) => html`<label class="tick" data-key="${p.name}"><input type="checkbox" name="provider" value="${p.name}" ${this.#ticked(p) ? html`checked` : ''}><span>${p.title || p.name} <span class="hint">${p.local ? 'Stays on this machine.' : p.sends}</span></span></label>`)}
        <label class="first-field" for="first-folder">A folder with notes of yours, if you like</label><input id="first-folder" name="folder" placeholder="/home/you/notes" autocomplete="off" spellcheck="false" aria-describedby="first-folder-hint">
        <p class="hint" id="first-folder-hint">Its text, Markdown, HTML and PDF count as evidence and never leave this machine. More can be added in Library.</p>
        ${failed(this.#folderFailure)}</section>
      </form></main></div>
      <footer class="first-foot"><div>${jobLine(job)}
        <div class="buttons"><button class="primary big" form="first-form" ${looking || (job && !job.error) ? html`disabled` : ''}>${label}</button>
        <button type="button" class="quiet" data-do="file">${this.#file ? 'Use a listed model instead' : 'Use a file instead'}</button></div></div></footer>`;
  }
}

const again = html`<button type="button" data-do="again">Try again</button>`;

/** Sources that were not shown stay off: nobody saw their ticks. The library sends nothing. @param {Record<string, boolean> | null} providers */
const unseen = (providers) => Object.fromEntries(Object.entries(providers ?? {}).map(([name, on]) => [name, on && name === 'library']));

/** @param {ModelInfo} model @param {Status | null} status */
function fit(model, status) {
  const bytes = model.bytes || model.size;
  const machine = status?.machine;
  if (!bytes || !machine?.memory) return '';
  const { disk } = machine;
  const words = { training: 'It fits this machine, for chat and for training.', chat: 'It fits for chat; training it needs more memory than this machine has.', nothing: 'It is too large for the memory of this machine.' }[fits(model, machine)];
  return html`<p class="hint">${words}${!model.installed && disk && bytes > disk ? ` It needs ${size(bytes)} of disk, and ${size(disk)} are free.` : ''}</p>`;
}

/** @param {Status} status */
function found(status) {
  const m = status.machine;
  const e = status.engine;
  return html`<dl class="found">
    <div><dt>Machine</dt><dd>${[m.cpu, m.cores ? count(m.cores, 'core') : '', m.memory ? `${size(m.memory)} memory` : ''].filter(Boolean).join(', ') || 'unknown'}</dd></div>
    <div><dt>GPU</dt><dd>${m.gpu || 'none found; the CPU answers and trains'}</dd></div>
    <div><dt>Engine</dt><dd>${e.version ? `Ollama ${e.version}, ${e.source === 'bundled' ? 'brought by Errata' : 'already running'}` : status.problems.find((p) => p.part === 'engine')?.message ?? 'none'}</dd></div>
    ${m.disk ? html`<div><dt>Disk</dt><dd>${size(m.disk)} free</dd></div>` : ''}</dl>`;
}

export const defineFirstRun = () => customElements.define('first-run', FirstRun);
export { FirstRun };
