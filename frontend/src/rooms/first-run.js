import { api, toCallError } from '../api.js';
import { keep } from '../commands.js';
import { recommended } from '../elements/model-list.js';
import { addFolder, choosePath, rescan } from '../folders.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { fit, found, needs } from '../machine.js';
import { Part, filled, find, valueOf } from '../part.js';
import { language, languages, t, told } from '../speech.js';
import { store } from '../store.js';
import { failed, jobLine, options } from '../views.js';
import { parameters, size } from '../words.js';

/** @import {Failure, ModelInfo, ProviderHealth, Status} from '../types.d.ts' */

/** One screen: what was found, one model, one button. Nothing is sent before it is pressed. */
class FirstRun extends Part {
  #chosen = '';
  #file = false;
  /** What the header of the chosen file says, or why it cannot be read. @type {ModelInfo | Failure | null} */
  #inspected = null;
  /** Why the folder of notes was refused. @type {Failure | null} */
  #folderFailure = null;
  /** What a person ticked or unticked; what loads later must not change it. @type {Record<string, boolean>} */
  #ticks = {};

  actions = {
    /** @param {HTMLElement} form */
    start: (form) => void this.#start(form),
    file: () => { this.#file = !this.#file; this.draw(); if (this.#file) find(this, '[name="file"]').focus(); },
    again: () => void load('status', 'models', 'providers'),
    'choose-file': () => void this.#choose('model', 'file'),
    'choose-folder': () => void this.#choose('folder', 'folder'),
    'resume-job': () => /** @type {HTMLFormElement} */ (find(this, 'form')).requestSubmit(),
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
      if (e.target instanceof HTMLInputElement && e.target.name === 'file') void this.#inspect(e.target.value.trim());
      if (!(e.target instanceof HTMLSelectElement)) return;
      if (e.target.name === 'language') void keep({ language: e.target.value });
      else this.#chosen = e.target.value;
      this.draw();
    }, { signal });
  }

  // Events

  /** @param {'model' | 'folder'} kind @param {string} name of the field */
  async #choose(kind, name) {
    const path = await choosePath(kind);
    if (!path) return;
    const field = /** @type {HTMLInputElement} */ (find(this, `[name="${name}"]`));
    field.value = path;
    if (kind === 'model') await this.#inspect(path);
  }

  /** Says what is in a file before anything is copied. @param {string} file */
  async #inspect(file) {
    this.#inspected = null;
    if (file) {
      try {
        this.#inspected = await api.call('InspectModel', file);
      } catch (e) {
        this.#inspected = toCallError(e).failure;
      }
    }
    this.draw();
  }

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
      const info = await jobs.run('model', file ? t`Reading the file` : t`Getting the model`, (request) => (file ? api.call('ImportModel', request, file) : api.call('InstallModel', request, name)),
        { pausable: !file, of: name });
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
    if (this.#folderFailure) {
      find(this, '[name="folder"]').focus();
      // It stands under the field, where the foot of a small window would cover it.
      this.querySelector('.failure')?.scrollIntoView?.({ block: 'center' });
    }
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
    const job = store.state.jobs.model;
    const looking = ['models', 'providers', 'status'].some((name) => !loads[name] || loads[name] === 'loading');
    const label = looking ? t`Looking…` : this.#file ? t`Use this file and start` : !model ? t`Start without a model` : model.installed ? t`Start`
      : job?.paused && job.of === model.name ? t`Go on and start` : t`Install ${size(model.bytes || model.size)} and start`;
    return html`<div class="first-scroll"><main class="first" id="main">
      <header class="first-head"><h1 tabindex="-1"><span class="first-mark">${icon('caret')}</span>Errata</h1>
      <label class="first-language"><span class="visually-hidden">Language</span><select name="language">${options(language(), languages.map(([code, name]) => /** @type {[string, string]} */ ([code, name])))}</select></label></header>
      <p class="lead">A chat with a model on your own machine that checks its answers, and learns the corrections you approve.</p>
      ${failed(loads.status, again())}
      <section aria-label="This machine"><h2>Found here</h2>${status ? found(status) : html`<p class="hint"><span class="spinner">${icon('caret')}</span> Looking at this machine…</p>`}</section>
      <form id="first-form" data-send="start">
        <section><h2>Model</h2>${this.#file ? this.#fromFile(status) : model ? this.#listed(model, models, status)
    : typeof loads.models === 'object' ? failed(loads.models, again()) : loads.models === 'ready' ? html`<p class="hint">No model is listed for this machine. Use a file, or start Ollama with one.</p>` : html`<p class="hint">Looking for models…</p>`}</section>
        <section><h2>Evidence</h2><p class="hint">The words of a question go to the sources ticked here when its answer is checked. Nothing was sent so far.</p>
        ${failed(loads.providers, again())}
        ${providers.filter((p) => p.ready || p.on || p.local).map((p) => html`<label class="tick" data-key="${p.name}"><input type="checkbox" name="provider" value="${p.name}" ${this.#ticked(p) ? html`checked` : ''}><span>${told(p.title || p.name)} <span class="hint">${p.local ? t`Stays on this machine.` : told(p.sends)}</span></span></label>`)}
        <label class="first-field" for="first-folder">A folder with notes of yours, if you like</label>
        <div class="path-line"><input id="first-folder" name="folder" placeholder="/home/you/notes" autocomplete="off" spellcheck="false" aria-describedby="first-folder-hint">${browse('choose-folder')}</div>
        <p class="hint" id="first-folder-hint">Its text, Markdown, HTML and PDF count as evidence and never leave this machine. More can be added in Library.</p>
        ${failed(this.#folderFailure)}</section>
      </form></main></div>
      <footer class="first-foot"><div>${jobLine(job)}
        <div class="buttons"><button class="primary big" form="first-form" ${looking || jobs.runs('model') ? html`disabled` : ''}>${label}</button>
        <button type="button" class="quiet" data-do="file">${this.#file ? t`Use a listed model instead` : t`Use a file instead`}</button></div></div></footer>`;
  }

  /** @param {ModelInfo} model @param {ModelInfo[]} models @param {Status | null} status */
  #listed(model, models, status) {
    const others = models.filter((m) => m.listed || m.installed);
    const named = (/** @type {ModelInfo} */ m) => `${m.title || m.name} (${size(m.bytes || m.size)}${m.installed ? `, ${t`installed`}` : ''})`;
    return html`<p class="first-model"><strong>${model.title || model.name}</strong> ${fit(model, status)}</p>
      <p class="hint">${[parameters(model), size(model.bytes || model.size), model.licence, model.installed ? t`already here` : ''].filter(Boolean).join(', ')}. ${needs(model, status)}</p>
      ${others.length > 1 ? html`<label class="first-other hint">Another one <select name="model">${options(model.name, others.map((m) => /** @type {[string, string]} */ ([m.name, named(m)])))}</select></label>` : ''}`;
  }

  /** A weights file of a person's, with what its header says. @param {Status | null} status */
  #fromFile(status) {
    const file = this.#inspected;
    return html`<label class="first-field" for="first-file">Path of a weights file (GGUF)</label>
      <div class="path-line"><input id="first-file" name="file" placeholder="/home/you/model.gguf" required autocomplete="off" spellcheck="false">${browse('choose-file')}</div>
      ${!file ? html`<p class="hint">It works without a network: the file is copied into Errata’s own folder.</p>`
    : 'code' in file ? failed(file) : html`<p class="first-model"><strong>${file.title}</strong> ${fit(file, status)}</p>
        <p class="hint">${[file.parameters, file.quantization, size(file.size), file.licence].filter(Boolean).join(', ')}. ${needs(file, status)}</p>`}`;
  }
}

const again = () => html`<button type="button" data-do="again">Try again</button>`;

/** A dialog for files, where the door has one. @param {string} action */
const browse = (action) => (store.state.hello?.can_choose ? html`<button type="button" data-do="${action}">Choose…</button>` : '');

/** Sources that were not shown stay off: nobody saw their ticks. The library sends nothing. @param {Record<string, boolean> | null} providers */
const unseen = (providers) => Object.fromEntries(Object.entries(providers ?? {}).map(([name, on]) => [name, on && name === 'library']));

export const defineFirstRun = () => customElements.define('first-run', FirstRun);
export { FirstRun };
