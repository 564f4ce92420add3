import { html } from '../html.js';
import { Part } from '../part.js';
import { store } from '../store.js';

/** @import {Saying} from '../types.d.ts' */

/**
 * What a person who does not see the page has to hear, and the only place it is said
 * from, except that an error shown where it belongs is an alert itself. It is there
 * before anything is said: a screen reader hears only what changes.
 *
 *     <live-region></live-region>   says what store.say() was given
 */
class LiveRegion extends Part {
  /** What was said last, and with it. @type {Saying[]} */
  #lines = [];
  #at = 0;

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) { store.watch(['saying'], () => this.#say(), signal); }

  // Events

  #say() {
    const { saying } = store.state;
    if (!saying) return;
    const at = Date.now();
    // All of a moment leave together: a line that moved up would be heard again.
    this.#lines = at - this.#at < moment ? [...this.#lines, saying] : [saying];
    this.#at = at;
    this.draw();
  }

  // Render

  render() {
    return html`<p class="visually-hidden" role="status" aria-live="polite" aria-atomic="false">${this.#said(false)}</p>
      <p class="visually-hidden" role="alert" aria-live="assertive" aria-atomic="false">${this.#said(true)}</p>`;
  }

  /** A line is a new element, so that the same words are heard again. @param {boolean} urgent */
  #said(urgent) { return this.#lines.filter((l) => l.urgent === urgent).map((l) => html`<span data-key="${l.n}">${l.text} </span>`); }
}

/** What is said within so many ms stands together: a line that is gone at once is not heard. */
const moment = 100;

export const defineLiveRegion = () => customElements.define('live-region', LiveRegion);
export { LiveRegion };
