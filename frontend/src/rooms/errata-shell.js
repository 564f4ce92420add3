import { api } from '../api.js';
import { loadChats, reloadChat } from '../asking.js';
import { commands, resize } from '../commands.js';
import { ClosingSheet } from '../elements/closing-sheet.js';
import { CommandPalette } from '../elements/command-palette.js';
import { ShortcutSheet } from '../elements/shortcut-sheet.js';
import { ToastList } from '../elements/toast-list.js';
import { html } from '../html.js';
import { banner, watchLine } from '../line.js';
import { leave } from '../links.js';
import { attempt, load, reloadAll, take } from '../live.js';
import { look } from '../look.js';
import { Part, composing, find } from '../part.js';
import { rooms, routeOf } from '../routes.js';
import { loadRunning, names } from '../running.js';
import { languageFor, speak, t } from '../speech.js';
import { repair, start, startPage } from '../starting.js';
import { store } from '../store.js';

/** @import {Leaving} from '../types.d.ts' */

/** The house around the rooms: sidebar, room, toasts, what is said, palette, keys. */
class ErrataShell extends Part {
  /** whether a training that broke off was told */
  #told = false;
  #room = '';

  actions = {
    skip: () => find(this, '#main').focus(),
    start: () => void this.#start(),
    repair: () => void repair(),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    watchLine(signal);
    api.onGap = () => this.#back();
    api.on(take, signal);
    void speak(languageFor(''));
    store.set({ sidebar: innerWidth > 760 });
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => f(/** @type {CustomEvent} */ (e).detail), { signal });
    on('chat-new', () => this.#new());
    on('keys', () => this.#keys());
    on('toast-done', ({ id }) => store.dismiss(id));
    on('toast-run', ({ id }) => this.#runToast(id));
    on('closing-decided', ({ how }) => void this.#leave(how));
    window.addEventListener('hashchange', () => this.#go(), { signal });
    document.addEventListener('keydown', (e) => this.#key(e), { signal });
    document.addEventListener('click', leave, { signal });
    // A file dropped on the page would replace it.
    for (const name of ['dragover', 'drop']) window.addEventListener(name, (e) => e.preventDefault(), { signal });
    store.watch(['connection', 'broken', 'route', 'settings', 'toasts', 'sidebar', 'online', 'closing'], () => this.draw(), signal);
    void this.#start();
  }

  // Events

  async #start() {
    if (!await start()) return;
    this.#go();
    void loadChats();
    void loadRunning();
    void load('status', 'counts', 'runs').then(() => this.#interrupted());
  }

  /** The line is there again, perhaps to a program that was started anew. */
  #back() {
    if (store.state.settings?.confirmed && !store.state.broken) reloadAll();
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

  /** What was decided when the window was closed. @param {Leaving} how */
  async #leave(how) {
    store.set({ closing: null });
    await attempt(api.call('Leave', how));
  }

  /** @param {number} id */
  #runToast(id) {
    const toast = store.state.toasts.find((t) => t.id === id);
    store.dismiss(id);
    toast?.run?.();
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
    const { connection, settings, route, sidebar, toasts } = store.state;
    const page = startPage(store.state);
    const region = html`<live-region data-key="live"></live-region>`;
    if (page || !settings) return html`${region}${page}`;
    return html`${region}
      ${banner(connection)}
      ${settings.confirmed ? html`<a class="skip" href="#main" data-do="skip">To the content</a>
      <div class="house ${sidebar ? '' : 'folded'}" data-key="house"><side-bar></side-bar>
      <main class="room room-${route.room}" id="main" tabindex="-1">${roomMarkup[route.room]}</main></div>` : html`<first-run data-key="first"></first-run>`}
      <toast-list role="region" aria-label="Notices" data-key="toasts" class="${toasts.length ? '' : 'none'}"></toast-list><command-palette data-key="palette"></command-palette><shortcut-sheet data-key="keys"></shortcut-sheet><closing-sheet data-key="closing"></closing-sheet>`;
  }

  drawn() {
    const { settings, route, toasts, closing } = store.state;
    look(settings);
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
}

/** @type {Record<string, unknown>} */
const roomMarkup = {
  chat: html`<chat-room data-key="chat"></chat-room>`, review: html`<review-room data-key="review"></review-room>`, datasets: html`<datasets-room data-key="datasets"></datasets-room>`,
  training: html`<training-room data-key="training"></training-room>`, versions: html`<versions-room data-key="versions"></versions-room>`,
  library: html`<library-room data-key="library"></library-room>`, settings: html`<settings-room data-key="settings"></settings-room>`,
};

export const defineErrataShell = () => customElements.define('errata-shell', ErrataShell);
export { ErrataShell };
