import { html } from '../html.js';
import { Part, composing, filled, valueOf } from '../part.js';
import { approvedWords } from '../words.js';

/** @import {Verdict, FactUpdate} from '../types.d.ts' */

/**
 * The editor of "Teach this fact", inside the note.
 *
 *     <teach-form></teach-form>   .view = {verdict, memory, draft}   draft: what was typed before
 *     emits teach {answerID, verdictID, edit, approve}, teach-draft {answerID, edit}, teach-close
 */
class TeachForm extends Part {
  /** @type {Verdict | null} */
  #verdict = null;
  #memory = false;
  /** @type {FactUpdate | null} */
  #draft = null;

  actions = {
    /** @param {HTMLElement} form */
    propose: (form) => this.#send(form, false),
    /** @param {HTMLElement} b */
    approve: (b) => this.#send(b, true),
    close: () => this.emit('teach-close'),
  };

  /** @param {{verdict: Verdict, memory: boolean, draft: FactUpdate | null}} view */
  set view({ verdict, memory, draft }) {
    const fresh = this.#verdict?.id !== verdict.id || this.#memory !== memory;
    this.#verdict = verdict;
    this.#memory = memory;
    this.#draft = draft;
    if (fresh) this.draw();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('input', () => this.emit('teach-draft', { answerID: this.#verdict?.answer_id, edit: this.#edit }), { signal });
    this.addEventListener('keydown', (e) => {
      if (composing(e) || e.key !== 'Escape') return;
      e.stopPropagation();
      this.emit('teach-close');
    }, { signal });
  }

  // Events

  /** @param {HTMLElement} part @param {boolean} approve */
  #send(part, approve) {
    if (!this.#verdict || !filled(part)) return;
    const edit = Object.fromEntries(Object.entries(this.#edit).map(([name, value]) => [name, value.trim()]));
    this.emit('teach', { answerID: this.#verdict.answer_id, verdictID: this.#verdict.id, edit, approve });
  }

  get #edit() { return { question: valueOf(this, 'question'), answer: valueOf(this, 'answer'), old_answer: valueOf(this, 'old_answer') }; }

  // Render

  render() {
    const v = this.#verdict;
    if (!v) return html``;
    const id = `teach-${v.id}`;
    const { question = v.question, answer = v.rival_value, old_answer = v.claim.short } = this.#draft ?? {};
    return html`<form data-send="propose" aria-label="Teach this fact">
      <label for="${id}-q">Question</label><textarea id="${id}-q" name="question" rows="2" required>${question}</textarea>
      <label for="${id}-a">New answer</label><input id="${id}-a" name="answer" value="${answer}" required autocomplete="off">
      <label for="${id}-o">Old answer</label><input id="${id}-o" name="old_answer" value="${old_answer}" autocomplete="off">
      <div class="buttons"><button type="button" class="primary" data-do="approve">Approve</button><button>Put into Review</button><button type="button" class="quiet" data-do="close">Cancel</button></div>
      <p class="hint">“Approve”: ${approvedWords(this.#memory)} “Put into Review”: nothing changes before you approve it there.</p>
    </form>`;
  }
}

export const defineTeachForm = () => customElements.define('teach-form', TeachForm);
export { TeachForm };
