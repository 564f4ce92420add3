import { api, toCallError } from '../api.js';
import { loadChats, loadMoreChats, reloadChat } from '../asking.js';
import { commands, resize } from '../commands.js';
import { ChatList } from '../elements/chat-list.js';
import { ClosingSheet } from '../elements/closing-sheet.js';
import { CommandPalette } from '../elements/command-palette.js';
import { ShortcutSheet } from '../elements/shortcut-sheet.js';
import { ToastList } from '../elements/toast-list.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import { attempt, load, reloadAll, take } from '../live.js';
import { allowed } from '../markdown.js';
import { Part, composing, find } from '../part.js';
import { rooms, routeOf } from '../routes.js';
import { loadRunning, names } from '../running.js';
import { languageFor, speak, t, told } from '../speech.js';
import { store } from '../store.js';
import { exportChat } from '../transfer.js';
import { failed } from '../views.js';

/** @import {Chat, Failure, Leaving, Settings} from '../types.d.ts' */

/** The house around the rooms: sidebar, room, toasts, palette, keys. */
class ErrataShell extends Part {
  /** @type {Failure | null} */
  #broken = null;
  /** what keeps Errata from starting can be repaired from here */
  #repairable = false;
  /** whether a training that broke off was told */
  #told = false;
  #room = '';
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;

  actions = {
    skip: () => find(this, '#main').focus(),
    fold: () => store.set({ sidebar: !store.state.sidebar }),
    new: () => this.#new(),
    keys: () => this.#keys(),
    palette: () => this.#palette(),
    start: () => void this.#start(),
    repair: () => void this.#repair(),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    api.onState = (connection) => store.set({ connection });
    api.onGap = () => this.#back();
    api.on(take, signal);
    void speak(languageFor(''));
    const network = () => store.set({ online: navigator.onLine });
    network();
    for (const name of ['online', 'offline']) window.addEventListener(name, network, { signal });
    store.set({ sidebar: innerWidth > 760 });
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('chat-search', ({ query }) => this.#search(query));
    on('chat-rename', ({ id, title, folder }) => void this.#rename(id, title, folder));
    on('chat-more', () => void loadMoreChats());
    on('chat-pin', ({ id, pinned }) => void attempt(api.call('PinChat', id, pinned)).then(() => this.#chats(id)));
    on('chat-export', ({ chat, format }) => void exportChat(chat, format));
    on('chat-delete', (chat) => void this.#delete(chat));
    on('toast-done', ({ id }) => store.dismiss(id));
    on('toast-run', ({ id }) => this.#runToast(id));
    on('closing-decided', ({ how }) => void this.#leave(how));
    window.addEventListener('hashchange', () => this.#go(), { signal });
    document.addEventListener('keydown', (e) => this.#key(e), { signal });
    document.addEventListener('click', (e) => this.#link(e), { signal });
    // A file dropped on the page would replace it.
    for (const name of ['dragover', 'drop']) window.addEventListener(name, (e) => e.preventDefault(), { signal });
    store.watch(['connection', 'route', 'settings', 'chats', 'chatQuery', 'counts', 'toasts', 'sidebar', 'streams', 'runs', 'status', 'announcement', 'online', 'closing'], () => this.draw(), signal);
    void this.#start();
  }

  disconnected() { clearTimeout(this.#typing); }

  // Events

  async #start() {
    try {
      const hello = await api.call('Hello');
      this.#broken = null;
      store.set({ hello, settings: hello.settings });
      this.#go();
      void loadChats();
      void loadRunning();
      void load('status', 'counts', 'runs').then(() => this.#interrupted());
    } catch (e) {
      this.#broken = toCallError(e).failure;
      this.draw();
      this.#repairable = await api.call('CanRepair').catch(() => false);
      this.draw();
    }
  }

  /** Puts a backup in place; Errata then starts again, and so does the page. */
  async #repair() {
    try {
      await api.call('Repair');
      this.#broken = null;
    } catch (e) {
      this.#broken = toCallError(e).failure;
    }
    this.draw();
  }

  /** The line is there again, perhaps to a program that was started anew. */
  #back() {
    if (store.state.settings?.confirmed && !this.#broken) reloadAll();
    void this.#start();
  }

  /** A training that broke off is easily forgotten: it is told once. */
  #interrupted() {
    const { runs, route } = store.state;
    if (this.#told) return;
    this.#told = true;
    if (runs[0]?.state !== 'interrupted' || route.room === 'training') return;
    store.toast({ text: t`A training was interrupted. Resume it in Training.`, action: t`Open Training`, run: () => { location.hash = '#/training'; } });
  }

  #go() {
    const route = routeOf(location.hash);
    store.set({ route });
    if (route.room !== 'chat') return;
    if (!route.id) store.set({ chat: null, chatError: null });
    else if (store.state.chat?.chat.id !== route.id) void reloadChat(route.id);
  }

  #new() {
    if (location.hash === '#/chat/') this.querySelector('ask-box textarea')?.dispatchEvent(new Event('focus'));
    location.hash = '#/chat/';
    const box = this.querySelector('ask-box');
    if (box instanceof HTMLElement) box.focus();
  }

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

  /** @param {number} id */
  #runToast(id) {
    const toast = store.state.toasts.find((t) => t.id === id);
    store.dismiss(id);
    toast?.run?.();
  }

  /** Links leave through Go in the window, in a new tab in a browser. @param {MouseEvent} e */
  #link(e) {
    const link = e.target instanceof Element ? e.target.closest('a[href]') : null;
    if (!(link instanceof HTMLAnchorElement) || link.getAttribute('href')?.startsWith('#') || link.hasAttribute('download')) return;
    if (!allowed(link.href)) e.preventDefault();
    else if (store.state.hello?.can_open) {
      e.preventDefault();
      void attempt(api.call('OpenLink', link.href));
    }
  }

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (composing(e)) return;
    const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLTextAreaElement || e.target instanceof HTMLSelectElement;
    const command = e.ctrlKey || e.metaKey;
    if (command && e.key.toLowerCase() === 'k') this.#palette();
    else if (command && e.key.toLowerCase() === 'b') store.set({ sidebar: !store.state.sidebar });
    else if (command && (e.key === '+' || e.key === '=')) resize(1);
    else if (command && e.key === '-') resize(-1);
    else if (command && e.key === '0') resize(0);
    else if (command && e.key === ',') location.hash = '#/settings';
    else if (e.altKey && e.key.toLowerCase() === 'n') this.#new();
    else if (e.altKey && rooms[Number(e.key) - 1]) location.hash = `#/${rooms[Number(e.key) - 1].name}`;
    else if (!typing && !command && e.key === '?') this.#keys();
    else if (!typing && !command && e.key === '/') { const box = this.querySelector('ask-box'); if (!(box instanceof HTMLElement)) return; box.focus(); } else return;
    e.preventDefault();
  }

  /** What was decided when the window was closed. @param {Leaving} how */
  async #leave(how) {
    store.set({ closing: null });
    await attempt(api.call('Leave', how));
  }

  #keys() {
    const sheet = this.querySelector('shortcut-sheet');
    if (sheet instanceof ShortcutSheet) sheet.open();
  }

  #palette() {
    const palette = this.querySelector('command-palette');
    if (!(palette instanceof CommandPalette)) return;
    if (palette.opened) {
      palette.close();
      return;
    }
    palette.commands = [
      { name: t`New chat`, keys: 'Alt+N', run: () => this.#new() },
      ...commands(),
      { name: t`Fold or unfold the sidebar`, keys: 'Ctrl+B', run: () => store.set({ sidebar: !store.state.sidebar }) },
      { name: t`Keys`, keys: '?', run: () => this.#keys() },
    ];
    palette.open();
  }

  // Render

  render() {
    const { connection, settings, route, sidebar, toasts, announcement } = store.state;
    if (connection === 'token') return html`<main class="first" id="main"><p class="first-mark">${icon('caret')}</p><h1>This page needs its token</h1><p class="lead">Run <code>errata serve</code> again and open the address it prints.</p></main>`;
    if (this.#broken) return html`<main class="first" id="main"><p class="first-mark">${icon('caret')}</p><h1>Errata could not start</h1>${failed(this.#broken, html`<div class="buttons">${this.#repairable ? html`<button class="primary" data-do="repair">Put the newest backup in place</button>` : ''}<button data-do="start">Try again</button></div>`)}
        ${this.#repairable ? html`<p class="hint">The damaged file is kept beside it. Without a sound backup, everything that can still be read is saved.</p>` : ''}</main>`;
    if (!settings) return html`<main class="first" id="main"><p class="hint"><span class="spinner">${icon('caret')}</span> Starting…</p></main>`;
    return html`<p class="visually-hidden" aria-live="polite" data-key="live">${announcement}</p>
      ${connection === 'reconnecting' ? html`<p class="banner" role="status" data-key="banner"><span class="spinner">${icon('caret')}</span>The connection to Errata broke; it is being made again. What is stored is safe.</p>`
    : this.#offline ? html`<p class="banner quiet" role="status" data-key="banner">This machine is offline. Chats and trainings go on; checks use your own documents.</p>` : ''}
      ${settings.confirmed ? html`<a class="skip" href="#main" data-do="skip">To the content</a>
      <div class="house ${sidebar ? '' : 'folded'}" data-key="house">${this.#sidebar(route.room)}
      <main class="room room-${route.room}" id="main" tabindex="-1">${roomMarkup[route.room]}</main></div>` : html`<first-run data-key="first"></first-run>`}
      <toast-list data-key="toasts" class="${toasts.length ? '' : 'none'}"></toast-list><command-palette data-key="palette"></command-palette><shortcut-sheet data-key="keys"></shortcut-sheet><closing-sheet data-key="closing"></closing-sheet>`;
  }

  drawn() {
    const { settings, chats, chatsLeft, chatQuery, route, streams, toasts, closing } = store.state;
    look(settings);
    const list = this.querySelector('chat-list');
    if (list instanceof ChatList) list.view = { chats, left: chatsLeft, open: route.room === 'chat' ? route.id : '', query: chatQuery, busy: Object.values(streams).map((s) => s.chatID), now: Date.now() };
    const toastList = this.querySelector('toast-list');
    if (toastList instanceof ToastList) toastList.toasts = toasts;
    const closingSheet = this.querySelector('closing-sheet');
    if (closingSheet instanceof ClosingSheet) closingSheet.work = closing && { training: closing.training, doing: closing.ops.flatMap((op) => names[op] ?? []) };
    if (this.#room === route.room || !settings?.confirmed) return;
    const first = this.#room === '';
    this.#room = route.room;
    document.title = `${rooms.find((r) => r.name === route.room)?.title ?? 'Errata'} · Errata`;
    const head = this.querySelector('.room h1');
    if (!first && route.room !== 'chat' && head instanceof HTMLElement) head.focus();
  }

  /** Whether being offline matters: with only local sources nobody has to know. */
  get #offline() {
    const { online, settings } = store.state;
    return !online && Object.entries(settings?.providers ?? {}).some(([name, on]) => on && name !== 'library' && name !== 'clock');
  }

  /** @param {string} room */
  #sidebar(room) {
    const { counts, runs, status, sidebar } = store.state;
    const running = runs.some((r) => r.state === 'running' || r.state === 'requested');
    const problem = status?.problems.find((p) => p.part === 'engine');
    const version = status ? (status.current?.number ? `v${status.current.number}` : t`base`) : '';
    return html`<nav class="sidebar" aria-label="Errata">
      <div class="sidebar-top"><span class="mark">${icon('caret')}<span class="mark-word">Errata</span></span><button class="tool" data-do="fold" aria-label="${sidebar ? t`Fold the sidebar` : t`Unfold the sidebar`}" title="Ctrl+B" aria-expanded="${sidebar ? 'true' : 'false'}">${icon('fold')}</button></div>
      <ul class="room-links">${rooms.map((r) => html`<li><a href="#/${r.name}${r.name === 'chat' ? '/' : ''}" title="${r.title}" ${r.name === room ? html`aria-current="page"` : ''}>${icon(r.name)}<span class="room-name">${r.title}</span>
        ${r.name === 'review' && counts.proposed ? html`<span class="badge" aria-label="${counts.proposed} waiting">${counts.proposed}</span>` : ''}${r.name === 'training' && running ? html`<span class="spinner" role="img" aria-label="running">${icon('caret')}</span>` : ''}</a></li>`)}</ul>
      <button class="new-chat" data-do="new" title="Alt+N">${icon('plus')}<span>New chat</span></button>
      <chat-list></chat-list>
      <p class="sidebar-foot ${problem ? 'problem' : ''}">${problem ? html`<a href="#/settings" title="${told(problem.message)} ${told(problem.hint)}">${told(problem.message)}</a>` : status ? html`<span title="${status.engine.address}">${status.model || t`no model`}, ${version}</span>` : ''}<button class="tool" data-do="keys" aria-label="Keys" title="Keys (?)">?</button></p></nav>`;
  }
}

/** @type {Record<string, unknown>} */
const roomMarkup = {
  chat: html`<chat-room data-key="chat"></chat-room>`, review: html`<review-room data-key="review"></review-room>`, datasets: html`<datasets-room data-key="datasets"></datasets-room>`,
  training: html`<training-room data-key="training"></training-room>`, versions: html`<versions-room data-key="versions"></versions-room>`,
  library: html`<library-room data-key="library"></library-room>`, settings: html`<settings-room data-key="settings"></settings-room>`,
};

/** What was chosen for everything: colours, letters, size, language. @param {Settings | null} settings */
function look(settings) {
  const { dataset, style } = document.documentElement;
  dataset.theme = settings?.theme ?? 'system';
  dataset.letters = settings?.letters || 'serif';
  style.fontSize = settings?.zoom && settings.zoom !== 100 ? `${settings.zoom}%` : '';
  if (settings) void speak(languageFor(settings.language));
}

export const defineErrataShell = () => customElements.define('errata-shell', ErrataShell);
export { ErrataShell };
