import { html } from '../html.js';
import { icon } from '../icons.js';
import { whenNear } from '../nearby.js';
import { Part } from '../part.js';
import { t, told } from '../speech.js';
import { decimal, sourceHints, sources } from '../words.js';
import { AnswerText } from './answer-text.js';
import { MarginNote } from './margin-note.js';

/** @import {Checking, FactState, FactUpdate, Recalled, Stream} from '../types.d.ts' */
/** @import {Link} from '../thread.js' */

/** @typedef {{link: Link, stream: Stream | null, checking: Checking | null, taught: FactState | undefined, memory: boolean, draft: FactUpdate | null, recalled: Recalled[], latest: boolean, local: boolean, now: number}} TurnView */

/**
 * One question with its answer on the page and its note in the margin, on the
 * height of the claim.
 *
 *     <page-turn></page-turn>   .view: TurnView
 *     emits again, edit, branch {kind, step}, turn-drawn when it came near, and what
 *     the note emits
 */
class PageTurn extends Part {
  /** @type {TurnView | null} */
  #view = null;
  #near = false;
  /** @type {ResizeObserver | null} */
  #observer = null;

  actions = {
    again: () => this.emit('again', this.#view?.link.question),
    edit: () => this.emit('edit', this.#view?.link.question),
    copy: () => this.emit('copy', this.#view?.link.answer?.text ?? ''),
    'older-answer': () => this.emit('branch', { link: this.#view?.link, kind: 'answer', step: -1 }),
    'newer-answer': () => this.emit('branch', { link: this.#view?.link, kind: 'answer', step: 1 }),
    'older-question': () => this.emit('branch', { link: this.#view?.link, kind: 'question', step: -1 }),
    'newer-question': () => this.emit('branch', { link: this.#view?.link, kind: 'question', step: 1 }),
  };

  /** @param {TurnView} view */
  set view(view) {
    const before = this.#view;
    this.#view = view;
    if (view.latest || view.stream) this.#near = true;
    // The text of a stream grows in place, so that two views of it look the same.
    if (view.stream || !before || !this.firstChild || !same(before, view)) this.draw();
  }

  /** @param {string} text */
  write(text) {
    const body = this.querySelector('answer-text');
    if (body instanceof AnswerText) body.write(text);
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    whenNear(this, () => {
      if (this.firstChild) return;
      this.#near = true;
      this.draw();
      this.emit('turn-drawn');
    }, signal);
    if (typeof ResizeObserver === 'undefined') return;
    this.#observer = new ResizeObserver(() => this.#level());
    this.#observer.observe(this);
  }

  disconnected() {
    this.#observer?.disconnect();
  }

  // Render

  draw() { if (this.#near) super.draw(); }

  render() {
    const view = this.#view;
    if (!view) return html``;
    const { link, stream } = view;
    const { question, answer } = link;
    const busy = Boolean(stream) || answer?.state === 'streaming';
    return html`<div class="turn-page">
      <div class="question"><h2 class="visually-hidden">Question</h2><p>${question.text}</p>
        <div class="turn-tools">${branches('question', link.siblings, question.id)}${busy ? '' : html`<button class="tool" data-do="edit" title="Ask it in other words" aria-label="Ask it in other words">${icon('edit')}</button>`}</div></div>
      <div class="answer"><h2 class="visually-hidden">Answer</h2>
        <answer-text></answer-text>
        ${stream?.waiting && !stream.text ? html`<p class="hint">${stream.waiting}</p>` : ''}
        ${busy ? html`<p class="writing" aria-label="The answer is being written"><span class="spinner">${icon('caret')}</span></p>` : this.#foot(view)}
      </div></div>
      <div class="turn-margin"><margin-note></margin-note></div>`;
  }

  drawn() {
    const view = this.#view;
    if (!view) return;
    const { link, stream } = view;
    const { answer, turn } = link;
    const verdict = (answer && turn.verdicts?.[answer.id]) || null;
    const body = this.querySelector('answer-text');
    if (body instanceof AnswerText) {
      body.view = { text: stream ? stream.text : answer?.text ?? '', streaming: Boolean(stream), claim: verdict?.claim?.sentence ?? '' };
      if (verdict) for (const m of body.querySelectorAll('mark.claim')) m.classList.add(verdict.kind);
    }
    const note = this.querySelector('margin-note');
    if (note instanceof MarginNote) {
      note.view = {
        answerID: answer?.id ?? '', verdict, checking: view.checking, rating: (verdict && turn.ratings?.[verdict.id]) || null,
        taught: view.taught, memory: view.memory, draft: view.draft, recalled: view.recalled, canCheck: answer?.state === 'complete' && !stream, latest: view.latest, local: view.local, now: view.now,
      };
    }
    this.#level();
  }

  /** @param {TurnView} view */
  #foot({ link }) {
    const { answer } = link;
    if (!answer) return html`<p class="interrupted">There is no answer. <button class="link" data-do="again">Ask again</button></p>`;
    const speed = answer.tokens_per_second > 0 ? t`${decimal(answer.tokens_per_second, answer.tokens_per_second < 10 ? 1 : 0)} tokens/s` : '';
    return html`${answer.state === 'interrupted' ? html`<p class="interrupted">${answer.text ? html`The answer broke off.` : html`No answer came.`} ${answer.reason === 'Stopped.' ? html`You stopped it.` : told(answer.reason)} <button class="link" data-do="again">Ask again</button></p>` : ''}
      <p class="answer-foot"><span title="${answer.other ? html`Another model, which is not taught: ` : ''}${answer.model}${answer.adapter_sha256 ? html`, adapter ${answer.adapter_sha256.slice(0, 12)}` : ''}">${answer.version_name || t`base`}</span>
      ${speed ? html`<span class="figures">${speed}</span>` : ''}<span title="${sourceHints[answer.source]}">${sources[answer.source] ?? answer.source}</span>
      <span class="turn-tools">${branches('answer', link.answers, answer.id)}
      <button class="tool" data-do="again" title="Answer again" aria-label="Answer again">${icon('again')}</button>
      <button class="tool" data-do="copy" title="Copy the answer" aria-label="Copy the answer">${icon('copy')}</button></span></p>`;
  }

  /** Puts the note on the height of the claim, as far as it finds room there. */
  #level() {
    const body = this.querySelector('answer-text');
    const margin = this.querySelector('.turn-margin');
    if (!(body instanceof AnswerText) || !(margin instanceof HTMLElement)) return;
    const anchor = body.mark ?? body;
    const top = `${Math.round(Math.max(0, anchor.getBoundingClientRect().top - this.getBoundingClientRect().top))}px`;
    if (margin.style.getPropertyValue('--claim-top') !== top) margin.style.setProperty('--claim-top', top);
  }
}

/** Ages are drawn again after this long, in ms. */
const ages = 600_000;

/**
 * Whether a turn would be drawn the same: a chat is drawn at every change of the
 * store, and nearly all of its turns have not changed.
 * @param {TurnView} a @param {TurnView} b
 */
function same({ link: la, now: na, ...a }, { link: lb, now: nb, ...b }) {
  return Math.floor(na / ages) === Math.floor(nb / ages) && equal(la.turn, lb.turn) && equal(la.answer, lb.answer) && equal(la.siblings, lb.siblings) && equal(a, b);
}

/** @param {unknown} a @param {unknown} b */
const equal = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** @param {'question' | 'answer'} kind @param {{id: string}[]} list @param {string} id */
function branches(kind, list, id) {
  if (list.length < 2) return '';
  const i = list.findIndex((x) => x.id === id);
  return html`<span class="branches"><button class="tool" data-do="older-${kind}" aria-label="Earlier ${kind}" ${i <= 0 ? html`disabled` : ''}>${icon('left')}</button>
    <span class="figures" aria-label="${kind} ${i + 1} of ${list.length}">${i + 1}/${list.length}</span>
    <button class="tool" data-do="newer-${kind}" aria-label="Later ${kind}" ${i === list.length - 1 ? html`disabled` : ''}>${icon('right')}</button></span>`;
}

export const definePageTurn = () => customElements.define('page-turn', PageTurn);
export { PageTurn };
