import { api, toCallError } from '../api.js';
import { addFolder, rescan } from '../folders.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { store } from '../store.js';
import { empty, failed, jobLine, roomHead } from '../views.js';
import { count, day, size } from '../words.js';

/** @import {Document, Failure} from '../types.d.ts' */

/** The user's own documents as evidence. */
class LibraryRoom extends Part {
  /** @type {Failure | null} */
  #failure = null;

  actions = {
    /** @param {HTMLElement} form */
    add: (form) => void this.#add(form),
    /** @param {HTMLElement} b */
    remove: (b) => void this.#remove(b.dataset.path ?? ''),
    rescan: () => void rescan(),
    again: () => void load('documents'),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('documents');
    store.watch(['documents', 'settings', 'loads', 'jobs'], () => this.draw(), signal);
  }

  // Events

  /** @param {HTMLElement} form */
  async #add(form) {
    if (!filled(form)) return;
    try {
      const added = await addFolder(valueOf(form, 'folder').trim());
      this.#failure = null;
      if (added) {
        /** @type {HTMLInputElement} */ (find(this, '[name="folder"]')).value = '';
        void rescan();
      } else store.toast({ text: 'This folder is already in the library.' });
    } catch (e) {
      this.#failure = toCallError(e).failure;
    }
    this.draw();
  }

  /** @param {string} path */
  async #remove(path) {
    const { settings } = store.state;
    if (!settings) return;
    const before = settings.library_folders ?? [];
    const saved = await attempt(api.call('SaveSettings', { ...settings, library_folders: before.filter((f) => f !== path) }));
    if (!saved) return;
    store.set({ settings: saved });
    store.toast({ text: 'The folder left the library; its files are untouched.', action: 'Undo', run: () => void this.#restore(before) });
    void rescan();
  }

  /** @param {string[]} folders */
  async #restore(folders) {
    const { settings } = store.state;
    const saved = settings && await attempt(api.call('SaveSettings', { ...settings, library_folders: folders }));
    if (saved) store.set({ settings: saved });
    void rescan();
  }

  // Render

  render() {
    const { documents, settings, loads } = store.state;
    const folders = settings?.library_folders ?? [];
    const broken = documents.filter((d) => d.status !== 'indexed');
    return html`${roomHead('Library', 'Documents of yours count as evidence. They never leave this machine.', folders.length ? html`<button data-do="rescan">Read again</button>` : '')}
      ${jobLine(store.state.jobs.library)}
      ${failed(this.#failure)}
      <section><h2>Folders</h2>
        ${folders.length ? html`<ul class="lines">${folders.map((f) => html`<li data-key="${f}"><code>${f}</code><button class="quiet" data-do="remove" data-path="${f}" aria-label="Remove ${f}">Remove</button></li>`)}</ul>` : ''}
        <form class="inline-form" data-send="add"><label for="folder">Path of a folder</label><input id="folder" name="folder" placeholder="/home/you/notes" required autocomplete="off" spellcheck="false"><button>Add</button></form>
        <p class="hint">Text, Markdown, HTML and PDF are read. A date in a file, or in its name, counts as its date.</p></section>
      ${failed(loads.documents, html`<button data-do="again">Try again</button>`)}
      ${broken.length ? html`<section><h2>Could not be read</h2><ul class="lines">${broken.map((d) => html`<li data-key="${d.id}"><span title="${d.path}">${d.title || d.path}</span><span class="hint">${d.reason || d.status}</span></li>`)}</ul></section>` : ''}
      ${documents.length ? html`<section><h2>${count(documents.length - broken.length, 'document')}</h2><ul class="lines">${documents.filter((d) => d.status === 'indexed').slice(0, 500).map((d) => line(d))}</ul></section>`
    : loads.documents === 'ready' ? empty('No documents yet', 'Add a folder above. One trusted document is enough to settle a claim.') : ''}`;
  }
}

/** @param {Document} d */
const line = (d) => html`<li data-key="${d.id}"><span title="${d.path}">${d.title || d.path}</span><span class="hint figures">${d.published_at ? html`<time datetime="${d.published_at}">${day(d.published_at)}</time>` : 'no date'} <span aria-hidden="true">·</span> ${size(d.bytes)}</span></li>`;

export const defineLibraryRoom = () => customElements.define('library-room', LibraryRoom);
export { LibraryRoom };
