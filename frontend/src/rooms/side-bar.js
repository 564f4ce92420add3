import { api } from '../api.js';
import { loadChats, loadMoreChats, reloadChat } from '../asking.js';
import { ChatList } from '../elements/chat-list.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import { busy } from '../learned.js';
import { attempt } from '../live.js';
import { Part } from '../part.js';
import { rooms } from '../routes.js';
import { t, told } from '../speech.js';
import { store } from '../store.js';
import { exportChat } from '../transfer.js';

/** @import {Chat} from '../types.d.ts' */

/**
 * The ways into the rooms, the list of chats and what is done with them, who answers.
 *
 *     <side-bar></side-bar>   emits chat-new, keys
 */
class SideBar extends Part {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  actions = {
    fold: () => store.set({ sidebar: !store.state.sidebar }),
    new: () => this.emit('chat-new'),
    keys: () => this.emit('keys'),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('chat-search', ({ query }) => this.#search(query));
    on('chat-rename', ({ id, title, folder }) => void this.#rename(id, title, folder));
    on('chat-more', () => void loadMoreChats());
    on('chat-pin', ({ id, pinned }) => void attempt(api.call('PinChat', id, pinned)).then(() => this.#chats(id)));
    on('chat-export', ({ chat, format }) => void exportChat(chat, format));
    on('chat-delete', (chat) => void this.#delete(chat));
    store.watch(['route', 'chats', 'chatsLeft', 'chatQuery', 'counts', 'sidebar', 'streams', 'runs', 'status'], () => this.draw(), signal);
  }

  disconnected() { clearTimeout(this.#typing); }

  // Events

  /** @param {string} query */
  #search(query) {
    store.state.chatQuery = query;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void loadChats(true), 150);
  }

  /** @param {string} id */
  #chats(id) {
    void loadChats();
    if (store.state.route.id === id) void reloadChat(id);
  }

  /** @param {string} id @param {string} title @param {string} folder */
  async #rename(id, title, folder) {
    const before = store.state.chats.find((c) => c.id === id);
    if (before?.title !== title && !await attempt(api.call('RenameChat', id, title))) return;
    if ((before?.folder ?? '') !== folder && !await attempt(api.call('MoveChat', id, folder))) return;
    const list = this.querySelector('chat-list');
    if (list instanceof ChatList) list.renamed(id);
    this.#chats(id);
  }

  /** @param {Chat | undefined} chat */
  async #delete(chat) {
    if (!chat || !await attempt(api.call('DeleteChat', chat.id))) return;
    if (store.state.route.id === chat.id) location.hash = '#/chat/';
    await loadChats();
    store.toast({
      text: t`“${chat.title}” is in the trash.`, action: t`Undo`, run: () => void attempt(api.call('RestoreChat', chat.id)).then(() => {
        void loadChats();
        location.hash = `#/chat/${encodeURIComponent(chat.id)}`;
      }),
    });
  }

  // Render

  render() {
    const { counts, runs, status, sidebar, route: { room } } = store.state;
    const problem = status?.problems.find((p) => p.part === 'engine');
    const version = status ? (status.current?.number ? `v${status.current.number}` : t`base`) : '';
    return html`<nav class="sidebar" aria-label="Errata">
      <div class="sidebar-top"><span class="mark">${icon('caret')}<span class="mark-word">Errata</span></span><button class="tool" data-do="fold" aria-label="${sidebar ? t`Fold the sidebar` : t`Unfold the sidebar`}" title="Ctrl+B" aria-expanded="${sidebar ? 'true' : 'false'}">${icon('fold')}</button></div>
      <ul class="room-links">${rooms.map((r) => html`<li><a href="#/${r.name}${r.name === 'chat' ? '/' : ''}" title="${r.title}" ${r.name === room ? html`aria-current="page"` : ''}>${icon(r.name)}<span class="room-name">${r.title}</span>
        ${r.name === 'review' && counts.proposed ? html`<span class="badge" aria-label="${counts.proposed} waiting">${counts.proposed}</span>` : ''}${r.name === 'training' && runs.some(busy) ? html`<span class="spinner" role="img" aria-label="running">${icon('caret')}</span>` : ''}</a></li>`)}</ul>
      <button class="new-chat" data-do="new" title="Alt+N">${icon('plus')}<span>New chat</span></button>
      <chat-list></chat-list>
      <p class="sidebar-foot ${problem ? 'problem' : ''}">${problem ? html`<a href="#/settings" title="${told(problem.message)} ${told(problem.hint)}">${told(problem.message)}</a>` : status ? html`<span title="${status.engine.address}">${status.model || t`no model`}, ${version}</span>` : ''}<button class="tool" data-do="keys" aria-label="Keys" title="Keys (?)">?</button></p></nav>`;
  }

  drawn() {
    const { chats, chatsLeft, chatQuery, route, streams } = store.state;
    const list = this.querySelector('chat-list');
    if (list instanceof ChatList) list.view = { chats, left: chatsLeft, open: route.room === 'chat' ? route.id : '', query: chatQuery, busy: Object.values(streams).map((s) => s.chatID), now: Date.now() };
  }
}

export const defineSideBar = () => customElements.define('side-bar', SideBar);
export { SideBar };
