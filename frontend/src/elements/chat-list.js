import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part, composing, filled, find, valueOf } from '../part.js';
import { exact, group } from '../words.js';

/** @import {Chat} from '../types.d.ts' */

/**
 * The chats by date, with search, rename, pin, export and delete.
 *
 *     <chat-list></chat-list>   .view = {chats, open, query, busy, now}   .renamed(id) once a title was taken
 *     emits chat-search {query}, chat-rename {id, title}, chat-pin {id, pinned}, chat-export {chat, format},
 *     chat-delete {chat}
 */
class ChatList extends Part {
  /** @type {{chats: Chat[], open: string, query: string, busy: string[], now: number}} */
  #view = { chats: [], open: '', query: '', busy: [], now: 0 };
  #renaming = '';
  #exporting = '';

  actions = {
    /** @param {HTMLElement} b */
    rename: (b) => this.#rename(b.dataset.id ?? ''),
    /** @param {HTMLElement} form */
    'rename-save': (form) => this.#save(form),
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

  /** @param {{chats: Chat[], open: string, query: string, busy: string[], now: number}} view */
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
    this.#renaming = id;
    this.draw();
    if (!id) return;
    const field = /** @type {HTMLInputElement} */ (find(this, '[name="title"]'));
    field.focus();
    field.select();
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
    if (filled(form)) this.emit('chat-rename', { id: this.#renaming, title: valueOf(this, 'title').trim() });
  }

  // Render

  render() {
    const { chats, query, now } = this.#view;
    /** @type {Map<string, Chat[]>} */
    const groups = new Map();
    for (const c of chats) {
      const name = c.pinned ? 'Pinned' : group(c.updated_at, now);
      groups.set(name, [...(groups.get(name) ?? []), c]);
    }
    return html`<label class="search"><span class="visually-hidden">Search chats</span>${icon('search')}<input type="search" placeholder="Search chats" value="${query}"></label>
      <div class="chats">${[...groups].map(([name, list]) => html`<section data-key="${name}"><h2>${name}</h2><ul>${list.map((c) => this.#chat(c))}</ul></section>`)}
      ${chats.length ? '' : html`<p class="hint">${query ? 'No chat has these words.' : html`Your chats will be listed here. <a href="#/settings">Import those of another program</a>`}</p>`}</div>`;
  }

  /** @param {Chat} c */
  #chat(c) {
    if (c.id === this.#renaming) {
      return html`<li data-key="${c.id}-rename"><form data-send="rename-save"><input name="title" aria-label="Title" value="${c.title}" required></form></li>`;
    }
    if (c.id === this.#exporting) {
      return html`<li data-key="${c.id}-export" ><div class="chat-export" role="group" aria-label="Export ${c.title}"><span>Export</span><button data-do="export-as" data-format="markdown">Markdown</button><button data-do="export-as" data-format="json">JSON</button>
        <button class="tool" data-do="export-cancel" aria-label="Do not export" title="Esc">${icon('close')}</button></div></li>`;
    }
    const open = c.id === this.#view.open;
    return html`<li data-key="${c.id}" class="${open ? 'open' : ''}"><a href="#/chat/${encodeURIComponent(c.id)}" title="${c.title}, ${exact(c.updated_at)}" ${open ? html`aria-current="page"` : ''}>${this.#view.busy.includes(c.id) ? html`<span class="spinner">${icon('caret')}</span>` : ''}${c.title}</a>
      <span class="chat-tools"><button class="tool" data-do="pin" data-id="${c.id}" data-pinned="${c.pinned ? 'true' : 'false'}" aria-label="${c.pinned ? 'Unpin' : 'Pin'} ${c.title}" title="${c.pinned ? 'Unpin' : 'Pin'}">${icon('pin')}</button>
      <button class="tool" data-do="rename" data-id="${c.id}" aria-label="Rename ${c.title}" title="Rename">${icon('edit')}</button>
      <button class="tool" data-do="export" data-id="${c.id}" aria-label="Export ${c.title}" title="Export">${icon('export')}</button>
      <button class="tool" data-do="delete" data-id="${c.id}" aria-label="Delete ${c.title}" title="Delete">${icon('trash')}</button></span></li>`;
  }
}

export const defineChatList = () => customElements.define('chat-list', ChatList);
export { ChatList };
