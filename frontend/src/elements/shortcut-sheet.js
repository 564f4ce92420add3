import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part, find } from '../part.js';

/** @type {[title: string, keys: [keys: string, does: string][]][]} */
const shortcuts = [
  ['Everywhere', [['Ctrl+K', 'Commands'], ['?', 'This page'], ['Ctrl+B', 'Fold the sidebar'], ['Alt+N', 'New chat'], ['Alt+1 … 7', 'Go to a room']]],
  ['Chat', [['Enter', 'Send'], ['Shift+Enter', 'New line'], ['Esc', 'Stop the answer'], ['/', 'To the question field']]],
  ['Review', [['J', 'Next fact'], ['K', 'Fact before'], ['A', 'Approve'], ['E', 'Edit'], ['R', 'Reject'], ['U', 'Undo']]],
];

/**
 * The keys, on one page.
 *
 *     <shortcut-sheet></shortcut-sheet>   .open()   .close()
 */
class ShortcutSheet extends Part {
  #open = false;
  /** @type {Element | null} */
  #before = null;

  actions = { close: () => this.close() };

  get opened() { return this.#open; }

  open() {
    if (this.#open) return;
    this.#before = document.activeElement;
    this.#open = true;
    this.draw();
    find(this, 'button').focus();
  }

  close() {
    if (!this.#open) return;
    this.#open = false;
    this.draw();
    if (this.#before instanceof HTMLElement) this.#before.focus();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('keydown', (e) => {
      if (e.key === 'Escape') this.close();
      if (e.key === 'Tab') e.preventDefault(); // the one button keeps the focus
      if (e.key === 'Escape' || e.key === 'Tab') e.stopPropagation();
    }, { signal });
  }

  // Render

  render() {
    if (!this.#open) return html``;
    return html`<div class="shade" data-do="close"></div>
      <div class="sheet" role="dialog" aria-modal="true" aria-labelledby="shortcuts-title"><header><h2 id="shortcuts-title">Keys</h2><button class="tool" data-do="close" aria-label="Close">${icon('close')}</button></header>
      <div class="sheet-columns">${shortcuts.map(([title, keys]) => html`<section><h3>${title}</h3><dl>${keys.map(([k, does]) => html`<div><dt><kbd>${k}</kbd></dt><dd>${does}</dd></div>`)}</dl></section>`)}</div></div>`;
  }
}

export const defineShortcutSheet = () => customElements.define('shortcut-sheet', ShortcutSheet);
export { ShortcutSheet };
