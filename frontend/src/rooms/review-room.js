import { api } from '../api.js';
import { BulkForm } from '../elements/bulk-form.js';
import { FactCase } from '../elements/fact-case.js';
import { FactList } from '../elements/fact-list.js';
import { saveFile } from '../files.js';
import { html } from '../html.js';
import { importDrawn, importsIn } from '../importing.js';
import { following, inbox, opened } from '../inbox.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, composing, filled, find, valueOf } from '../part.js';
import { loadPlaces, takeFact } from '../queue.js';
import { t, told } from '../speech.js';
import { store } from '../store.js';
import { empty, failed, jobLine, options, roomHead } from '../views.js';
import { approvedWords, count, factStates } from '../words.js';

/** @import {BulkPlan, Fact, FactState, FactUpdate, RulePlan} from '../types.d.ts' */

/** The inbox of corrections: the list left, the case right. */
class ReviewRoom extends Part {
  #adding = false;
  /** The last decisions, for U when nothing is open. @type {string[]} */
  #decided = [];
  /** Facts whose decision is on its way. @type {Set<string>} */
  #deciding = new Set();
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
    store.watch(['facts', 'urgent', 'incoming', 'rules', 'factFilter', 'factID', 'counts', 'loads', 'jobs', 'settings'], () => this.draw(), signal);
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('fact-open', ({ id }) => store.set({ factID: id }));
    on('fact-sight', ({ from, to }) => void loadPlaces(from, to));
    on('bulk-close', () => this.#close());
    on('bulk-decide', ({ to, count: n }) => void this.#decideMany(to, n));
    on('fact-renew', ({ id }) => void this.#renew(id));
    on('fact-approve', ({ id }) => void this.#decide('ApproveFact', id));
    on('fact-reject', ({ id }) => void this.#decide('RejectFact', id));
    on('fact-recheck', ({ id }) => void this.#recheck(id));
    on('fact-undo', ({ id }) => void this.#undo(id));
    on('fact-edit', ({ id, update }) => void this.#edit(id, update));
    this.addEventListener('change', (e) => this.#changed(e), { signal });
    this.addEventListener('input', (e) => this.#searched(e), { signal });
    document.addEventListener('keydown', (e) => this.#key(e), { signal });
  }

  disconnected() { clearTimeout(this.#typing); }

  // Events

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey || composing(e) || isTyping(e.target) || document.querySelector('[aria-modal="true"]')) return;
    const open = this.#open;
    const fact = open?.fact;
    const keys = /** @type {Record<string, () => void>} */ ({
      j: () => void this.#step(1), k: () => void this.#step(-1), u: () => void this.#undo((fact?.previous && fact.id) || (this.#decided.at(-1) ?? '')),
      a: () => fact && void (fact.state === 'approved' && open.urgent ? this.#renew(fact.id) : this.#decide('ApproveFact', fact.id)), r: () => fact && void this.#decide('RejectFact', fact.id),
      e: () => { const c = this.querySelector('fact-case'); if (c instanceof FactCase) c.edit(); },
    });
    const key = e.key.toLowerCase();
    if (!keys[key]) return;
    e.preventDefault();
    // A key that is held down walks, but decides once.
    if (!e.repeat || key === 'j' || key === 'k') keys[key]();
  }

  /** @param {number} by */
  async #step(by) {
    const lines = inbox(store.state);
    if (!lines.length) return;
    const i = Math.max(0, Math.min(lines.length - 1, lines.place(this.#open?.fact.id ?? '') + by));
    const near = loadPlaces(i - lines.top - few, i - lines.top + few);
    if (!lines.at(i)) await near;
    const next = inbox(store.state).at(i);
    if (next) store.set({ factID: next.fact.id });
  }

  /** @param {'ApproveFact' | 'RejectFact'} method @param {string} id */
  async #decide(method, id) {
    if (this.#deciding.has(id)) return;
    const next = following(inbox(store.state), id);
    this.#deciding.add(id);
    // The next key is meant for the next fact, also while this one is on its way.
    if (store.state.factFilter.state && next) store.set({ factID: next.fact.id });
    const fact = await attempt(api.call(method, id));
    this.#deciding.delete(id);
    if (!fact) {
      store.set({ factID: id });
      return;
    }
    this.#decided.push(id);
    store.set({ announcement: `${factStates[fact.state]}: ${fact.question}` });
    this.#put(fact);
  }

  /** @param {string} id */
  async #undo(id) {
    if (!id) return;
    const fact = await attempt(api.call('UndoFact', id));
    if (!fact) return;
    this.#decided = this.#decided.filter((d) => d !== id);
    await load('facts', 'counts');
    store.set({ factID: id, announcement: t`Taken back: ${fact.question}` });
  }

  /** @param {string} id */
  async #recheck(id) {
    const list = await jobs.run('recheck', t`Checking this fact again`, (request) => api.call('RecheckFacts', request, [id]));
    if (!list?.length) return;
    const [{ fact, verdict, proposed }] = list;
    this.#put(fact);
    store.toast({ text: proposed ? t`The evidence has moved to “${proposed.answer}”. It waits for your decision.` : told(verdict.sentence) });
    if (proposed) void load('facts', 'counts');
  }

  /** @param {string} id @param {FactUpdate} update */
  async #edit(id, update) {
    const fact = await attempt(api.call('EditFact', id, update));
    if (!fact) return;
    this.#put(fact);
    const element = this.querySelector('fact-case');
    if (element instanceof FactCase) element.edited(id);
  }

  /** @param {Fact} fact */
  #put(fact) {
    takeFact(fact);
    store.set({ urgent: store.state.urgent.filter((u) => u.fact.id !== fact.id) });
    void load('counts', 'urgent');
  }

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

  /** Says that an expired fact is still true, for as long as a fact of its kind is trusted. @param {string} id */
  async #renew(id) {
    const fact = await attempt(api.call('EditFact', id, { expires_at: new Date(Date.now() + trusted).toISOString() }));
    if (!fact) return;
    store.set({ announcement: t`Still true: ${fact.question}` });
    this.#put(fact);
  }

  async #export() {
    const { state } = store.state.factFilter;
    const lines = await attempt(api.call('ExportFacts', state ?? ''));
    if (lines !== null) await saveFile(`errata-facts${state ? `-${state}` : ''}.jsonl`, lines);
  }

  // Render

  get #open() { return opened(inbox(store.state), store.state.factID); }

  render() {
    const { facts, urgent, incoming, factFilter, counts, rules, loads, settings, jobs: running } = store.state;
    const waiting = counts.proposed ?? 0;
    const all = Object.values(counts).reduce((a, b) => a + (b ?? 0), 0);
    const states = /** @type {FactState[]} */ (Object.keys(factStates));
    const decides = factFilter.state === 'proposed';
    const some = facts.total > 0 || (decides && !factFilter.query && urgent.length > 0);
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
      ${some ? html`<div class="split"><nav class="split-list" aria-label="Facts"><fact-list></fact-list></nav><div class="split-case"><fact-case></fact-case></div></div>`
    : loads.facts === 'ready' ? this.#empty(all) : html`<p class="hint">Loading…</p>`}`;
  }

  drawn() {
    const { factFilter, rules } = store.state;
    const now = Date.now();
    const open = this.#open;
    const list = this.querySelector('fact-list');
    if (list instanceof FactList) list.view = { lines: inbox(store.state), of: `${factFilter.state} ${factFilter.query}`, open: open?.fact.id ?? '', showState: !factFilter.state, now };
    const element = this.querySelector('fact-case');
    if (element instanceof FactCase) element.view = { fact: open?.fact ?? null, urgent: open?.urgent, now, due: rules?.waiting.find((r) => r.fact_id === open?.fact.id)?.at ?? '' };
    const bulk = this.querySelector('bulk-form');
    if (bulk instanceof BulkForm && this.#bulk) bulk.view = { plan: this.#bulk, query: factFilter.query ?? '' };
    importDrawn(this);
  }

  /** @param {number} all */
  #empty(all) {
    const { factFilter, counts } = store.state;
    if (factFilter.query) return empty(t`Nothing found`, t`No fact in this state has these words.`);
    if (!all) return empty(t`No facts yet`, t`When a check finds that an answer is wrong, “Teach this fact” brings the correction here. You can also add one by hand.`);
    if (factFilter.state === 'proposed') return empty(t`All decided`, counts.approved ? t`${count(counts.approved, 'approved fact')} can be taught.` : t`Nothing waits for you.`, counts.approved ? html`<p><a class="button primary" href="#/training">Open Training</a></p>` : '');
    return empty(t`None in this state`, t`Choose another state above.`);
  }
}

/** @param {RulePlan | null} rules */
const promise = (rules) => (rules?.on ? t`Nothing is taught before you or a rule approves it.` : t`Nothing is taught before you approve it.`);

/** How long an expired fact is trusted again, in ms. */
const trusted = 30 * 86_400_000;

/** So many facts before and behind the open one are loaded when it is walked by keys. */
const few = 20;

const addForm = () => html`<form class="panel" data-send="add-send" aria-label="Add a fact">
  <label for="add-q">Question</label><input id="add-q" name="question" required autocomplete="off">
  <label for="add-a">Answer</label><input id="add-a" name="answer" required autocomplete="off">
  <label for="add-o">Old answer, if the model says something else</label><input id="add-o" name="old_answer" autocomplete="off">
  <div class="buttons"><button type="button" class="primary" data-do="add-approve">Add and approve</button><button>Add to Review</button><button type="button" class="quiet" data-do="add-cancel">Cancel</button></div></form>`;

/** @param {EventTarget | null} target */
const isTyping = (target) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

export const defineReviewRoom = () => customElements.define('review-room', ReviewRoom);
export { ReviewRoom };
