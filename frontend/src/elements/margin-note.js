import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part, find } from '../part.js';
import { t, told } from '../speech.js';
import { proofSide, verdictWord } from '../views.js';
import { approvedWords, count, decimal, helpFor, judgedBy, recalledWords, taughtWords } from '../words.js';
import { CheckSteps } from './check-steps.js';
import { MemoryNote } from './memory-note.js';
import { QuoteList } from './quote-list.js';
import { TeachForm } from './teach-form.js';

/** @import {Checking, FactState, FactUpdate, Passage, Rating, Recalled, Verdict} from '../types.d.ts' */

/** @typedef {{answerID: string, verdict: Verdict | null, checking: Checking | null, rating: Rating | null, taught: FactState | undefined, memory: boolean, draft: FactUpdate | null, recalled: Recalled[], canCheck: boolean, latest: boolean, local: boolean, now: number}} NoteView */

/**
 * The margin beside an answer: a check while it runs, then its
 * verdict with everything that carries it.
 *
 *     <margin-note></margin-note>   .view: NoteView
 *     emits check, stop-check, rate {verdictID, agree}, teach, teach-draft
 */
class MarginNote extends Part {
  /** @type {NoteView | null} */
  #view = null;
  #teaching = false;
  actions = {
    check: () => this.emit('check', this.#view?.answerID),
    teach: () => this.#teach(true),
    agree: () => this.#rate(true),
    disagree: () => this.#rate(false),
  };

  /** @param {NoteView} view */
  set view(view) {
    if (isTaught(view)) this.#teaching = false;
    else if (view.verdict?.id !== this.#view?.verdict?.id) this.#teaching = Boolean(view.draft);
    this.#view = view;
    this.draw();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('teach-close', () => this.#teach(false), { signal });
  }

  // Events

  /** @param {boolean} open */
  #teach(open) {
    this.#teaching = open;
    this.emit('teach-draft', { answerID: this.#view?.answerID, edit: open ? {} : null });
    this.draw();
    const field = find(this, open ? '[name="answer"]' : '[data-do="teach"]');
    field.focus();
    if (open) this.querySelector('teach-form')?.scrollIntoView?.({ block: 'nearest' });
  }

  /** @param {boolean} agree */
  #rate(agree) { if (this.#view?.verdict) this.emit('rate', { verdictID: this.#view.verdict.id, agree }); }

  // Render

  render() {
    const view = this.#view;
    if (!view) return html``;
    if (view.checking) return html`<check-steps></check-steps>`;
    if (view.verdict) return this.#verdict(view, view.verdict);
    if (!view.canCheck) return html``;
    const button = html`<button class="quiet" data-do="check">Check this answer</button>`;
    return view.recalled.length ? html`<section class="note" aria-label="From memory"><h3>${icon('review')}From memory</h3><p class="note-sentence">${recalledWords(view.recalled)}</p>
      <memory-note></memory-note><div class="note-actions">${button}</div></section>` : html`<div class="note bare">${button}</div>`;
  }

  drawn() {
    const { answerID = '', checking, verdict, now } = this.#view ?? {};
    const steps = this.querySelector('check-steps');
    if (steps instanceof CheckSteps && checking) steps.view = { answerID, checking };
    const memory = this.querySelector('memory-note');
    if (memory instanceof MemoryNote) memory.view = { recalled: this.#view?.recalled ?? [], now: now ?? 0 };
    if (!verdict) return;
    const form = this.querySelector('teach-form');
    if (form instanceof TeachForm) form.view = { verdict, memory: this.#view?.memory ?? false, draft: this.#view?.draft ?? null };
    const passages = verdict.passages ?? [];
    const main = shown(verdict);
    for (const list of this.querySelectorAll('quote-list')) {
      if (list instanceof QuoteList && !list.closest('memory-note')) list.view = { passages: list.classList.contains('others') ? passages.filter((p) => !main.includes(p)) : list.classList.contains('all') ? passages : main, now: now ?? 0 };
    }
  }

  /** @param {NoteView} view @param {Verdict} v */
  #verdict(view, v) {
    const rival = v.rival_value && v.claim?.short ? { model: v.claim.short, evidence: v.rival_value } : null;
    const teachable = (v.kind === 'outdated' || v.kind === 'contradicted') && Boolean(v.rival_value);
    const calm = !teachable;
    // What an approved fact answered needs no advice on the library.
    const help = v.kind === 'not_enough_evidence' && !view.recalled.some((r) => r.said) ? helpFor(v.reason) : '';
    return html`<section class="note ${v.kind}" aria-label="Check: ${v.question}">
      <h3>${verdictWord(v.kind)}</h3>
      <p class="note-sentence">${told(v.sentence)}</p>
      ${view.recalled.length ? html`<memory-note></memory-note>` : ''}
      ${help ? html`<p class="note-help">${help} ${place(v.reason)}</p>` : ''}
      ${view.local && v.kind === 'not_enough_evidence' ? html`<p class="note-help">This chat does not search the web. Switch it on under the question, then check again.</p>` : ''}
      ${surety(v)}
      ${unreached(v)}
      ${rival ? html`<dl class="proof"><div><dt>Model says</dt><dd>${teachable ? proofSide(rival.model, rival.evidence, 'del') : rival.model}</dd></div>
        <div><dt>Evidence says</dt><dd>${teachable ? proofSide(rival.model, rival.evidence, 'ins') : rival.evidence}</dd></div></dl>` : ''}
      ${quotes(v, calm || !view.latest)}
      ${searched(v)}
      ${this.#teaching && teachable && !isTaught(view) ? html`<teach-form data-key="teach"></teach-form>` : ''}
      ${teachable && !this.#teaching && !isTaught(view) ? html`<div><button class="primary" data-do="teach">Teach this fact</button></div>` : ''}
      ${taughtWord(view)}
      <div class="note-actions">
        ${v.kind === 'not_checkable' || v.reason === 'cancelled' ? '' : html`<button class="quiet" data-do="agree" aria-pressed="${view.rating?.agree === true ? 'true' : 'false'}">Agree</button>
        <button class="quiet" data-do="disagree" aria-pressed="${view.rating?.agree === false ? 'true' : 'false'}">Disagree</button>`}
        <button class="quiet" data-do="check">Re-check</button>
      </div>
    </section>`;
  }
}

/** @param {NoteView} view */
const isTaught = ({ taught }) => Boolean(taught && taughtWords[taught]);

/** @param {NoteView} view */
function taughtWord({ taught, memory }) {
  if (taught === 'proposed') return html`<p><a class="taught" href="#/review">${icon('review')}${taughtWords.proposed}</a></p>`;
  return taught && taughtWords[taught] ? html`<p><span class="taught" title="${taught === 'approved' ? approvedWords(memory) : ''}">${icon('tick')}${taughtWords[taught]}</span></p>` : '';
}

/** Where one can help. @type {Record<string, 'library' | 'settings'>} */
const places = { no_results: 'library', no_value: 'library', single_source: 'library', offline: 'library', providers_off: 'settings', model_failed: 'settings' };

/** @param {string} reason */
function place(reason) {
  if (places[reason] === 'library') return html`<a href="#/library">Open Library</a>`;
  return places[reason] ? html`<a href="#/settings">Open Settings</a>` : '';
}

/** How many quotes stand open; the others are a click away. */
const most = 2;

/** The passages that carry the verdict, trusted and newest first; all of them when none does. @param {Verdict} v */
function shown(v) {
  const passages = v.passages ?? [];
  const carrying = passages.filter((p) => p.supports === (v.kind === 'supported' ? 'answer' : 'rival'));
  const trusted = (/** @type {Passage} */ p) => Number(p.provider === 'library' || p.provider === 'clock');
  return (carrying.length ? carrying : passages).toSorted((a, b) => trusted(b) - trusted(a) || (b.published_at ?? '').localeCompare(a.published_at ?? '')).slice(0, most);
}

/** @param {Verdict} v @param {boolean} folded */
function quotes(v, folded) {
  const main = shown(v);
  const rest = (v.passages ?? []).length - main.length;
  if (!main.length) return '';
  if (folded) return html`<details class="fold" data-key="quotes"><summary>${count(main.length + rest, 'quote')}</summary><quote-list class="all"></quote-list></details>`;
  return html`<quote-list data-key="main"></quote-list>
    ${rest ? html`<details class="fold" data-key="others"><summary>${count(rest, 'other passage')}</summary><quote-list class="others"></quote-list></details>` : ''}`;
}

/** @param {Verdict} v */
function searched(v) {
  const sent = v.queries ?? [];
  const asked = v.providers ?? [];
  if (!sent.length && !asked.length) return '';
  return html`<details class="fold" data-key="searched"><summary>What was searched</summary>
    <p>${sent.length ? html`${sent.map((q) => html`<q>${q}</q> `)}` : html`Nothing was sent.`}</p>
    <p class="hint">Asked: ${asked.join(', ') || t`nobody`}. ${count(v.calls, 'model call')} by ${judgedBy(v) || v.judge || t`no model`}, ${decimal(v.took / 1e9)} s.</p></details>`;
}

/** How sure a verdict is, as far as that was ever measured. @param {Verdict} v */
function surety(v) {
  if (v.kind === 'not_enough_evidence' || v.kind === 'not_checkable') return '';
  if (!v.calibrated) return html`<p class="note-sure" title="Nobody measured how often such verdicts are right with this model.">Uncalibrated: confidence not yet fitted for ${judgedBy(v) || t`this model`}.</p>`;
  return html`<p class="note-sure" title="By the calibration ${v.calibration}.">Of such verdicts ${Math.round(v.confidence * 100)} in 100 are right.</p>`;
}

/** Who could not be reached, when others were: the verdict rests on less than was asked. @param {Verdict} v */
function unreached(v) {
  const names = (v.failures ?? []).filter((f) => f.offline && v.reason !== 'offline').map((f) => f.provider[0].toUpperCase() + f.provider.slice(1));
  if (!names.length) return '';
  const who = names.length === 2 ? t`${names[0]} and ${names[1]}` : names.join(', ');
  return v.providers?.includes('library') ? html`<p class="note-help">${who} could not be reached; your documents were read.</p>` : html`<p class="note-help">${who} could not be reached; the others were read.</p>`;
}

export const defineMarginNote = () => customElements.define('margin-note', MarginNote);
export { MarginNote };
