import { api, toCallError } from '../api.js';
import { addFolder, choosePath, rescan } from '../folders.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, find, valueOf } from '../part.js';
import { figure, t, told } from '../speech.js';
import { store } from '../store.js';
import { empty, failed, jobLine, roomHead } from '../views.js';
import { age, count, day, exact, size } from '../words.js';

/** @import {Document, Failure, Passage} from '../types.d.ts' */

/** How many documents are listed at once. */
const listed = 300;

/** The user's own documents as evidence. */
class LibraryRoom extends Part {
  /** @type {Failure | null} */
  #failure = null;
  #query = '';
  /** What a search found; null: none was made. @type {Passage[] | Failure | null} */
  #hits = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  actions = {
    /** @param {HTMLElement} form */
    add: (form) => void this.#add(form),
    /** @param {HTMLElement} b */
    choose: (b) => void this.#choose(b.dataset.kind === 'document' ? 'document' : 'folder'),
    /** @param {HTMLElement} b */
    remove: (b) => void this.#remove(b.dataset.path ?? ''),
    search: () => void this.#search(),
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
    store.watch(['documents', 'settings', 'loads', 'jobs', 'reading', 'hello'], () => this.draw(), signal);
    this.addEventListener('input', (e) => {
      if (!(e.target instanceof HTMLInputElement) || e.target.type !== 'search') return;
      this.#query = e.target.value;
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => void this.#search(), 200);
    }, { signal });
  }

  disconnected() { clearTimeout(this.#typing); }

  // Events

  async #search() {
    const query = this.#query.trim();
    clearTimeout(this.#typing);
    if (!query) {
      this.#hits = null;
      this.draw();
      return;
    }
    /** @type {Passage[] | Failure} */
    let found;
    try {
      found = await api.call('SearchLibrary', query);
    } catch (e) {
      found = toCallError(e).failure;
    }
    if (query !== this.#query.trim()) return; // a later search is on its way
    this.#hits = found;
    this.draw();
    if (Array.isArray(found)) store.say(count(found.length, 'passage'));
  }

  /** @param {HTMLElement} form */
  async #add(form) {
    if (filled(form)) await this.#take(valueOf(form, 'folder').trim());
  }

  /** @param {'folder' | 'document'} kind */
  async #choose(kind) {
    const path = await choosePath(kind);
    if (path) await this.#take(path);
  }

  /** @param {string} path */
  async #take(path) {
    try {
      const added = await addFolder(path);
      this.#failure = null;
      if (added) {
        /** @type {HTMLInputElement} */ (find(this, '[name="folder"]')).value = '';
        void rescan();
      } else store.toast({ text: t`This is in the library already.` });
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
    store.toast({ text: t`It left the library; the files are untouched.`, action: t`Undo`, run: () => void this.#restore(before) });
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
    const { documents, settings, loads, jobs: { library }, reading } = store.state;
    const folders = settings?.library_folders ?? [];
    const broken = documents.filter((d) => d.status !== 'indexed');
    const readable = documents.filter((d) => d.status === 'indexed');
    return html`${roomHead(t`Library`, t`Documents of yours count as evidence. They never leave this machine.`, folders.length ? html`<button data-do="rescan">Read again</button>` : '')}
      ${jobLine(library)}
      ${reading && !library ? html`<p class="hint figures">Reading ${figure(reading.done)} of ${figure(reading.total)} files…</p>` : ''}
      ${failed(this.#failure)}
      ${readable.length ? html`<form class="library-search" data-send="search" role="search"><label class="search"><span class="visually-hidden">Search your documents</span>${icon('search')}<input type="search" name="query" placeholder="Search your documents" value="${this.#query}" autocomplete="off"></label></form>` : ''}
      ${this.#hits ? hits(this.#hits, this.#query) : ''}
      <section><h2>Folders and files</h2>
        ${folders.length ? html`<ul class="lines">${folders.map((f) => html`<li data-key="${f}"><code>${f}</code><span class="hint figures">${holds(f, documents)}</span><button class="quiet" data-do="remove" data-path="${f}" aria-label="Remove ${f}">Remove</button></li>`)}</ul>` : ''}
        <form class="inline-form" data-send="add"><label for="folder">Path of a folder or a file</label><input id="folder" name="folder" placeholder="/home/you/notes" required autocomplete="off" spellcheck="false"><button>Add</button>
        ${store.state.hello?.can_choose ? html`<button type="button" data-do="choose" data-kind="folder">Choose a folder…</button><button type="button" data-do="choose" data-kind="document">Choose a file…</button>` : ''}</form>
        <p class="hint">Text, Markdown, HTML and PDF are read. A date in a file, or in its name, counts as its date.</p></section>
      ${failed(loads.documents, html`<button data-do="again">Try again</button>`)}
      ${broken.length ? html`<section><h2>Could not be read</h2>${[...byReason(broken)].map(([reason, list]) => html`<details class="fold" data-key="${reason}" ${list.length <= 5 ? html`open` : ''}><summary>${told(reason)} <span class="figures">(${figure(list.length)})</span></summary>
        <ul class="lines">${list.slice(0, listed).map((d) => html`<li data-key="${d.id}"><span title="${d.path}">${d.title || d.path}</span><code class="hint">${d.path}</code></li>`)}</ul></details>`)}</section>` : ''}
      ${readable.length ? html`<section><h2>${count(readable.length, 'document')}</h2><ul class="lines">${readable.slice(0, listed).map((d) => line(d))}</ul>
        ${readable.length > listed ? html`<p class="hint">The first ${figure(listed)} are listed; the search finds all of them.</p>` : ''}</section>`
    : loads.documents === 'ready' && !broken.length ? empty(t`No documents yet`, t`Add a folder above. One trusted document is enough to settle a claim.`) : ''}`;
  }
}

/** What was found, by document. @param {Passage[] | Failure} found @param {string} query */
function hits(found, query) {
  if (!Array.isArray(found)) return failed(found);
  return html`<section aria-label="Found"><h2>${found.length ? count(found.length, 'passage') : t`No document speaks of “${query.trim()}”.`}</h2>
    <ul class="hits">${found.map((p) => html`<li data-key="${p.id}"><p class="hit-head"><strong>${p.title}</strong> <span class="hint">${p.published_at ? html`<time datetime="${p.published_at}" title="${exact(p.published_at)}">${age(p.published_at, Date.now())}</time>` : t`no date`}</span></p><p class="hit-text">${p.text}</p><code class="hint">${p.url}</code></li>`)}</ul></section>`;
}

/** @param {Document[]} broken */
function byReason(broken) {
  /** @type {Map<string, Document[]>} */
  const reasons = new Map();
  for (const d of broken) reasons.set(d.reason || d.status, [...(reasons.get(d.reason || d.status) ?? []), d]);
  return reasons;
}

/** How many documents a folder holds. @param {string} folder @param {Document[]} documents */
function holds(folder, documents) {
  const n = documents.filter((d) => d.path.startsWith(`${folder.replace(/\/$/, '')}/`)).length;
  return n ? count(n, 'document') : '';
}

/** @param {Document} d */
const line = (d) => html`<li data-key="${d.id}"><span title="${d.path}">${d.title || d.path}</span><span class="hint figures">${d.published_at ? html`<time datetime="${d.published_at}">${day(d.published_at)}</time>` : t`no date`} <span aria-hidden="true">·</span> ${size(d.bytes)}</span></li>`;

export const defineLibraryRoom = () => customElements.define('library-room', LibraryRoom);
export { LibraryRoom };
