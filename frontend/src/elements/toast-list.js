import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part } from '../part.js';

/** @import {Toast} from '../types.d.ts' */

/**
 * What happened, in passing, for the eye: who shows a toast also says it. A note leaves after eight seconds unless it is looked
 * at; an error stays until it is dismissed.
 *
 *     <toast-list></toast-list>   .toasts   emits toast-done {id}, toast-run {id}
 */
class ToastList extends Part {
  /** @type {Toast[]} */
  #toasts = [];
  /** @type {Map<number, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  actions = {
    /** @param {HTMLElement} b */
    done: (b) => this.emit('toast-done', { id: Number(b.dataset.id) }),
    /** @param {HTMLElement} b */
    run: (b) => this.emit('toast-run', { id: Number(b.dataset.id) }),
  };

  /** @param {Toast[]} toasts */
  set toasts(toasts) {
    this.#toasts = toasts;
    this.#time();
    this.draw();
  }

  // Lifecycle

  disconnected() {
    for (const t of this.#timers.values()) clearTimeout(t);
    this.#timers.clear();
  }

  // Events

  #time() {
    for (const t of this.#toasts) {
      if (t.kind === 'error' || this.#timers.has(t.id)) continue;
      const leave = () => {
        if (this.matches(':hover, :focus-within')) this.#timers.set(t.id, setTimeout(leave, 2000));
        else this.emit('toast-done', { id: t.id });
      };
      this.#timers.set(t.id, setTimeout(leave, 8000));
    }
    for (const [id, timer] of this.#timers) {
      if (this.#toasts.some((t) => t.id === id)) continue;
      clearTimeout(timer);
      this.#timers.delete(id);
    }
  }

  // Render

  render() {
    return html`${this.#toasts.map((t) => html`<div data-key="${t.id}" class="toast ${t.kind}">
      <p>${t.text}${t.hint ? html` <span>${t.hint}</span>` : ''}</p>
      ${t.action ? html`<button data-do="run" data-id="${t.id}">${t.action}</button>` : ''}
      <button class="tool" data-do="done" data-id="${t.id}" aria-label="Dismiss">${icon('close')}</button></div>`)}`;
  }
}

export const defineToastList = () => customElements.define('toast-list', ToastList);
export { ToastList };
