import { api } from '../api.js';
import { FactCase } from '../elements/fact-case.js';
import { FactList } from '../elements/fact-list.js';
import { html } from '../html.js';
import { following, inbox, opened } from '../inbox.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, composing } from '../part.js';
import { loadPlaces, takeFact } from '../queue.js';
import { t, told } from '../speech.js';
import { store } from '../store.js';
import { empty } from '../views.js';
import { count, factStates } from '../words.js';

/** @import {Fact, FactUpdate} from '../types.d.ts' */

/** The queue, one fact after another: the list left, the case right, and what is decided of it. */
class ReviewQueue extends Part {
  /** The last decisions, for U when nothing is open. @type {string[]} */
  #decided = [];
  /** Facts whose decision is on its way. @type {Set<string>} */
  #deciding = new Set();

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    store.watch(['facts', 'urgent', 'rules', 'factFilter', 'factID', 'counts', 'loads'], () => this.draw(), signal);
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('fact-open', ({ id }) => store.set({ factID: id }));
    on('fact-sight', ({ from, to }) => void loadPlaces(from, to));
    on('fact-renew', ({ id }) => void this.#renew(id));
    on('fact-approve', ({ id }) => void this.#decide('ApproveFact', id));
    on('fact-reject', ({ id }) => void this.#decide('RejectFact', id));
    on('fact-recheck', ({ id }) => void this.#recheck(id));
    on('fact-undo', ({ id }) => void this.#undo(id));
    on('fact-edit', ({ id, update }) => void this.#edit(id, update));
    document.addEventListener('keydown', (e) => this.#key(e), { signal });
  }

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
    store.say(`${factStates[fact.state]}: ${fact.question}`);
    this.#put(fact);
  }

  /** Says that an expired fact is still true, for as long as a fact of its kind is trusted. @param {string} id */
  async #renew(id) {
    const fact = await attempt(api.call('EditFact', id, { expires_at: new Date(Date.now() + trusted).toISOString() }));
    if (!fact) return;
    store.say(t`Still true: ${fact.question}`);
    this.#put(fact);
  }

  /** @param {string} id */
  async #undo(id) {
    if (!id) return;
    const fact = await attempt(api.call('UndoFact', id));
    if (!fact) return;
    this.#decided = this.#decided.filter((d) => d !== id);
    await load('facts', 'counts');
    store.set({ factID: id });
    store.say(t`Taken back: ${fact.question}`);
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

  // Render

  get #open() { return opened(inbox(store.state), store.state.factID); }

  render() {
    const { facts, urgent, factFilter, loads } = store.state;
    const some = facts.total > 0 || (factFilter.state === 'proposed' && !factFilter.query && urgent.length > 0);
    if (some) return html`<div class="split"><nav class="split-list" aria-label="Facts"><fact-list></fact-list></nav><div class="split-case"><fact-case></fact-case></div></div>`;
    return loads.facts === 'ready' ? this.#empty() : html`<p class="hint">Loading…</p>`;
  }

  drawn() {
    const { factFilter, rules } = store.state;
    const now = Date.now();
    const open = this.#open;
    const list = this.querySelector('fact-list');
    if (list instanceof FactList) list.view = { lines: inbox(store.state), of: `${factFilter.state} ${factFilter.query}`, open: open?.fact.id ?? '', showState: !factFilter.state, now };
    const element = this.querySelector('fact-case');
    if (element instanceof FactCase) element.view = { fact: open?.fact ?? null, urgent: open?.urgent, now, due: rules?.waiting.find((r) => r.fact_id === open?.fact.id)?.at ?? '' };
  }

  #empty() {
    const { factFilter, counts } = store.state;
    if (factFilter.query) return empty(t`Nothing found`, t`No fact in this state has these words.`);
    if (!Object.values(counts).some(Boolean)) return empty(t`No facts yet`, t`When a check finds that an answer is wrong, “Teach this fact” brings the correction here. You can also add one by hand.`);
    if (factFilter.state === 'proposed') return empty(t`All decided`, counts.approved ? t`${count(counts.approved, 'approved fact')} can be taught.` : t`Nothing waits for you.`, counts.approved ? html`<p><a class="button primary" href="#/training">Open Training</a></p>` : '');
    return empty(t`None in this state`, t`Choose another state above.`);
  }
}

/** How long an expired fact is trusted again, in ms. */
const trusted = 30 * 86_400_000;

/** So many facts before and behind the open one are loaded when it is walked by keys. */
const few = 20;

/** @param {EventTarget | null} target */
const isTyping = (target) => target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

export const defineReviewQueue = () => customElements.define('review-queue', ReviewQueue);
export { ReviewQueue };
