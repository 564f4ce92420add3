import { nowhere } from './places.js';
import { told } from './speech.js';

/**
 * The one store. A change names the keys it sets; who watches one of them is
 * called once, after the change, in the order of joining.
 */

/** @import {State, Toast} from './types.d.ts' */

/** @returns {State} */
export const emptyState = () => ({
  connection: 'connecting', broken: null, route: { room: 'chat', id: '' }, hello: null, settings: null, status: null,
  chats: [], chatsLeft: false, chatQuery: '', manner: {}, answerers: [], chat: null, chatError: null, choices: {}, streams: {}, checking: {}, draft: '', teaching: {},
  facts: nowhere(), urgent: [], incoming: null, board: null, factFilter: { state: 'proposed' }, factID: '', counts: {}, cycle: null,
  datasets: [], runs: [], runView: null, versions: [], arrivals: [], comparisons: [], rechecks: null, rules: null, models: [], providers: [], documents: [],
  backups: [], tests: {}, reading: null, jobs: {}, imported: null, toasts: [], closing: null, saying: null, loads: {}, sidebar: true, online: true,
});

class Store {
  /** @type {State} */
  state = emptyState();
  /** @type {Set<{keys: Set<string>, watcher: () => void}>} */
  #watchers = new Set();
  #toast = 0;
  #said = 0;

  /** @param {Partial<State>} change */
  set(change) {
    Object.assign(this.state, change);
    const keys = Object.keys(change);
    for (const w of [...this.#watchers]) if (keys.some((k) => w.keys.has(k))) w.watcher();
  }

  /** @param {(keyof State)[]} keys @param {() => void} watcher @param {AbortSignal} signal */
  watch(keys, watcher, signal) {
    const entry = { keys: new Set(/** @type {string[]} */ (keys)), watcher };
    this.#watchers.add(entry);
    signal.addEventListener('abort', () => this.#watchers.delete(entry));
  }

  /**
   * Has something read to a person who does not see the page. What is urgent does not
   * wait for a pause.
   * @param {string} text @param {boolean} [urgent]
   */
  say(text, urgent = false) { this.set({ saying: { n: ++this.#said, text, urgent } }); }

  /** Shows something in passing, and says it. @param {Omit<Toast, 'id' | 'kind'> & {kind?: Toast['kind']}} toast */
  toast(toast) {
    const entry = /** @type {Toast} */ ({ kind: 'note', ...toast, id: ++this.#toast });
    this.set({ toasts: [...this.state.toasts, entry].slice(-4) });
    this.say([toast.text, toast.hint].filter(Boolean).join(' '), entry.kind === 'error');
    return entry.id;
  }

  /** @param {number} id */
  dismiss(id) { this.set({ toasts: this.state.toasts.filter((t) => t.id !== id) }); }

  /** Shows a failure that has no place of its own. @param {unknown} error */
  fail(error) {
    const e = /** @type {{message?: string, hint?: string, code?: string}} */ (error);
    if (e.code === 'cancelled') return;
    this.toast({ kind: 'error', text: told(e.message ?? String(error)), hint: told(e.hint) });
  }

  reset() {
    this.state = emptyState();
    this.#watchers.clear();
  }
}

export const store = new Store();
