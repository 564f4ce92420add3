import { api } from '../api.js';
import { FactCase } from '../elements/fact-case.js';
import { FactList } from '../elements/fact-list.js';
import { saveFile } from '../files.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load, loadMoreFacts } from '../live.js';
import { Part, composing, filled, find, valueOf } from '../part.js';
import { store } from '../store.js';
import { empty, failed, jobLine, options, roomHead } from '../views.js';
import { approvedWords, count, factStates } from '../words.js';

/** @import {Fact, FactState, FactUpdate, RulePlan} from '../types.d.ts' */

/** The inbox of corrections: the list left, the case right. */
class ReviewRoom extends Part {
  #adding = false;
  /** The last decisions, for U when nothing is open. @type {string[]} */
  #decided = [];
  /** @type {string[]} */
  #problems = [];
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
    more: () => void loadMoreFacts(),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
    'hide-problems': () => { this.#problems = []; this.draw(); },
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('facts', 'counts', 'rules');
    store.watch(['facts', 'rules', 'factFilter', 'factID', 'factsLeft', 'counts', 'loads', 'jobs', 'settings'], () => this.draw(), signal);
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('fact-open', ({ id }) => store.set({ factID: id }));
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
    const fact = this.#open;
    const keys = /** @type {Record<string, () => void>} */ ({
      j: () => this.#step(1), k: () => this.#step(-1), u: () => void this.#undo((fact?.previous && fact.id) || (this.#decided.at(-1) ?? '')),
      a: () => fact && void this.#decide('ApproveFact', fact.id), r: () => fact && void this.#decide('RejectFact', fact.id),
      e: () => { const c = this.querySelector('fact-case'); if (c instanceof FactCase) c.edit(); },
    });
    const key = e.key.toLowerCase();
    if (!keys[key]) return;
    e.preventDefault();
    // A key that is held down walks, but decides once.
    if (!e.repeat || key === 'j' || key === 'k') keys[key]();
  }

  /** @param {number} by */
  #step(by) {
    const { facts } = store.state;
    if (!facts.length) return;
    const i = facts.findIndex((f) => f.id === this.#open?.id);
    if (i + by > facts.length - few) void loadMoreFacts();
    store.set({ factID: facts[Math.max(0, Math.min(facts.length - 1, i + by))].id });
  }

  /** @param {'ApproveFact' | 'RejectFact'} method @param {string} id */
  async #decide(method, id) {
    const { facts } = store.state;
    const i = facts.findIndex((f) => f.id === id);
    const next = facts[i + 1] ?? facts[i - 1];
    const fact = await attempt(api.call(method, id));
    if (!fact) return;
    this.#decided.push(id);
    store.set({ announcement: `${factStates[fact.state]}: ${fact.question}` });
    this.#put(fact);
    if (!store.state.facts.some((f) => f.id === id) && next) store.set({ factID: next.id });
  }

  /** @param {string} id */
  async #undo(id) {
    if (!id) return;
    const fact = await attempt(api.call('UndoFact', id));
    if (!fact) return;
    this.#decided = this.#decided.filter((d) => d !== id);
    await load('facts', 'counts');
    store.set({ factID: id, announcement: `Taken back: ${fact.question}` });
  }

  /** @param {string} id */
  async #recheck(id) {
    const list = await jobs.run('recheck', 'Checking this fact again', (request) => api.call('RecheckFacts', request, [id]));
    if (!list?.length) return;
    const [{ fact, verdict, proposed }] = list;
    this.#put(fact);
    store.toast({ text: proposed ? `The evidence has moved to “${proposed.answer}”. It waits for your decision.` : verdict.sentence });
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
    const { facts, factFilter } = store.state;
    const stays = !factFilter.state || factFilter.state === fact.state;
    store.set({ facts: stays ? facts.map((f) => (f.id === fact.id ? fact : f)) : facts.filter((f) => f.id !== fact.id) });
    if (store.state.facts.length < few) void loadMoreFacts();
    void load('counts');
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
    store.toast({ text: approve ? `Added and approved. ${approvedWords(store.state.settings?.memory)}` : 'Added to Review.' });
    await load('facts', 'counts');
    store.set({ factID: fact.id });
  }

  /** @param {Event} e */
  #changed(e) {
    if (e.target instanceof HTMLSelectElement && e.target.name === 'state') {
      store.set({ factFilter: { ...store.state.factFilter, state: /** @type {FactState} */ (e.target.value) || undefined }, factID: '' });
      void load('facts');
    }
    if (e.target instanceof HTMLInputElement && e.target.name === 'import' && e.target.files?.[0]) void this.#import(e.target.files[0], e.target);
  }

  /** @param {Event} e */
  #searched(e) {
    if (!(e.target instanceof HTMLInputElement) || e.target.name !== 'query') return;
    const query = e.target.value;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      store.set({ factFilter: { ...store.state.factFilter, query } });
      void load('facts');
    }, 150);
  }

  /** @param {File} file @param {HTMLInputElement} field */
  async #import(file, field) {
    const done = await attempt(file.text().then((lines) => api.call('ImportFacts', lines)));
    field.value = '';
    if (!done) return;
    this.#problems = done.problems;
    store.toast({ text: `${count(done.facts.length, 'fact')} imported, ${count(done.problems.length, 'line')} left out.` });
    await load('facts', 'counts');
  }

  async #export() {
    const { state } = store.state.factFilter;
    const lines = await attempt(api.call('ExportFacts', state ?? ''));
    if (lines !== null) await saveFile(`errata-facts${state ? `-${state}` : ''}.jsonl`, lines);
  }

  // Render

  get #open() {
    const { facts, factID } = store.state;
    return facts.find((f) => f.id === factID) ?? facts[0] ?? null;
  }

  render() {
    const { facts, factFilter, factsLeft, counts, rules, loads, settings, jobs: running } = store.state;
    const waiting = counts.proposed ?? 0;
    const all = Object.values(counts).reduce((a, b) => a + (b ?? 0), 0);
    const states = /** @type {FactState[]} */ (Object.keys(factStates));
    return html`${roomHead('Review', `${waiting ? `${waiting} left. ` : ''}${promise(rules)} ${settings?.memory ? 'What you approve is known at once, from memory; a training moves it into the weights.' : ''}`,
      html`<button data-do="add">Add a fact</button><button class="quiet" data-do="import">Import</button><button class="quiet" data-do="export">Export</button><input type="file" name="import" accept=".jsonl,.json,.txt" hidden aria-label="File to import" tabindex="-1">`)}
      ${this.#problems.length ? html`<div class="failure"><p><strong>Left out:</strong></p><ul>${this.#problems.slice(0, 20).map((p) => html`<li>${p}</li>`)}</ul><button class="quiet" data-do="hide-problems">Hide</button></div>` : ''}
      ${rules?.on ? html`<p class="hint">Sure corrections with two independent sources are approved by rule after ${count(rules.wait_hours, 'hour')}; ${rules.waiting.length ? `${rules.waiting.length} on the way, ` : ''}${rules.left} more before the next training. <a href="#/settings">Settings</a></p>` : ''}
      ${jobLine(running.recheck)}
      ${this.#adding ? addForm : ''}
      <div class="filters"><label>Show <select name="state" aria-label="State">${options(factFilter.state ?? '', [...states.map((s) => /** @type {[string, string]} */ ([s, `${factStates[s]} (${counts[s] ?? 0})`])), ['', `All (${all})`]])}</select></label>
        <label class="search"><span class="visually-hidden">Search facts</span><input type="search" name="query" placeholder="Search facts" value="${factFilter.query ?? ''}"></label></div>
      ${failed(loads.facts, html`<button data-do="again">Try again</button>`)}
      ${facts.length ? html`<div class="split"><nav class="split-list" aria-label="Facts"><fact-list></fact-list>${factsLeft ? html`<button class="quiet" data-do="more">Show more</button>` : ''}</nav><div class="split-case"><fact-case></fact-case></div></div>`
    : loads.facts === 'ready' && !factsLeft ? this.#empty(all) : html`<p class="hint">Loading…</p>`}`;
  }

  drawn() {
    const { facts, factFilter, rules } = store.state;
    const now = Date.now();
    const list = this.querySelector('fact-list');
    if (list instanceof FactList) list.view = { facts, open: this.#open?.id ?? '', showState: !factFilter.state, now };
    const element = this.querySelector('fact-case');
    if (element instanceof FactCase) element.view = { fact: this.#open, now, due: rules?.waiting.find((r) => r.fact_id === this.#open?.id)?.at ?? '' };
  }

  /** @param {number} all */
  #empty(all) {
    const { factFilter, counts } = store.state;
    if (factFilter.query) return empty('Nothing found', 'No fact in this state has these words.');
    if (!all) return empty('No facts yet', 'When a check finds that an answer is wrong, “Teach this fact” brings the correction here. You can also add one by hand.');
    if (factFilter.state === 'proposed') return empty('All decided', counts.approved ? `${count(counts.approved, 'approved fact')} can be taught.` : 'Nothing waits for you.', counts.approved ? html`<p><a class="button primary" href="#/training">Open Training</a></p>` : '');
    return empty('None in this state', 'Choose another state above.');
  }
}

/** @param {RulePlan | null} rules */
const promise = (rules) => (rules?.on ? 'Nothing is taught before you or a rule approves it.' : 'Nothing is taught before you approve it.');

/** With fewer facts than this before the end of the list, its next page is loaded. */
const few = 20;

const addForm = html`<form class="panel" data-send="add-send" aria-label="Add a fact">
  <label for="add-q">Question</label><input id="add-q" name="question" required autocomplete="off">
  <label for="add-a">Answer</label><input id="add-a" name="answer" required autocomplete="off">
  <label for="add-o">Old answer, if the model says something else</label><input id="add-o" name="old_answer" autocomplete="off">
  <div class="buttons"><button type="button" class="primary" data-do="add-approve">Add and approve</button><button>Add to Review</button><button type="button" class="quiet" data-do="add-cancel">Cancel</button></div></form>`;

/** @param {EventTarget | null} target */
const isTyping = (target) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

export const defineReviewRoom = () => customElements.define('review-room', ReviewRoom);
export { ReviewRoom };
