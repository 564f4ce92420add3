import { api } from '../api.js';
import { ExportForm } from '../elements/export-form.js';
import { GateView } from '../elements/gate-view.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, valueOf } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { rollBack, score } from '../versions.js';
import { jobLine } from '../views.js';
import { ago, day, exact, short, versionStates } from '../words.js';

/** @import {Version} from '../types.d.ts' */

/**
 * One version: where it comes from, its gate, and what is done with it.
 *
 *     <version-entry></version-entry>   .view = {version, open, forcing}   emits version-turn {id, what}, version-force {id}, version-compare {id}
 */
class VersionEntry extends Part {
  /** @type {{version: Version | null, open: string, forcing: boolean}} */
  #view = { version: null, open: '', forcing: false };

  actions = {
    score: () => void score(this.#id),
    promote: () => void this.#promote(false),
    force: () => this.emit('version-force', { id: this.#id }),
    'force-cancel': () => this.emit('version-force', { id: '' }),
    /** @param {HTMLElement} form */
    'force-send': (form) => { if (filled(form)) void this.#promote(true); },
    note: () => this.emit('version-turn', { id: this.#id, what: 'note' }),
    export: () => this.emit('version-turn', { id: this.#id, what: 'export' }),
    delete: () => this.emit('version-turn', { id: this.#id, what: 'delete' }),
    'turn-back': () => this.#back(),
    'note-send': () => void this.#note(),
    /** @param {HTMLElement} form */
    'delete-send': (form) => void this.#delete(form),
    'compare-with': () => this.emit('version-compare', { id: this.#id }),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  /** @param {{version: Version | null, open: string, forcing: boolean}} view open: which of its forms is */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  get #id() { return this.#view.version?.id ?? ''; }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('export-go', (e) => void this.#export(/** @type {CustomEvent} */ (e).detail), { signal });
    this.addEventListener('export-close', () => this.#back(), { signal });
  }

  // Events

  #back() { this.emit('version-turn', { id: '', what: '' }); }

  async #note() {
    const v = await attempt(api.call('NoteVersion', this.#id, valueOf(this, 'note')));
    if (!v) return;
    this.#back();
    void load('versions');
  }

  /** @param {{id: string, merged: boolean, folder: string}} input */
  async #export({ id, merged, folder }) {
    const out = await jobs.run(`export:${id}`, t`Writing the files`, (request) => api.call('ExportVersion', request, { version_id: id, merged, folder }));
    if (!out) return;
    this.#back();
    store.toast({ text: t`Written to ${out.folder}`, hint: out.files.join(', ') });
  }

  /** @param {HTMLElement} form */
  async #delete(form) {
    const name = `v${this.#view.version?.number}`;
    if (valueOf(form, 'sure').trim() !== name) return;
    const v = await attempt(api.call('DeleteVersion', this.#id));
    if (!v) return;
    this.#back();
    store.toast({ text: t`The weights of ${name} are deleted; its results are kept.` });
    void load('versions', 'board');
  }

  /** @param {boolean} force */
  async #promote(force) {
    const id = this.#id;
    const reason = force ? valueOf(this, 'reason').trim() : '';
    const v = await jobs.run(`promote:${id}`, t`Warming the version`, (request) => api.call('Promote', request, { version_id: id, force, reason }));
    if (!v) return;
    if (force) this.emit('version-force', { id: '' });
    store.toast({ text: t`v${v.number} answers from now on.`, action: t`Roll back`, run: () => void rollBack() });
    void load('versions', 'status');
  }

  // Render

  render() {
    const { version: v, open: what, forcing } = this.#view;
    if (!v) return html``;
    const { jobs: running, route } = store.state;
    const missed = v.gate && !v.gate.passed ? (v.gate.checks ?? []).filter((c) => !c.passed).length : 0;
    const open = v.state === 'candidate' || route.id === v.id;
    return html`<div class="version-head"><h2>v${v.number}</h2><span class="state ${v.state}">${versionStates[v.state]}</span>
      <span class="hint">on ${v.model}, <time datetime="${v.created_at}" title="${exact(v.created_at)}">${ago(v.created_at, Date.now())}</time>${v.adapter_id ? html`, adapter <code title="${v.adapter_id}">${short(v.adapter_id)}</code>` : ''}${v.served_as ? t`, served as ${v.served_as}` : ''}${v.promoted_at ? t`, current since ${day(v.promoted_at)}` : ''}</span></div>
      ${v.note && what !== 'note' ? html`<p class="version-note">${v.note}</p>` : ''}
      ${v.gate ? html`<details class="fold gate" data-key="${route.id === v.id ? 'gate-asked' : 'gate'}" ${open ? html`open` : ''}><summary>${v.gate.passed ? t`It passed the gate.` : t`It missed ${missed} of ${(v.gate.checks ?? []).length} figures of the gate.`}</summary><gate-view></gate-view></details>`
    : html`<p class="hint">Not scored yet: nobody knows what it recalls.</p>`}
      ${jobLine(running[`score:${v.id}`])}${jobLine(running[`promote:${v.id}`])}${jobLine(running[`export:${v.id}`])}
      ${what === 'note' ? noteForm(v) : ''}${what === 'export' ? html`<export-form data-key="export"></export-form>` : ''}${what === 'delete' ? deleteForm(v) : ''}
      ${forcing ? forceForm(v) : v.state === 'deleted' ? html`<p class="hint">Its weights are deleted; its results are kept.</p>` : buttons(v)}`;
  }

  drawn() {
    const { version } = this.#view;
    const gate = this.querySelector('gate-view');
    if (gate instanceof GateView) gate.gate = version?.gate ?? null;
    const form = this.querySelector('export-form');
    if (form instanceof ExportForm) form.view = { id: this.#id, home: store.state.hello?.home ?? '' };
  }
}

/** What can be done with a version. @param {Version} v */
const buttons = (v) => html`<div class="buttons">${v.state === 'current' ? '' : v.gate?.passed ? html`<button class="primary" data-do="promote" data-id="${v.id}">Promote</button>` : ''}
  <button data-do="score" data-id="${v.id}" class="${v.gate ? 'quiet' : 'primary'}">${v.gate ? t`Score again` : t`Score`}</button><button class="quiet" data-do="compare-with" data-id="${v.id}">Compare</button>
  ${v.state === 'current' || v.gate?.passed ? '' : html`<button class="quiet" data-do="force" data-id="${v.id}">Promote anyway</button>`}
  <span class="version-more"><button class="quiet" data-do="note" data-id="${v.id}">${v.note ? html`Edit note` : html`Note`}</button><button class="quiet" data-do="export" data-id="${v.id}">Export</button>${v.state === 'current' ? '' : html`<button class="quiet" data-do="delete" data-id="${v.id}">Delete</button>`}</span></div>`;

/** @param {Version} v */
const noteForm = (v) => html`<form class="panel" data-key="note" data-send="note-send"><label for="version-note">Note on v${v.number}</label><textarea id="version-note" name="note" rows="2" maxlength="2000">${v.note ?? ''}</textarea><div class="buttons"><button class="primary">Save</button><button type="button" class="quiet" data-do="turn-back">Cancel</button></div></form>`;

/** @param {Version} v */
const forceForm = (v) => html`<form class="panel" data-send="force-send"><label for="reason">${v.gate ? t`Why it should answer although it missed the gate` : t`Why it should answer although it was not scored`}</label><input id="reason" name="reason" required autocomplete="off"><div class="buttons"><button class="primary">Promote anyway</button><button type="button" class="quiet" data-do="force-cancel">Cancel</button></div></form>`;

/** @param {Version} v */
const deleteForm = (v) => html`<form class="panel" data-key="delete" data-send="delete-send"><p>Its adapter and what the engine made of it are deleted for good. Its number, gate and results stay, and its dataset can be trained again.</p>
  <label for="version-sure">Type v${v.number} to go on</label><input id="version-sure" name="sure" autocomplete="off" pattern="v${v.number}" required><div class="buttons"><button>Delete v${v.number}</button><button type="button" class="quiet" data-do="turn-back">Cancel</button></div></form>`;

export const defineVersionEntry = () => customElements.define('version-entry', VersionEntry);
export { VersionEntry };
