import { html } from '../html.js';
import { Part, composing, find } from '../part.js';

/** @typedef {{name: string, keys?: string, run: () => void}} Command */

/**
 * Everything that can be done, by typing a few letters of it.
 * ARIA: a combobox with a listbox (WAI-ARIA Authoring Practices).
 *
 *     <command-palette></command-palette>   .commands   .open()   .close()
 */
class CommandPalette extends Part {
  /** @type {Command[]} */
  commands = [];
  #query = '';
  #at = 0;
  #open = false;
  /** @type {Element | null} */
  #before = null;

  actions = {
    /** @param {HTMLElement} b */
    pick: (b) => this.#run(Number(b.dataset.at)),
    shade: () => this.close(),
  };

  open() {
    this.#before = document.activeElement;
    this.#open = true;
    this.#query = '';
    this.#at = 0;
    this.draw();
    find(this, 'input').focus();
  }

  close() {
    if (!this.#open) return;
    this.#open = false;
    this.draw();
    if (this.#before instanceof HTMLElement) this.#before.focus();
  }

  get opened() { return this.#open; }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('keydown', (e) => this.#key(e), { signal });
    this.addEventListener('input', (e) => {
      this.#query = /** @type {HTMLInputElement} */ (e.target).value;
      this.#at = 0;
      this.draw();
    }, { signal });
    this.addEventListener('focusout', (e) => {
      if (this.#open && e.relatedTarget instanceof Node && !this.contains(e.relatedTarget)) this.close();
    }, { signal });
  }

  // Events

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (composing(e)) return;
    const n = this.#found.length;
    if (e.key === 'ArrowDown') this.#at = n ? (this.#at + 1) % n : 0;
    else if (e.key === 'ArrowUp') this.#at = n ? (this.#at + n - 1) % n : 0;
    else if (e.key === 'Enter') this.#run(this.#at);
    else if (e.key === 'Escape') this.close();
    else return;
    e.preventDefault();
    e.stopPropagation();
    this.draw();
    this.querySelector('[aria-selected="true"]')?.scrollIntoView?.({ block: 'nearest' });
  }

  /** @param {number} i */
  #run(i) {
    const command = this.#found[i];
    if (!command) return;
    this.close();
    command.run();
  }

  // Render

  get #found() {
    const words = this.#query.toLowerCase().split(/\s+/).filter(Boolean);
    return this.commands.filter((c) => words.every((w) => c.name.toLowerCase().includes(w))).slice(0, 40);
  }

  render() {
    if (!this.#open) return html``;
    const found = this.#found;
    return html`<div class="shade" data-do="shade"></div>
      <div class="sheet" role="dialog" aria-modal="true" aria-label="Commands">
        <input type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list" aria-label="What to do" placeholder="Go to a room, a chat, or do something" autocomplete="off" ${found.length ? html`aria-activedescendant="palette-${this.#at}"` : ''}>
        <ul id="palette-list" role="listbox" aria-label="Commands">${found.map((c, i) => html`<li id="palette-${i}" role="option" data-do="pick" data-at="${i}" aria-selected="${i === this.#at ? 'true' : 'false'}"><span>${c.name}</span>${c.keys ? html`<kbd>${c.keys}</kbd>` : ''}</li>`)}
        ${found.length ? '' : html`<li class="hint" role="option" aria-selected="false" aria-disabled="true">Nothing is called that.</li>`}</ul></div>`;
  }
}

export const defineCommandPalette = () => customElements.define('command-palette', CommandPalette);
export { CommandPalette };
