import { api } from '../api.js';
import { ArrivalList } from '../elements/arrival-list.js';
import { CompareView } from '../elements/compare-view.js';
import { ExportForm } from '../elements/export-form.js';
import { GateView } from '../elements/gate-view.js';
import { ScoreGrid } from '../elements/score-grid.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { empty, failed, jobLine, options, roomHead } from '../views.js';
import { ago, day, exact, short, versionStates } from '../words.js';

/** @import {Comparison, Version} from '../types.d.ts' */

/** Versions, their gate, the scoreboard, and two of them side by side. */
class VersionsRoom extends Part {
  #forcing = '';
  /** The version whose note, export or deletion is open. */
  #open = { id: '', what: '' };
  #comparisonID = '';
  #own = false;
  /** What was chosen to compare; without a choice the base and the newest. */
  #sides = { a: '', b: '' };

  actions = {
    again: () => void load('versions', 'arrivals', 'comparisons'),
    /** @param {HTMLElement} b */
    score: (b) => void this.#score(b.dataset.id ?? ''),
    /** @param {HTMLElement} b */
    promote: (b) => void this.#promote(b.dataset.id ?? '', false),
    /** @param {HTMLElement} b */
    force: (b) => this.#force(b.dataset.id ?? ''),
    'force-cancel': () => this.#force(''),
    /** @param {HTMLElement} form */
    'force-send': (form) => { if (filled(form)) void this.#promote(this.#forcing, true); },
    /** @param {HTMLElement} b */
    note: (b) => this.#turn(b.dataset.id ?? '', 'note'),
    /** @param {HTMLElement} b */
    export: (b) => this.#turn(b.dataset.id ?? '', 'export'),
    /** @param {HTMLElement} b */
    delete: (b) => this.#turn(b.dataset.id ?? '', 'delete'),
    'turn-back': () => this.#turn('', ''),
    'note-send': () => void this.#note(),
    /** @param {HTMLElement} form */
    'delete-send': (form) => void this.#delete(form),
    rollback: () => void this.#rollback(),
    own: () => { this.#own = !this.#own; this.draw(); },
    compare: () => void this.#compare(),
    /** @param {HTMLElement} b */
    'compare-with': (b) => void this.#compare(b.dataset.id),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('versions', 'arrivals', 'comparisons', 'board');
    store.watch(['versions', 'arrivals', 'comparisons', 'board', 'jobs', 'loads', 'status'], () => this.draw(), signal);
    this.addEventListener('export-go', (e) => void this.#export(/** @type {CustomEvent} */ (e).detail), { signal });
    this.addEventListener('export-close', () => this.#turn('', ''), { signal });
    this.addEventListener('arrival-import', (e) => void this.#import(/** @type {CustomEvent} */ (e).detail.id), { signal });
    this.addEventListener('arrival-discard', (e) => void this.#discard(/** @type {CustomEvent} */ (e).detail.id), { signal });
    store.watch(['route'], () => { this.#comparisonID = ''; this.draw(); }, signal);
    this.addEventListener('change', (e) => {
      if (!(e.target instanceof HTMLSelectElement)) return;
      if (e.target.name === 'comparison') this.#comparisonID = e.target.value;
      else if (e.target.name === 'a' || e.target.name === 'b') this.#sides[e.target.name] = e.target.value;
      this.draw();
    }, { signal });
  }

  // Events

  /** @param {string} id @param {string} what */
  #turn(id, what) {
    const from = this.#open;
    this.#open = { id, what };
    this.draw();
    const next = this.querySelector(what ? `[data-key="${what}"] input, [data-key="${what}"] textarea` : `[data-do="${from.what}"][data-id="${from.id}"]`);
    if (next instanceof HTMLElement) next.focus();
  }

  async #note() {
    const v = await attempt(api.call('NoteVersion', this.#open.id, valueOf(this, 'note')));
    if (!v) return;
    this.#turn('', '');
    void load('versions');
  }

  /** @param {{id: string, merged: boolean, folder: string}} input */
  async #export({ id, merged, folder }) {
    const out = await jobs.run(`export:${id}`, t`Writing the files`, (request) => api.call('ExportVersion', request, { version_id: id, merged, folder }));
    if (!out) return;
    this.#turn('', '');
    store.toast({ text: t`Written to ${out.folder}`, hint: out.files.join(', ') });
  }

  /** @param {HTMLElement} form */
  async #delete(form) {
    const { id } = this.#open;
    const name = `v${store.state.versions.find((v) => v.id === id)?.number}`;
    if (valueOf(form, 'sure').trim() !== name) return;
    const v = await attempt(api.call('DeleteVersion', id));
    if (!v) return;
    this.#turn('', '');
    store.toast({ text: t`The weights of ${name} are deleted; its results are kept.` });
    void load('versions', 'board');
  }

  /** @param {string} id */
  async #score(id) {
    const card = await jobs.run(`score:${id}`, t`Asking the probes`, (request) => api.call('Score', request, id));
    if (card) void load('versions', 'board');
  }

  /** @param {string} id */
  #force(id) {
    this.#forcing = id;
    this.draw();
    if (id) find(this, '[name="reason"]').focus();
  }

  /** @param {string} id @param {boolean} force */
  async #promote(id, force) {
    const reason = force ? valueOf(this, 'reason').trim() : '';
    const v = await jobs.run(`promote:${id}`, t`Warming the version`, (request) => api.call('Promote', request, { version_id: id, force, reason }));
    if (!v) return;
    if (force) this.#force('');
    store.toast({ text: t`v${v.number} answers from now on.`, action: t`Roll back`, run: () => void this.#rollback() });
    void load('versions', 'status');
  }

  async #rollback() {
    const v = await jobs.run('promote:back', t`Going back`, (request) => api.call('Rollback', request));
    if (!v) return;
    store.toast({ text: v.number ? t`v${v.number} answers again.` : t`The plain base answers again.` });
    void load('versions', 'status');
  }

  /** @param {string} [id] */
  async #compare(id) {
    const current = store.state.versions.find((v) => v.state === 'current');
    const input = id ? { a: current && current.id !== id ? current.id : 'base', b: id, prompts: [] }
      : { a: valueOf(this, 'a'), b: valueOf(this, 'b'), prompts: this.#own ? valueOf(this, 'prompts').split('\n').map((p) => p.trim()).filter(Boolean) : [] };
    const comparison = await jobs.run('compare', t`Asking both versions`, (request) => api.call('Compare', request, input));
    if (!comparison) return;
    this.#comparisonID = comparison.id;
    await load('comparisons');
    this.querySelector('compare-view')?.scrollIntoView?.({ block: 'start' });
  }

  /** @param {string} id */
  async #discard(id) {
    await attempt(api.call('DiscardArrival', id));
    void load('arrivals');
  }

  /** @param {string} id */
  async #import(id) {
    const v = await attempt(api.call('ImportArrival', id));
    if (!v) return;
    store.toast({ text: t`Imported as v${v.number}, a candidate.` });
    void load('versions', 'arrivals');
  }

  // Render

  get #comparison() {
    const { comparisons, route } = store.state;
    return comparisons.find((c) => c.id === this.#comparisonID)
      ?? comparisons.find((c) => !route.id || c.b.version_id === route.id || c.a.version_id === route.id) ?? null;
  }

  render() {
    const { versions, arrivals, board, loads } = store.state;
    const current = versions.find((v) => v.state === 'current');
    return html`${roomHead(t`Versions`, current ? t`v${current.number} answers now.` : t`The plain base answers now.`, current ? html`<button data-do="rollback">Roll back</button>` : '')}
      ${jobLine(store.state.jobs['promote:back'])}
      ${failed(loads.versions, html`<button data-do="again">Try again</button>`)}
      ${failed(loads.arrivals, html`<button data-do="again">Try again</button>`)}
      ${arrivals.length ? html`<arrival-list></arrival-list>` : ''}
      ${versions.length ? html`<ol class="versions">${versions.map((v) => this.#version(v))}</ol>`
    : loads.versions === 'ready' ? empty(t`No version yet`, t`A finished training becomes v1 here. It answers only after it passed the gate, or after you decide so.`, html`<p><a class="button primary" href="#/training">Open Training</a></p>`) : ''}
      ${board?.columns.length ? html`<section><h2>Scoreboard</h2><score-grid></score-grid></section>` : ''}
      ${versions.length ? this.#compareMarkup() : ''}`;
  }

  drawn() {
    const { versions, arrivals, board, hello } = store.state;
    const gates = this.querySelectorAll('gate-view');
    versions.filter((v) => v.gate).forEach((v, i) => {
      const gate = gates[i];
      if (gate instanceof GateView) gate.gate = v.gate ?? null;
    });
    const arrived = this.querySelector('arrival-list');
    if (arrived instanceof ArrivalList) arrived.arrivals = arrivals;
    const grid = this.querySelector('score-grid');
    if (grid instanceof ScoreGrid && board) grid.board = board;
    const form = this.querySelector('export-form');
    if (form instanceof ExportForm) form.view = { id: this.#open.id, home: hello?.home ?? '' };
    const view = this.querySelector('compare-view');
    const comparison = this.#comparison;
    if (view instanceof CompareView && comparison) view.comparison = comparison;
  }

  /** @param {Version} v */
  #version(v) {
    const { jobs: running, route } = store.state;
    const missed = v.gate && !v.gate.passed ? (v.gate.checks ?? []).filter((c) => !c.passed).length : 0;
    const open = v.state === 'candidate' || route.id === v.id;
    return html`<li data-key="${v.id}" class="version ${v.state}"><div class="version-head"><h2>v${v.number}</h2><span class="state ${v.state}">${versionStates[v.state]}</span>
      <span class="hint">on ${v.model}, <time datetime="${v.created_at}" title="${exact(v.created_at)}">${ago(v.created_at, Date.now())}</time>${v.adapter_id ? html`, adapter <code title="${v.adapter_id}">${short(v.adapter_id)}</code>` : ''}${v.served_as ? t`, served as ${v.served_as}` : ''}${v.promoted_at ? t`, current since ${day(v.promoted_at)}` : ''}</span></div>
      ${v.note && !this.#turned(v, 'note') ? html`<p class="version-note">${v.note}</p>` : ''}
      ${v.gate ? html`<details class="fold gate" data-key="${route.id === v.id ? 'gate-asked' : 'gate'}" ${open ? html`open` : ''}><summary>${v.gate.passed ? t`It passed the gate.` : t`It missed ${missed} of ${(v.gate.checks ?? []).length} figures of the gate.`}</summary><gate-view></gate-view></details>`
    : html`<p class="hint">Not scored yet: nobody knows what it recalls.</p>`}
      ${jobLine(running[`score:${v.id}`])}${jobLine(running[`promote:${v.id}`])}${jobLine(running[`export:${v.id}`])}
      ${this.#turned(v, 'note') ? noteForm(v) : ''}${this.#turned(v, 'export') ? html`<export-form data-key="export"></export-form>` : ''}${this.#turned(v, 'delete') ? deleteForm(v) : ''}
      ${this.#forcing === v.id ? html`<form class="panel" data-send="force-send"><label for="reason">${v.gate ? t`Why it should answer although it missed the gate` : t`Why it should answer although it was not scored`}</label><input id="reason" name="reason" required autocomplete="off"><div class="buttons"><button class="primary">Promote anyway</button><button type="button" class="quiet" data-do="force-cancel">Cancel</button></div></form>`
    : v.state === 'deleted' ? html`<p class="hint">Its weights are deleted; its results are kept.</p>`
    : html`<div class="buttons">${v.state === 'current' ? '' : v.gate?.passed ? html`<button class="primary" data-do="promote" data-id="${v.id}">Promote</button>` : ''}
        <button data-do="score" data-id="${v.id}" class="${v.gate ? 'quiet' : 'primary'}">${v.gate ? t`Score again` : t`Score`}</button><button class="quiet" data-do="compare-with" data-id="${v.id}">Compare</button>
        ${v.state === 'current' || v.gate?.passed ? '' : html`<button class="quiet" data-do="force" data-id="${v.id}">Promote anyway</button>`}
        <span class="version-more"><button class="quiet" data-do="note" data-id="${v.id}">${v.note ? html`Edit note` : html`Note`}</button><button class="quiet" data-do="export" data-id="${v.id}">Export</button>${v.state === 'current' ? '' : html`<button class="quiet" data-do="delete" data-id="${v.id}">Delete</button>`}</span></div>`}</li>`;
  }

  /** @param {Version} v @param {string} what */
  #turned(v, what) { return this.#open.id === v.id && this.#open.what === what; }

  #compareMarkup() {
    const { versions, comparisons, loads, route } = store.state;
    const named = versions.find((v) => v.id === route.id);
    const names = /** @type {[string, string][]} */ ([['base', 'base'], ...versions.filter((v) => v.state !== 'deleted').map((v) => [v.id, `v${v.number}`])]);
    const comparison = this.#comparison;
    return html`<section class="compare"><h2>Side by side</h2>
      <form class="inline-form" data-send="compare"><label>Left <select name="a">${options(this.#sides.a || 'base', names)}</select></label><label>Right <select name="b">${options(this.#sides.b || (names[1]?.[0] ?? 'base'), names)}</select></label>
        <button class="quiet" type="button" data-do="own" aria-pressed="${this.#own ? 'true' : 'false'}">Own questions</button><button>Compare</button>
        ${this.#own ? html`<label class="wide">Questions, one a line <textarea name="prompts" rows="4"></textarea></label>` : ''}</form>
      ${jobLine(store.state.jobs.compare)}
      ${failed(loads.comparisons, html`<button data-do="again">Try again</button>`)}
      ${comparisons.length > 1 || (comparisons.length && !comparison) ? html`<label class="hint">Shown <select name="comparison">${options(comparison?.id ?? '', [...(comparison ? [] : [/** @type {[string, string]} */ (['', 'none'])]), ...comparisons.map((c) => /** @type {[string, string]} */ ([c.id, title(c)]))])}</select></label>` : ''}
      ${comparison ? html`<compare-view></compare-view>` : html`<p class="hint">${named ? t`No comparison of v${named.number} yet.` : t`No comparison yet.`} Both sides are asked the same questions, without memory.</p>`}</section>`;
  }
}

/** @param {Version} v */
const noteForm = (v) => html`<form class="panel" data-key="note" data-send="note-send"><label for="version-note">Note on v${v.number}</label><textarea id="version-note" name="note" rows="2" maxlength="2000">${v.note ?? ''}</textarea><div class="buttons"><button class="primary">Save</button><button type="button" class="quiet" data-do="turn-back">Cancel</button></div></form>`;

/** @param {Version} v */
const deleteForm = (v) => html`<form class="panel" data-key="delete" data-send="delete-send"><p>Its adapter and what the engine made of it are deleted for good. Its number, gate and results stay, and its dataset can be trained again.</p>
  <label for="version-sure">Type v${v.number} to go on</label><input id="version-sure" name="sure" autocomplete="off" pattern="v${v.number}" required><div class="buttons"><button>Delete v${v.number}</button><button type="button" class="quiet" data-do="turn-back">Cancel</button></div></form>`;

/** @param {Comparison} c */
const title = (c) => t`${c.a.version_name} and ${c.b.version_name}, ${ago(c.created_at, Date.now())}`;

export const defineVersionsRoom = () => customElements.define('versions-room', VersionsRoom);
export { VersionsRoom };
