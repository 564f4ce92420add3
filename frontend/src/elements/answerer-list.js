import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part, composing } from '../part.js';
import { size } from '../words.js';

/** @import {Answerer} from '../types.d.ts' */

/**
 * Who can answer: versions, the base, other models; which is in memory.
 *
 *     <answerer-list></answerer-list>   .view = {answerers, chosen, waiting}
 *     emits answerer {version}, answerer-memory {answerer}
 */
class AnswererList extends Part {
  /** @type {{answerers: Answerer[], chosen: string, waiting: string}} */
  #view = { answerers: [], chosen: '', waiting: '' };
  #query = '';

  actions = {
    /** @param {HTMLElement} b */
    choose: (b) => this.emit('answerer', { version: b.dataset.version }),
    /** @param {HTMLElement} b */
    memory: (b) => this.emit('answerer-memory', { answerer: this.#view.answerers.find((a) => a.version === b.dataset.version) }),
  };

  /** @param {{answerers: Answerer[], chosen: string, waiting: string}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  focus() { /** @type {HTMLElement} */ (this.querySelector('[aria-checked="true"]') ?? this.querySelector('button') ?? this).focus(); }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('input', (e) => {
      this.#query = /** @type {HTMLInputElement} */ (e.target).value;
      this.draw();
    }, { signal });
    this.addEventListener('keydown', (e) => this.#key(e), { signal });
  }

  // Events

  /** The arrows go through the list. @param {KeyboardEvent} e */
  #key(e) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (!step || composing(e)) return;
    e.preventDefault();
    const all = /** @type {HTMLElement[]} */ ([...this.querySelectorAll('[data-do="choose"]')]);
    const at = all.findIndex((b) => b.closest('li')?.contains(document.activeElement));
    all[(at + step + all.length) % all.length]?.focus();
  }

  // Render

  render() {
    const { answerers } = this.#view;
    const words = this.#query.toLowerCase().split(/\s+/).filter(Boolean);
    const found = answerers.filter((a) => words.every((w) => `${a.name} ${a.model}`.toLowerCase().includes(w)));
    const ours = found.filter((a) => !a.other);
    const others = found.filter((a) => a.other);
    return html`${answerers.length > 8 ? html`<label class="search"><span class="visually-hidden">Search models</span>${icon('search')}<input type="search" placeholder="Search models" value="${this.#query}"></label>` : ''}
      ${answerers.length ? '' : html`<p class="hint">Looking…</p>`}
      <ul role="radiogroup" aria-label="Answered by">${ours.map((a) => this.#item(a))}</ul>
      ${others.length ? html`<h3 id="others">Other models on this machine</h3><p class="hint">They chat and are checked, but are never taught.</p><ul role="radiogroup" aria-labelledby="others">${others.map((a) => this.#item(a))}</ul>` : ''}`;
  }

  /** @param {Answerer} a */
  #item(a) {
    const { chosen, waiting } = this.#view;
    const on = chosen ? chosen === a.version : Boolean(a.current);
    return html`<li data-key="${a.version}"><button class="quiet" role="radio" aria-checked="${on ? 'true' : 'false'}" data-do="choose" data-version="${a.current ? '' : a.version}">${on ? icon('tick') : html`<span class="no-tick"></span>`}<span>${a.name}</span>
      <span class="hint">${a.other ? '' : a.model} ${a.bytes ? size(a.bytes) : ''}${a.current ? html`<span aria-hidden="true">·</span> current` : ''}</span></button>
      ${waiting === a.version ? html`<span class="spinner" role="img" aria-label="working">${icon('caret')}</span>` : this.#memory(a)}</li>`;
  }

  /** @param {Answerer} a */
  #memory(a) {
    if (a.loaded) return html`<button class="quiet" data-do="memory" data-version="${a.version}" aria-label="Eject ${a.name}" title="It is in memory: take it out">Eject</button>`;
    return html`<button class="quiet" data-do="memory" data-version="${a.version}" aria-label="Load ${a.name}" title="Put it into memory, so that its first answer comes at once">Load</button>`;
  }
}

export const defineAnswererList = () => customElements.define('answerer-list', AnswererList);
export { AnswererList };
