import { api } from '../api.js';
import { BulkForm } from '../elements/bulk-form.js';
import { saveFile } from '../files.js';
import { html } from '../html.js';
import { importDrawn, importsIn } from '../importing.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { failed, jobLine, options, roomHead } from '../views.js';
import { approvedWords, count, factStates } from '../words.js';

/** @import {BulkPlan, FactState, RulePlan} from '../types.d.ts' */

/** The inbox of corrections: which of them are shown, how they come in and leave, and many decided at once. */
class ReviewRoom extends Part {
  #adding = false;
  /** The form that decides many, while it is open. @type {BulkPlan | null} */
  #bulk = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  actions = {
    add: () => this.#add(true),
    'add-cancel': () => this.#add(false),
    /** @param {HTMLElement} form */
    'add-send': (form) => void this.#send(form, false),
    /** @param {HTMLElement} b */
    'add-approve': (b) => void this.#send(b, true),
    import: () => find(this, '[name="import"]').click(),
    export: () => void this.#export(),
    again: () => void load('facts', 'counts'),
    bulk: () => void this.#plan(),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('facts', 'counts', 'rules');
    importsIn(this, signal);
    store.watch(['facts', 'incoming', 'rules', 'factFilter', 'counts', 'loads', 'jobs', 'settings'], () => this.draw(), signal);
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('bulk-close', () => this.#close());
    on('bulk-decide', ({ to, count: n }) => void this.#decideMany(to, n));
    this.addEventListener('change', (e) => this.#changed(e), { signal });
    this.addEventListener('input', (e) => this.#searched(e), { signal });
  }

  disconnected() { clearTimeout(this.#typing); }

  // Events

  /** @param {boolean} open */
  #add(open) {
    this.#adding = open;
    this.draw();
    find(this, open ? '#add-q' : '[data-do="add"]').focus();
  }

  /** @param {HTMLElement} part @param {boolean} approve */
  async #send(part, approve) {
    if (!filled(part)) return;
    const [question, answer, old_answer] = ['question', 'answer', 'old_answer'].map((name) => valueOf(find(this, '.panel'), name).trim());
    const fact = await attempt(api.call('AddFact', { question, answer, old_answer }, approve));
    if (!fact) return;
    this.#add(false);
    store.toast({ text: approve ? t`Added and approved. ${approvedWords(store.state.settings?.memory)}` : t`Added to Review.` });
    await load('facts', 'counts');
    store.set({ factID: fact.id });
  }

  /** @param {Event} e */
  #changed(e) {
    if (e.target instanceof HTMLSelectElement && e.target.name === 'state') {
      store.set({ factFilter: { ...store.state.factFilter, state: /** @type {FactState} */ (e.target.value) || undefined }, factID: '' });
      this.#bulk = null;
      void load('facts');
    }
  }

  /** @param {Event} e */
  #searched(e) {
    if (!(e.target instanceof HTMLInputElement) || e.target.name !== 'query') return;
    const query = e.target.value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#bulk = null;
      store.set({ factFilter: { ...store.state.factFilter, query } });
      void load('facts');
    }, 150);
  }

  async #plan() {
    this.#bulk = await attempt(api.call('BulkPlan', store.state.factFilter.query ?? ''));
    this.draw();
    this.querySelector('bulk-form input')?.scrollIntoView?.({ block: 'nearest' });
    const field = this.querySelector('bulk-form input');
    if (field instanceof HTMLElement) field.focus();
  }

  #close() {
    this.#bulk = null;
    this.draw();
    const button = this.querySelector('[data-do="bulk"]');
    if (button instanceof HTMLElement) button.focus();
  }

  /** @param {FactState} to @param {number} n as it was typed */
  async #decideMany(to, n) {
    const { query = '' } = store.state.factFilter;
    this.#close();
    const done = await jobs.run('bulk', t`Deciding`, (request) => api.call('DecideFacts', request, { query, to, count: n }));
    await load('facts', 'counts');
    if (done) store.toast({ text: `${factStates[to]}: ${count(done.ids.length, 'fact')}.`, action: t`Undo`, run: () => void this.#undoMany(done.ids) });
  }

  /** @param {string[]} ids */
  async #undoMany(ids) {
    const n = await attempt(api.call('UndoFacts', ids));
    if (n !== null) store.toast({ text: t`Taken back: ${count(n, 'fact')}.` });
    await load('facts', 'counts');
  }

  async #export() {
    const { state } = store.state.factFilter;
    const lines = await attempt(api.call('ExportFacts', state ?? ''));
    if (lines !== null) await saveFile(`errata-facts${state ? `-${state}` : ''}.jsonl`, lines);
  }

  // Render

  render() {
    const { facts, incoming, factFilter, counts, rules, loads, settings, jobs: running } = store.state;
    const waiting = counts.proposed ?? 0;
    const all = Object.values(counts).reduce((a, b) => a + (b ?? 0), 0);
    const states = /** @type {FactState[]} */ (Object.keys(factStates));
    const decides = factFilter.state === 'proposed';
    return html`${roomHead(t`Review`, `${waiting ? t`${waiting} left.` : ''} ${promise(rules)} ${settings?.memory ? t`What you approve is known at once, from memory; a training moves it into the weights.` : ''}`,
      html`<button data-do="add">Add a fact</button><button class="quiet" data-do="import">Import</button><button class="quiet" data-do="export">Export</button><input type="file" name="import" accept=".jsonl,.json,.csv,.txt" hidden aria-label="File to import" tabindex="-1">`)}
      ${incoming ? html`<fact-import></fact-import>` : ''}
      ${rules?.on ? html`<p class="hint">Sure corrections with two independent sources are approved by rule after ${count(rules.wait_hours, 'hour')}; ${rules.waiting.length ? html`${t`${rules.waiting.length} on the way,`} ` : ''}${rules.left} more before the next training. <a href="#/settings">Settings</a></p>` : ''}
      ${jobLine(running.recheck)}${jobLine(running.bulk)}
      ${this.#adding ? addForm() : ''}
      <div class="filters"><label>Show <select name="state" aria-label="State">${options(factFilter.state ?? '', [...states.map((s) => /** @type {[string, string]} */ ([s, `${factStates[s]} (${counts[s] ?? 0})`])), ['', t`All (${all})`]])}</select></label>
        <label class="search"><span class="visually-hidden">Search facts</span><input type="search" name="query" placeholder="Search facts" value="${factFilter.query ?? ''}"></label>
        ${decides && facts.total > 1 ? html`<button class="quiet" data-do="bulk" aria-expanded="${this.#bulk ? 'true' : 'false'}">Decide many</button>` : ''}</div>
      ${this.#bulk ? html`<bulk-form></bulk-form>` : ''}
      ${failed(loads.facts, html`<button data-do="again">Try again</button>`)}
      <review-queue></review-queue>`;
  }

  drawn() {
    const bulk = this.querySelector('bulk-form');
    if (bulk instanceof BulkForm && this.#bulk) bulk.view = { plan: this.#bulk, query: store.state.factFilter.query ?? '' };
    importDrawn(this);
  }
}

/** @param {RulePlan | null} rules */
const promise = (rules) => (rules?.on ? t`Nothing is taught before you or a rule approves it.` : t`Nothing is taught before you approve it.`);

const addForm = () => html`<form class="panel" data-send="add-send" aria-label="Add a fact">
  <label for="add-q">Question</label><input id="add-q" name="question" required autocomplete="off">
  <label for="add-a">Answer</label><input id="add-a" name="answer" required autocomplete="off">
  <label for="add-o">Old answer, if the model says something else</label><input id="add-o" name="old_answer" autocomplete="off">
  <div class="buttons"><button type="button" class="primary" data-do="add-approve">Add and approve</button><button>Add to Review</button><button type="button" class="quiet" data-do="add-cancel">Cancel</button></div></form>`;

export const defineReviewRoom = () => customElements.define('review-room', ReviewRoom);
export { ReviewRoom };
