import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part } from '../part.js';
import { clock, count } from '../words.js';

/** @import {Checking, Step} from '../types.d.ts' */

/**
 * A check while it runs: how long it has, at which step it is, and how to end it.
 *
 *     <check-steps></check-steps>   .view = {answerID, checking}   emits stop-check
 */
class CheckSteps extends Part {
  /** @type {{answerID: string, checking: Checking} | null} */
  #view = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #clock;

  actions = {
    'stop-check': () => this.emit('stop-check', this.#view?.answerID),
  };

  /** @param {{answerID: string, checking: Checking}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Lifecycle

  connected() { this.#clock = setInterval(() => this.draw(), 1000); }

  disconnected() { clearInterval(this.#clock); }

  // Render

  render() {
    if (!this.#view) return html``;
    const { steps, request, since } = this.#view.checking;
    // A step that is told again stands in its old place, with its news.
    const lines = [...new Map(steps.map((s) => [s.name, s])).values()];
    const names = Object.keys(stepNames);
    const at = Math.max(1, names.indexOf(steps.at(-1)?.name ?? '') + 1);
    return html`<section class="note checking" aria-label="Checking this answer" aria-busy="true">
      <h3><span class="spinner">${icon('caret')}</span>Checking<span class="check-clock figures">step ${at} of ${names.length}, ${clock(Date.now() - since)}</span>
      ${request ? html`<button class="quiet" data-do="stop-check">Cancel</button>` : ''}</h3>
      <ol>${lines.map((s, i) => html`<li class="${i === lines.length - 1 ? 'now' : 'done'}">${stepNames[s.name] ?? s.name}${detail(s)}</li>`)}</ol>
    </section>`;
  }
}

/** In their order. @type {Record<string, string>} */
const stepNames = { gate: 'Reading the question', claim: 'Reading the claim', search: 'Searching', read: 'Reading', compare: 'Comparing' };

/** The claim, the words that leave the machine, or which passage. @param {Step} s */
function detail(s) {
  if (s.queries?.length) return html`: ${s.queries.map((w) => html`<q>${w}</q> `)}`;
  if (s.at) return html` passage ${s.at} of ${s.count}`;
  if (s.count) return html` ${count(s.count, 'passage')}`;
  return s.text ? html`: ${s.text}` : '';
}

export const defineCheckSteps = () => customElements.define('check-steps', CheckSteps);
export { CheckSteps };
