import { api } from '../api.js';
import { ChatImport } from '../elements/chat-import.js';
import { ModelList, chatMemory } from '../elements/model-list.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { store } from '../store.js';
import { importChats, undoImport } from '../transfer.js';
import { failed, jobLine, options, roomHead } from '../views.js';
import { count, day, size } from '../words.js';

/** @import {ModelInfo, ProviderHealth, ProviderNeed, RecheckPlan, Settings, Status} from '../types.d.ts' */

/** Plain forms; a change is kept at once, and what it does stands beside it. */
class SettingsRoom extends Part {
  actions = {
    again: () => void load('models', 'providers', 'status'),
    /** @param {HTMLElement} f */
    import: (f) => void this.#import(f),
    /** @param {HTMLElement} f */
    key: (f) => void this.#key(f.dataset.name ?? '', f),
    /** @param {HTMLElement} b */
    'key-delete': (b) => void this.#forget(b.dataset.name ?? ''),
    /** @param {HTMLElement} f */
    need: (f) => void this.#need(f),
    /** @param {HTMLElement} f */
    origin: (f) => void this.#origin(f),
    /** @param {HTMLElement} b */
    'origin-remove': (b) => void this.#save({ allowed_origins: (store.state.settings?.allowed_origins ?? []).filter((o) => o !== b.dataset.origin) }),
    backup: () => void this.#backup(),
    trash: () => { if (this.sure('trash')) void this.#empty(); },
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('models', 'providers', 'status', 'rechecks');
    store.watch(['settings', 'rechecks', 'models', 'providers', 'status', 'jobs', 'imported', 'loads', 'hello', 'serif'], () => this.draw(), signal);
    this.addEventListener('change', (e) => this.#changed(e), { signal });
    this.addEventListener('model-choose', (e) => void this.#save({ model: /** @type {CustomEvent} */ (e).detail.name }), { signal });
    this.addEventListener('chats-import', (e) => void importChats(/** @type {CustomEvent} */ (e).detail.file), { signal });
    this.addEventListener('chats-undo', (e) => void undoImport(/** @type {CustomEvent} */ (e).detail.ids), { signal });
    this.addEventListener('chats-stop', () => jobs.cancel('chats'), { signal });
    this.addEventListener('chats-clear', () => jobs.clear('chats'), { signal });
    this.addEventListener('model-install', (e) => void this.#install(/** @type {CustomEvent} */ (e).detail.name), { signal });
  }

  // Events

  /** @param {Partial<Settings>} change @returns {Promise<boolean>} whether it was taken */
  async #save(change) {
    const { settings } = store.state;
    if (!settings) return false;
    const saved = await attempt(api.call('SaveSettings', { ...settings, ...change }));
    if (saved) store.set({ settings: saved });
    else this.draw(); // what was refused goes back to what is
    if (change.providers) void load('providers');
    if (change.recheck || change.recheck_days) void load('rechecks');
    return Boolean(saved);
  }

  /** @param {Event} e */
  #changed(e) {
    const field = e.target;
    const { settings } = store.state;
    if (!settings || !(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return;
    if (field instanceof HTMLInputElement && field.name === 'provider') void this.#save({ providers: { ...settings.providers, [field.value]: field.checked } });
    else if (field instanceof HTMLInputElement && (field.name === 'memory' || field.name === 'auto_check')) void this.#save({ [field.name]: field.checked });
    else if (field instanceof HTMLSelectElement && ['training', 'serve_as', 'theme', 'extractor', 'judge', 'recheck', 'approval'].includes(field.name)) void this.#save({ [field.name]: field.value });
    else if (field instanceof HTMLSelectElement && (field.name === 'recheck_days' || field.name === 'approval_hours')) void this.#save({ [field.name]: Number(field.value) });
    else if (field instanceof HTMLSelectElement && field.name === 'letters') store.set({ serif: field.value === 'serif' });
  }

  /** @param {string} name */
  async #install(name) {
    const info = await jobs.run('model', 'Getting the model', (request) => api.call('InstallModel', request, name));
    if (!info) return;
    store.toast({ text: `${info.name} is installed.` });
    await this.#fresh();
  }

  /** @param {HTMLElement} form */
  async #import(form) {
    if (!filled(form)) return;
    const file = valueOf(form, 'file').trim();
    const info = await jobs.run('model', 'Reading the file', (request) => api.call('ImportModel', request, file));
    if (!info) return;
    store.toast({ text: `${info.name} is installed.` });
    await this.#fresh();
  }

  async #fresh() {
    const settings = await attempt(api.call('Settings'));
    if (settings) store.set({ settings });
    await load('models', 'status');
  }

  /** @param {string} name @param {HTMLElement} form */
  async #key(name, form) {
    const field = /** @type {HTMLInputElement} */ (find(form, 'input'));
    if (!filled(form)) return;
    const place = await attempt(api.call('SetSecret', name, field.value));
    if (!place) return;
    field.value = '';
    store.toast({ text: place === 'keyring' ? 'The key is kept in the system’s keyring.' : 'No keyring was found: the key is kept until Errata ends.' });
    void load('providers');
  }

  /** @param {string} name */
  async #forget(name) {
    if (await attempt(api.call('DeleteSecret', name).then(() => true))) store.toast({ text: 'The key was forgotten.' });
    void load('providers');
  }

  /** @param {HTMLElement} form */
  async #need(form) {
    const name = form.dataset.setting ?? '';
    if (await this.#save(/** @type {Partial<Settings>} */ ({ [name]: valueOf(form, name).trim() }))) void load('providers');
  }

  /** @param {HTMLElement} form */
  async #origin(form) {
    const field = /** @type {HTMLInputElement} */ (find(form, '[name="origin"]'));
    if (!filled(form)) return;
    const taken = await this.#save({ allowed_origins: [...(store.state.settings?.allowed_origins ?? []), field.value.trim()] });
    if (taken) field.value = '';
  }

  async #backup() {
    const path = await attempt(api.call('Backup'));
    if (path) store.toast({ text: `A verified copy lies at ${path}` });
  }

  async #empty() {
    const n = await attempt(api.call('EmptyTrash'));
    if (n !== null) store.toast({ text: n ? `${count(n, 'chat')} deleted for good.` : 'The trash was empty.' });
  }

  // Render

  render() {
    const { settings: s, status, models, rechecks, loads, hello, providers, jobs: running } = store.state;
    if (!s) return html`${roomHead('Settings')}<p class="hint">Loading…</p>`;
    return html`${roomHead('Settings', 'A change is kept at once.')}
      <section><h2>Model</h2>${jobLine(running.model)}${failed(loads.models, html`<button data-do="again">Try again</button>`)}<model-list></model-list>
        <form class="inline-form" data-send="import"><label for="file">Or a weights file on this machine (GGUF)</label><input id="file" name="file" placeholder="/home/you/model.gguf" required autocomplete="off" spellcheck="false"><button ${running.model && !running.model.error ? html`disabled` : ''}>Use this file</button></form>${engine(status)}</section>
      <section><h2>Evidence</h2><p class="hint">To check an answer, the words of your question go to the sources that are on here, and to nobody else. The model’s answer never leaves this machine. The words that were sent stand under each check.</p>
        ${failed(loads.providers, html`<button data-do="again">Try again</button>`)}<ul class="lines">${providers.map((p) => provider(p, s))}</ul>
        ${tick('auto_check', s.auto_check, 'Check every answer', 'Otherwise a check starts when you ask for it.')}
        ${choice('extractor', 'Extractor', s.extractor ?? '', bases(models, s.extractor), `It copies values out of answers and evidence; ${cost(models, s.extractor, s.model)}`)}
        ${choice('judge', 'Judge', s.judge ?? '', bases(models, s.judge), `It says how fast an answer can change, and whether a passage says yes or no; ${cost(models, s.judge, s.model)}`)}
        ${choice('recheck', 'Facts with an expiry', s.recheck || 'on', [['on', 'check again by themselves'], ['paused', 'wait for me']], 'The words of their questions go to the sources that are on. Where the evidence has moved, the new answer waits in Review; nothing is decided for you.')}
        ${choice('recheck_days', 'Check them', String(s.recheck_days || 7), own([['1', 'every day'], ['7', 'every week'], ['30', 'every month']], s.recheck_days, 'day'), plan(rechecks))}</section>
      <section><h2>Learning</h2>
        ${choice('approval', 'Corrections are approved', s.approval, [['person', 'by me'], ['automatic', 'by rule, if sure']], 'By rule: only verdicts that are calibrated, carried by two independent sources, and of nothing that changes within weeks; at most 10 a training. Each is marked and can be taken back, and a version still has to pass its gate.')}
        ${s.approval === 'automatic' ? choice('approval_hours', 'A rule waits', String(s.approval_hours || 24), own([['1', 'an hour'], ['24', 'a day'], ['72', 'three days'], ['168', 'a week']], s.approval_hours, 'hour'), 'Until then you can decide yourself; what you touched is left to you.') : ''}
        ${choice('training', 'When too few answers were right', s.training, [['propose', 'propose a training'], ['start', 'start a training'], ['never', 'do nothing']], s.approval === 'automatic' ? 'Only approved facts are ever taught. With rules, a training that starts by itself is scored, and its version used if it passes its gate.' : 'Only facts that you approved are ever taught.')}
        ${tick('memory', s.memory, 'Use approved facts before they are taught', 'They are given to the model as context, and the answer says so.')}
        ${choice('serve_as', 'Serve versions as', s.serve_as, [['auto', 'what fits'], ['adapter', 'base and adapter'], ['merged', 'merged weights']], 'Merged takes more disk; both give the same answers.')}</section>
      <section><h2>Look</h2>${choice('theme', 'Colours', s.theme, [['system', 'as the system'], ['light', 'light'], ['dark', 'dark']], '')}
        ${choice('letters', 'Letters of answers', store.state.serif ? 'serif' : 'sans', [['serif', 'serif'], ['sans', 'sans']], 'Until Errata is closed.')}</section>
      <section><h2>Other programs</h2><p class="hint">Pages of these origins may call the API that <code>errata serve</code> offers, with its token.</p>
        <ul class="lines">${(s.allowed_origins ?? []).map((o) => html`<li data-key="${o}"><code>${o}</code><button class="quiet" data-do="origin-remove" data-origin="${o}" aria-label="Remove ${o}">Remove</button></li>`)}</ul>
        <form class="inline-form" data-send="origin"><label for="origin">Origin</label><input id="origin" name="origin" placeholder="http://localhost:3000" required autocomplete="off" spellcheck="false"><button>Allow</button></form></section>
      <section><h2>Data</h2><p class="hint">Everything lies in <code>${hello?.home}</code>.</p><div class="buttons"><button data-do="backup">Back up now</button><button class="quiet" data-do="trash">${this.asked === 'trash' ? 'Empty it for good?' : 'Empty the trash of chats'}</button></div><chat-import></chat-import></section>
      <p class="hint">Errata ${hello?.version}, ${hello?.door}.</p>`;
  }

  drawn() {
    const { models, settings, imported, jobs: running } = store.state;
    const list = this.querySelector('model-list');
    const chats = this.querySelector('chat-import');
    if (chats instanceof ChatImport) chats.view = { job: running.chats, imported };
    if (list instanceof ModelList) list.view = { models, chosen: settings?.model ?? '', busy: Boolean(running.model && !running.model.error) };
  }
}

/** The choices, and one that was set elsewhere. @param {[string, string][]} list @param {number | undefined} value @param {string} unit @returns {[string, string][]} */
const own = (list, value, unit) => (!value || list.some(([v]) => v === String(value)) ? list : [...list, [String(value), count(value, unit)]]);

/** The models that may extract and judge, and one that is gone. @param {ModelInfo[]} models @param {string | undefined} chosen @returns {[string, string][]} */
function bases(models, chosen) {
  const here = models.filter((m) => m.installed && !m.remote);
  const gone = chosen && !here.some((m) => m.name === chosen);
  return [['', 'the model in use, untaught'], ...here.map((m) => /** @type {[string, string]} */ ([m.name, m.title || m.name])), ...(gone ? [/** @type {[string, string]} */ ([chosen, chosen])] : [])];
}

/** What a model of its own costs. @param {ModelInfo[]} models @param {string | undefined} chosen @param {string} inUse */
function cost(models, chosen, inUse) {
  const m = models.find(({ name }) => name === chosen);
  if (chosen && models.length && !m?.installed) return `${chosen} is not installed, so nothing is checked: get it above, or choose another.`;
  return m && chosen !== inUse ? `beside the model in use it takes about ${size(chatMemory(m))} of memory, or longer checks where both do not fit.` : 'a model of its own takes more memory, or longer checks.';
}

/** What the schedule has before it. @param {RecheckPlan | null} p */
function plan(p) {
  if (!p) return '';
  if (!p.facts) return 'No approved fact has an expiry yet.';
  const when = p.paused ? 'paused' : p.due ? `${p.due} due now` : `the next on ${day(p.next)}`;
  return `${count(p.facts, 'fact')}: ${when}.${p.disputed ? ` ${p.disputed} in dispute: decide in Review.` : ''}`;
}

/** @param {Status | null} status */
function engine(status) {
  if (!status) return '';
  const e = status.engine;
  const from = { env: 'set by OLLAMA_HOST', running: 'already running', bundled: 'started by Errata' }[e.source] ?? e.source;
  const gpu = e.gpu_share < 0 ? '' : e.gpu_share === 0 && status.machine.gpu ? ` Nothing of the model runs on ${status.machine.gpu}: install Ollama with its GPU support.` : ` ${e.gpu_share} % of the model is on the GPU.`;
  return html`<p class="hint">${e.version ? `Engine: Ollama ${e.version} at ${e.address}, ${from}. ${e.adapters ? 'It takes adapters.' : 'It takes merged weights only.'}${gpu}` : ''}
    ${status.problems.filter((p) => p.part === 'engine').map((p) => html`<strong>${p.message}</strong> ${p.hint}`)}</p>`;
}

/** @param {ProviderHealth} p @param {Settings} s */
const provider = (p, s) => html`<li data-key="${p.name}" class="provider"><label class="tick"><input type="checkbox" name="provider" value="${p.name}" ${p.on ? html`checked` : ''}><span><strong>${p.title || p.name}</strong> <span class="hint">${p.local ? 'Stays on this machine.' : p.sends} ${p.message}</span></span></label>
  ${p.on && p.needs.length ? html`<div class="provider-needs">${p.needs.map((n) => (n.setting ? setting(n, s) : key(p)))}</div>` : ''}</li>`;

/** @param {ProviderHealth} p */
const key = (p) => html`<form class="inline-form" data-send="key" data-name="${p.name}"><label for="key-${p.name}">Key</label><input id="key-${p.name}" type="password" required autocomplete="off"><button>Keep</button><button type="button" class="quiet" data-do="key-delete" data-name="${p.name}">Forget</button></form>`;

/** @param {ProviderNeed} n @param {Settings} s */
const setting = (n, s) => html`<form class="inline-form" data-send="need" data-setting="${n.setting}"><label for="need-${n.setting}">${n.label}</label><input id="need-${n.setting}" name="${n.setting}" value="${Object.entries(s).find(([name]) => name === n.setting)?.[1] ?? ''}" placeholder="${n.example ?? ''}" autocomplete="off" spellcheck="false"><button>Keep</button></form>`;

/** @param {string} name @param {boolean} on @param {string} label @param {string} effect */
const tick = (name, on, label, effect) => html`<label class="tick"><input type="checkbox" name="${name}" ${on ? html`checked` : ''}><span>${label} <span class="hint">${effect}</span></span></label>`;

/** @param {string} name @param {string} label @param {string} value @param {[string, string][]} list @param {string} effect */
const choice = (name, label, value, list, effect) => html`<div class="choice"><label for="set-${name}">${label}</label><select id="set-${name}" name="${name}">${options(value, list)}</select><span class="hint">${effect}</span></div>`;

export const defineSettingsRoom = () => customElements.define('settings-room', SettingsRoom);
export { SettingsRoom };
