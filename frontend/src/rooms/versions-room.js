import { api } from '../api.js';
import { ArrivalList } from '../elements/arrival-list.js';
import { ScoreGrid } from '../elements/score-grid.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, find } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { rollBack } from '../versions.js';
import { empty, failed, jobLine, roomHead } from '../views.js';
import { VersionEntry } from './version-entry.js';
import { VersionsCompare } from './versions-compare.js';

/** Versions, what arrived from outside, the scoreboard, and two of them side by side. */
class VersionsRoom extends Part {
  #forcing = '';
  /** The version whose note, export or deletion is open. */
  #open = { id: '', what: '' };

  actions = {
    again: () => void load('versions', 'arrivals', 'comparisons'),
    rollback: () => void rollBack(),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('versions', 'arrivals', 'comparisons', 'board');
    store.watch(['versions', 'arrivals', 'board', 'jobs', 'loads', 'status', 'route'], () => this.draw(), signal);
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('version-turn', ({ id, what }) => this.#turn(id, what));
    on('version-force', ({ id }) => this.#force(id));
    on('version-compare', ({ id }) => { const side = this.querySelector('versions-compare'); if (side instanceof VersionsCompare) side.beside(id); });
    on('arrival-import', ({ id }) => void this.#import(id));
    on('arrival-discard', ({ id }) => void this.#discard(id));
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

  /** @param {string} id */
  #force(id) {
    this.#forcing = id;
    this.draw();
    if (id) find(this, '[name="reason"]').focus();
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

  render() {
    const { versions, arrivals, board, loads } = store.state;
    const current = versions.find((v) => v.state === 'current');
    return html`${roomHead(t`Versions`, current ? t`v${current.number} answers now.` : t`The plain base answers now.`, current ? html`<button data-do="rollback">Roll back</button>` : '')}
      ${jobLine(store.state.jobs['promote:back'])}
      ${failed(loads.versions, html`<button data-do="again">Try again</button>`)}
      ${failed(loads.arrivals, html`<button data-do="again">Try again</button>`)}
      ${arrivals.length ? html`<arrival-list></arrival-list>` : ''}
      ${versions.length ? html`<ol class="versions">${versions.map((v) => html`<li data-key="${v.id}" class="version ${v.state}"><version-entry></version-entry></li>`)}</ol>`
    : loads.versions === 'ready' ? empty(t`No version yet`, t`A finished training becomes v1 here. It answers only after it passed the gate, or after you decide so.`, html`<p><a class="button primary" href="#/training">Open Training</a></p>`) : ''}
      ${board?.columns.length ? html`<section><h2>Scoreboard</h2><score-grid></score-grid></section>` : ''}
      ${versions.length ? html`<versions-compare></versions-compare>` : ''}`;
  }

  drawn() {
    const { versions, arrivals, board } = store.state;
    const entries = this.querySelectorAll('version-entry');
    versions.forEach((version, i) => {
      const entry = entries[i];
      if (entry instanceof VersionEntry) entry.view = { version, open: this.#open.id === version.id ? this.#open.what : '', forcing: this.#forcing === version.id };
    });
    const arrived = this.querySelector('arrival-list');
    if (arrived instanceof ArrivalList) arrived.arrivals = arrivals;
    const grid = this.querySelector('score-grid');
    if (grid instanceof ScoreGrid && board) grid.board = board;
  }
}

export const defineVersionsRoom = () => customElements.define('versions-room', VersionsRoom);
export { VersionsRoom };
