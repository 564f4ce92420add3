import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part, composing, filled, find, valueOf } from '../part.js';
import { exact, group } from '../words.js';

/** @import {Chat} from '../types.d.ts' */

/**
 * The chats by folder and date, with search, rename, pin, export and delete. Older
 * ones are asked for as the end of the list comes near.
 *
 *     <chat-list></chat-list>   .view = {chats, left, open, query, busy, now}   .renamed(id) once a title was taken
 *     emits chat-search {query}, chat-rename {id, title, folder}, chat-pin {id, pinned}, chat-export {chat, format},
 *     chat-delete {chat}, chat-more
 */
class ChatList extends Part {
  /** @type {{chats: Chat[], left: boolean, open: string, query: string, busy: string[], now: number}} */
  #view = { chats: [], left: false, open: '', query: '', busy: [], now: 0 };
  #renaming = '';
  #exporting = '';

  actions = {
    /** @param {HTMLElement} b */
    rename: (b) => this.#rename(b.dataset.id ?? ''),
    /** @param {HTMLElement} form */
    'rename-save': (form) => this.#save(form),
    'rename-cancel': () => this.#rename(''),
    more: () => this.emit('chat-more'),
    /** @param {HTMLElement} b */
    pin: (b) => this.emit('chat-pin', { id: b.dataset.id, pinned: b.dataset.pinned !== 'true' }),
    /** @param {HTMLElement} b */
    export: (b) => this.#export(b.dataset.id ?? ''),
    'export-cancel': () => this.#export(''),
    /** @param {HTMLElement} b */
    'export-as': (b) => {
      this.emit('chat-export', { chat: this.#view.chats.find((c) => c.id === this.#exporting), format: b.dataset.format });
      this.#export('');
    },
    /** @param {HTMLElement} b */
    delete: (b) => this.emit('chat-delete', this.#view.chats.find((c) => c.id === b.dataset.id)),
  };

  /** @param {{chats: Chat[], left: boolean, open: string, query: string, busy: string[], now: number}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  /** Closes the field of a chat whose title was taken; a refused one stays open. @param {string} id */
  renamed(id) { if (this.#renaming === id) this.#rename(''); }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('input', (e) => {
      if (e.target instanceof HTMLInputElement && e.target.type === 'search') this.emit('chat-search', { query: e.target.value });
    }, { signal });
    this.addEventListener('scroll', (e) => {
      const list = e.target;
      if (this.#view.left && list instanceof HTMLElement && list.scrollHeight - list.scrollTop - list.clientHeight < 600) this.emit('chat-more');
    }, { signal, capture: true });
    this.addEventListener('keydown', (e) => {
      if (composing(e) || e.key !== 'Escape' || !(this.#renaming || this.#exporting)) return;
      e.stopPropagation();
      if (this.#renaming) this.#rename('');
      else this.#export('');
    }, { signal });
  }

  // Events

  /** @param {string} id */
  #rename(id) {
    const before = this.#renaming;
    this.#renaming = id;
    this.draw();
    if (!id) {
      /** @type {HTMLElement | null} */ (this.querySelector(`[data-do="rename"][data-id="${CSS.escape(before)}"]`))?.focus();
      return;
    }
    const field = /** @type {HTMLInputElement} */ (find(this, '[name="title"]'));
    field.focus();
    field.select();
    field.closest('form')?.scrollIntoView?.({ block: 'nearest' });
  }

  /** Asks for the format of a chat, or asks no longer. @param {string} id */
  #export(id) {
    const before = this.#exporting;
    this.#exporting = id;
    this.draw();
    if (id) find(this, '[data-do="export-as"]').focus();
    else /** @type {HTMLElement | null} */ (this.querySelector(`[data-do="export"][data-id="${CSS.escape(before)}"]`))?.focus();
  }

  /** @param {HTMLElement} form */
  #save(form) {
    if (filled(form)) this.emit('chat-rename', { id: this.#renaming, title: valueOf(this, 'title').trim(), folder: valueOf(this, 'folder').trim() });
  }

  // Render

  render() {
    const { chats, left, query, now } = this.#view;
    const pinned = chats.filter((c) => c.pinned);
    const loose = by(chats.filter((c) => !c.pinned && !c.folder), (c) => group(c.updated_at, now));
    return html`<label class="search"><span class="visually-hidden">Search chats</span>${icon('search')}<input type="search" placeholder="Search chats" value="${query}"></label>
      <div class="chats">${pinned.length ? html`<section data-key="pinned"><h2>Pinned</h2><ul>${pinned.map((c) => this.#chat(c))}</ul></section>` : ''}
      ${[...this.#folders].map(([name, list]) => html`<details class="folder" data-key="folder ${name}" open><summary><h2>${name}</h2><span class="figures">${list.length}</span></summary><ul>${list.map((c) => this.#chat(c))}</ul></details>`)}
      ${[...loose].map(([name, list]) => html`<section data-key="${name}"><h2>${name}</h2><ul>${list.map((c) => this.#chat(c))}</ul></section>`)}
      ${left ? html`<p class="more" data-key="more"><button class="quiet" data-do="more">Older chats</button></p>` : ''}
      ${chats.length ? '' : html`<p class="hint">${query ? html`No chat has these words.` : html`Your chats will be listed here. <a href="#/settings">Import those of another program</a>`}</p>`}</div>`;
  }

  /** The folders by name, each with its chats. */
  get #folders() {
    return new Map([...by(this.#view.chats.filter((c) => c.folder && !c.pinned), (c) => c.folder ?? '')].sort(([a], [b]) => a.localeCompare(b)));
  }

  /** @param {Chat} c */
  #chat(c) {
    if (c.id === this.#renaming) {
      return html`<li data-key="${c.id}-rename"><form data-send="rename-save"><input name="title" aria-label="Title" value="${c.title}" required>
        <input name="folder" aria-label="Folder" placeholder="Folder, if any" value="${c.folder}" list="chat-folders" autocomplete="off"><datalist id="chat-folders">${[...new Set(this.#view.chats.map((x) => x.folder))].map((f) => (f ? html`<option value="${f}"></option>` : ''))}</datalist>
        <div class="buttons"><button class="primary">Save</button><button type="button" class="quiet" data-do="rename-cancel">Cancel</button></div></form></li>`;
    }
    if (c.id === this.#exporting) {
      return html`<li data-key="${c.id}-export" ><div class="chat-export" role="group" aria-label="Export ${c.title}"><span>Export</span><button data-do="export-as" data-format="markdown">Markdown</button><button data-do="export-as" data-format="json">JSON</button>
        <button class="tool" data-do="export-cancel" aria-label="Do not export" title="Esc">${icon('close')}</button></div></li>`;
    }
    const open = c.id === this.#view.open;
    return html`<li data-key="${c.id}" class="${open ? 'open' : ''}"><a href="#/chat/${encodeURIComponent(c.id)}" title="${c.title}, ${exact(c.updated_at)}" ${open ? html`aria-current="page"` : ''}>${this.#view.busy.includes(c.id) ? html`<span class="spinner">${icon('caret')}</span>` : ''}${c.title}</a>
      <span class="chat-tools"><button class="tool" data-do="pin" data-id="${c.id}" data-pinned="${c.pinned ? 'true' : 'false'}" aria-label="${c.pinned ? html`Unpin ${c.title}` : html`Pin ${c.title}`}" title="${c.pinned ? html`Unpin` : html`Pin`}">${icon('pin')}</button>
      <button class="tool" data-do="rename" data-id="${c.id}" aria-label="Rename ${c.title}" title="Rename, or put into a folder">${icon('edit')}</button>
      <button class="tool" data-do="export" data-id="${c.id}" aria-label="Export ${c.title}" title="Export">${icon('export')}</button>
      <button class="tool" data-do="delete" data-id="${c.id}" aria-label="Delete ${c.title}" title="Delete">${icon('trash')}</button></span></li>`;
  }
}

/** @param {Chat[]} chats @param {(c: Chat) => string} name @returns {Map<string, Chat[]>} */
function by(chats, name) {
  /** @type {Map<string, Chat[]>} */
  const groups = new Map();
  for (const c of chats) groups.set(name(c), [...(groups.get(name(c)) ?? []), c]);
  return groups;
}

export const defineChatList = () => customElements.define('chat-list', ChatList);
export { ChatList };
