import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part, find } from '../part.js';
import { shortcuts } from '../shortcuts.js';

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
      <div class="sheet-columns">${shortcuts().map(({ title, keys }) => html`<section><h3>${title}</h3><dl>${keys.map(([k, does]) => html`<div><dt><kbd>${k}</kbd></dt><dd>${does}</dd></div>`)}</dl></section>`)}</div></div>`;
  }
}

export const defineShortcutSheet = () => customElements.define('shortcut-sheet', ShortcutSheet);
export { ShortcutSheet };
