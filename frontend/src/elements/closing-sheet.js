import { html } from '../html.js';
import { Part, find } from '../part.js';
import { t } from '../speech.js';

/** @typedef {{training: boolean, doing: string[]}} Work what goes on, in words */

/**
 * Asks what becomes of what goes on when the window is closed.
 * ARIA: an alert dialog (WAI-ARIA Authoring Practices).
 *
 *     <closing-sheet></closing-sheet>   .work   emits closing-decided {how}
 */
class ClosingSheet extends Part {
  /** @type {Work | null} */
  #work = null;
  /** @type {Element | null} */
  #before = null;

  actions = {
    hide: () => this.emit('closing-decided', { how: 'hide' }),
    end: () => this.emit('closing-decided', { how: 'end' }),
    stay: () => this.emit('closing-decided', { how: 'stay' }),
  };

  /** @param {Work | null} work what goes on, while its person is asked */
  set work(work) {
    const opens = work && !this.#work;
    const closes = !work && this.#work;
    this.#work = work;
    if (opens) this.#before = document.activeElement;
    this.draw();
    if (opens) find(this, '[data-do="hide"]').focus();
    if (closes && this.#before instanceof HTMLElement) this.#before.focus();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('keydown', (e) => {
      if (e.key === 'Escape') this.emit('closing-decided', { how: 'stay' });
      else if (e.key === 'Tab') this.#turn(e.shiftKey ? -1 : 1);
      else return;
      e.preventDefault();
      e.stopPropagation();
    }, { signal });
  }

  // Events

  /** The focus stays within the question. @param {1 | -1} step */
  #turn(step) {
    const buttons = [...this.querySelectorAll('button')];
    const at = buttons.findIndex((b) => b === document.activeElement);
    buttons.at((at + step) % buttons.length)?.focus();
  }

  // Render

  render() {
    if (!this.#work) return html``;
    const { training, doing } = this.#work;
    return html`<div class="shade" data-do="stay"></div>
      <div class="sheet" role="alertdialog" aria-modal="true" aria-labelledby="closing-title" aria-describedby="closing-text">
      <h2 id="closing-title">${training ? t`A training is running` : t`Something is still going on`}</h2>
      <div id="closing-text">${doing.length ? html`<ul>${doing.map((what) => html`<li>${what}</li>`)}</ul>` : ''}
        <p>${training ? t`Without this window the training goes on, and Errata ends by itself when it is done. Start Errata again to bring the window back.`
    : t`Without this window it goes on, and Errata ends by itself when it is done. Start Errata again to bring the window back.`}</p>
        ${training ? html`<p class="hint">A training that is stopped keeps its last checkpoint and can be resumed.</p>` : ''}</div>
      <div class="buttons"><button class="primary" data-do="hide">${training ? t`Keep training in the background` : t`Go on in the background`}</button>
        <button data-do="end">${training ? t`Stop training and quit` : t`Stop and quit`}</button><button data-do="stay">Back to Errata</button></div></div>`;
  }
}

export const defineClosingSheet = () => customElements.define('closing-sheet', ClosingSheet);
export { ClosingSheet };
