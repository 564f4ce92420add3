import { api } from '../api.js';
import { ModelList, chatMemory } from '../elements/model-list.js';
import { choosePath } from '../folders.js';
import { choice } from '../forms.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { t, table, told } from '../speech.js';
import { store } from '../store.js';
import { failed, jobLine } from '../views.js';
import { size } from '../words.js';

/** @import {ModelInfo, Status} from '../types.d.ts' */

/** The models: which are here and which is in use, how one is got, and who extracts and judges. */
class SettingsModels extends Part {
  actions = {
    again: () => void load('models', 'status'),
    /** @param {HTMLElement} f */
    import: (f) => void this.#import(f),
    choose: () => void this.#choose(),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
    'resume-job': () => void this.#install(store.state.jobs.model?.of ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    store.watch(['settings', 'models', 'status', 'jobs', 'loads', 'hello'], () => this.draw(), signal);
    this.addEventListener('model-install', (e) => void this.#install(/** @type {CustomEvent} */ (e).detail.name), { signal });
  }

  // Events

  /** @param {string} name */
  async #install(name) {
    const info = await jobs.run('model', t`Getting the model`, (request) => api.call('InstallModel', request, name), { pausable: true, of: name });
    if (info) await this.#installed(info);
  }

  async #choose() {
    const path = await choosePath('model');
    if (path) /** @type {HTMLInputElement} */ (find(this, '[name="file"]')).value = path;
  }

  /** @param {HTMLElement} form */
  async #import(form) {
    if (!filled(form)) return;
    const file = valueOf(form, 'file').trim();
    const info = await jobs.run('model', t`Reading the file`, (request) => api.call('ImportModel', request, file));
    if (info) await this.#installed(info);
  }

  /** @param {ModelInfo} info */
  async #installed(info) {
    store.toast({ text: t`${info.title || info.name} is installed.` });
    const settings = await attempt(api.call('Settings'));
    if (settings) store.set({ settings });
    await load('models', 'status');
  }

  // Render

  render() {
    const { settings: s, models, status, loads, hello, jobs: { model } } = store.state;
    if (!s) return html``;
    return html`${jobLine(model)}${failed(loads.models, html`<button data-do="again">Try again</button>`)}<model-list></model-list>
      <form class="inline-form" data-send="import"><label for="file">Or a weights file on this machine (GGUF)</label><input id="file" name="file" placeholder="/home/you/model.gguf" required autocomplete="off" spellcheck="false">${hello?.can_choose ? html`<button type="button" data-do="choose">Choose…</button>` : ''}<button ${jobs.runs('model') ? html`disabled` : ''}>Use this file</button></form>${engine(status)}
      <h3>Roles</h3>
      ${choice('extractor', t`Extractor`, s.extractor ?? '', bases(models, s.extractor), t`It copies values out of answers and evidence; ${cost(models, s.extractor, s.model)}`)}
      ${choice('judge', t`Judge`, s.judge ?? '', bases(models, s.judge), t`It says how fast an answer can change, and whether a passage says yes or no; ${cost(models, s.judge, s.model)}`)}
      ${choice('serve_as', t`Serve versions as`, s.serve_as, [['auto', t`what fits`], ['adapter', t`base and adapter`], ['merged', t`merged weights`]], t`Merged takes more disk; both give the same answers.`)}`;
  }

  drawn() {
    const { models, settings, status } = store.state;
    const list = this.querySelector('model-list');
    if (list instanceof ModelList) list.view = { models, chosen: settings?.model ?? '', busy: jobs.runs('model'), machine: status?.machine };
  }
}

/** The models that may extract and judge, and one that is gone. @param {ModelInfo[]} models @param {string | undefined} chosen @returns {[string, string][]} */
function bases(models, chosen) {
  const here = models.filter((m) => m.installed && !m.remote);
  const gone = chosen && !here.some((m) => m.name === chosen);
  return [['', t`the model in use, untaught`], ...here.map((m) => /** @type {[string, string]} */ ([m.name, m.title || m.name])), ...(gone ? [/** @type {[string, string]} */ ([chosen, chosen])] : [])];
}

/** What a model of its own costs. @param {ModelInfo[]} models @param {string | undefined} chosen @param {string} inUse */
function cost(models, chosen, inUse) {
  const m = models.find(({ name }) => name === chosen);
  if (chosen && models.length && !m?.installed) return t`${chosen} is not installed, so nothing is checked: get it above, or choose another.`;
  return m && chosen !== inUse ? t`beside the model in use it takes about ${size(chatMemory(m))} of memory, or longer checks where both do not fit.` : t`a model of its own takes more memory, or longer checks.`;
}

/** @type {Record<string, string>} */
const engineSources = table({ env: 'set by OLLAMA_HOST', running: 'already running', bundled: 'started by Errata' });

/** @param {Status | null} status */
function engine(status) {
  if (!status) return '';
  const e = status.engine;
  const gpu = e.gpu_share < 0 ? '' : e.gpu_share === 0 && status.machine.gpu ? t`Nothing of the model runs on ${told(status.machine.gpu)}: install Ollama with its GPU support.` : t`${e.gpu_share} % of the model is on the GPU.`;
  return html`<p class="hint">${e.version ? [t`Engine: Ollama ${e.version} at ${e.address}, ${engineSources[e.source] ?? e.source}.`, e.adapters ? t`It takes adapters.` : t`It takes merged weights only.`, gpu].join(' ') : ''}
    ${status.problems.filter((p) => p.part === 'engine').map((p) => html`<strong>${told(p.message)}</strong> ${told(p.hint)}`)}</p>`;
}

export const defineSettingsModels = () => customElements.define('settings-models', SettingsModels);
export { SettingsModels };
