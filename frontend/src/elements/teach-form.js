import { html } from '../html.js';
import { Part, composing, filled, valueOf } from '../part.js';
import { approvedWords } from '../words.js';

/** @import {Verdict, FactUpdate} from '../types.d.ts' */

/**
 * The editor of "Teach this fact", inside the note.
 *
 *     <teach-form></teach-form>   .view = {verdict, memory}   emits teach {verdictID, edit, approve}, teach-close
 */
class TeachForm extends Part {
  /** @type {Verdict | null} */
  #verdict = null;
  #memory = false;

  actions = {
    /** @param {HTMLElement} form */
    propose: (form) => this.#send(form, false),
    /** @param {HTMLElement} b */
    approve: (b) => this.#send(b, true),
    close: () => this.emit('teach-close'),
  };

  /** @param {{verdict: Verdict, memory: boolean}} view */
  set view({ verdict, memory }) {
    const fresh = this.#verdict?.id !== verdict.id || this.#memory !== memory;
    this.#verdict = verdict;
    this.#memory = memory;
    if (fresh) this.draw();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
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
    /** @type {FactUpdate} */
    const edit = { question: valueOf(this, 'question').trim(), answer: valueOf(this, 'answer').trim(), old_answer: valueOf(this, 'old_answer').trim() };
    this.emit('teach', { verdictID: this.#verdict.id, edit, approve });
  }

  // Render

  render() {
    const v = this.#verdict;
    if (!v) return html``;
    const id = `teach-${v.id}`;
    return html`<form data-send="propose" aria-label="Teach this fact">
      <label for="${id}-q">Question</label><textarea id="${id}-q" name="question" rows="2" required>${v.question}</textarea>
      <label for="${id}-a">New answer</label><input id="${id}-a" name="answer" value="${v.rival_value}" required autocomplete="off">
      <label for="${id}-o">Old answer</label><input id="${id}-o" name="old_answer" value="${v.claim.short}" autocomplete="off">
      <div class="buttons"><button type="button" class="primary" data-do="approve">Approve</button><button>Put into Review</button><button type="button" class="quiet" data-do="close">Cancel</button></div>
      <p class="hint">“Approve”: ${approvedWords(this.#memory)} “Put into Review”: nothing changes before you approve it there.</p>
    </form>`;
  }
}

export const defineTeachForm = () => customElements.define('teach-form', TeachForm);
export { TeachForm };
