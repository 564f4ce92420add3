import { t } from './speech.js';

/**
 * The one bridge to Go. In the window the bound methods answer, in a browser a web
 * socket does; nothing else in the page knows which.
 *
 *     const chats = await api.call('Chats', {})
 */

/** @import {Transport, Method, Methods, Event, Connection, Failure} from './types.d.ts' */

/** Calls that may take minutes: they have progress and can be cancelled, so no clock ends them. */
const patient = new Set(['Ask', 'Check', 'BuildDataset', 'DecideFacts', 'UndoFacts', 'ExportVersion', 'Train', 'Score', 'Compare', 'Promote', 'Rollback', 'InstallModel', 'ImportModel',
  'RescanLibrary', 'SetupTrainer', 'SetupRay', 'ResumeRun', 'ImportArrival', 'Backup', 'ImportChats', 'SaveFile', 'ExportAll', 'ChoosePath', 'Repair', 'LoadModel', 'AddDocument']);
/** Calls that look at the engine, which may have to start first. */
const slow = new Set(['Status', 'Models', 'Arrivals', 'Providers', 'TrainerReady', 'Dataset', 'ExportDataset', 'CheckFacts', 'ImportFacts', 'BulkPlan', 'Scoreboard', 'DeleteVersion', 'ExportChat', 'DeleteChats', 'TestProvider', 'SearchLibrary', 'RestoreBackup', 'EraseAll', 'Answerers', 'EjectModel']);

/** A failed call, with what happened and the next step in plain words. */
export class CallError extends Error {
  /** @param {Partial<Failure> & {message: string}} failure */
  constructor(failure) {
    super(failure.message);
    this.name = 'CallError';
    this.code = failure.code ?? 'internal';
    this.hint = failure.hint ?? '';
    this.detail = failure.detail ?? '';
  }

  /** @returns {Failure} */
  get failure() { return { code: this.code, message: this.message, hint: this.hint, detail: this.detail }; }
}

/**
 * Makes a CallError of whatever a door rejects with: Go's errors arrive as a JSON
 * string, in the window inside an Error.
 * @param {unknown} reason
 */
export function toCallError(reason) {
  if (reason instanceof CallError) return reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  try {
    const parsed = JSON.parse(text);
    if (parsed && typeof parsed.message === 'string') return new CallError(parsed);
  } catch {
    // not JSON: a fault of the bridge itself, shown as it is
  }
  return new CallError({ code: 'internal', message: text || t`The call failed without a reason.` });
}

class Api {
  /** @type {Transport | null} */
  #transport = null;
  /** @type {Set<{hear: (e: Event) => void}>} */
  #listeners = new Set();
  #last = 0;
  /** Called when events were lost: what is shown must be loaded again. */
  onGap = () => {};
  /** @type {(state: Connection) => void} */
  onState = () => {};

  /** @param {Transport} transport */
  use(transport) {
    this.#transport = transport;
    this.#last = 0;
    let opened = false;
    transport.listen((e) => this.#take(e), (state) => {
      this.onState(state);
      if (state !== 'open') return;
      this.#last = 0; // a new connection may lead to a new process
      if (opened) this.onGap();
      opened = true;
    });
  }

  /** @param {Event} e */
  #take(e) {
    if (this.#last && e.seq > this.#last + 1) this.onGap();
    this.#last = e.seq;
    for (const l of this.#listeners) l.hear(e);
  }

  /** The same function may hear twice, each time until its own signal. @param {(e: Event) => void} hear @param {AbortSignal} [signal] */
  on(hear, signal) {
    const listener = { hear };
    this.#listeners.add(listener);
    signal?.addEventListener('abort', () => this.#listeners.delete(listener));
  }

  /**
   * @template {Method} M
   * @param {M} method
   * @param {Parameters<Methods[M]>} args
   * @returns {Promise<ReturnType<Methods[M]>>}
   */
  async call(method, ...args) {
    if (!this.#transport) throw new CallError({ message: t`Errata is still starting.`, code: 'unavailable' });
    const giveUp = new AbortController();
    const answer = this.#transport.call(method, args, giveUp.signal);
    try {
      return await (patient.has(method) ? answer : within(answer, slow.has(method) ? 90_000 : 20_000, method, giveUp));
    } catch (reason) {
      throw toCallError(reason);
    }
  }
}

/**
 * A call that waits for the line is not to be carried out after its time: what was
 * told to have failed would happen later, perhaps twice.
 * @template T @param {Promise<T>} promise @param {number} ms @param {string} method @param {AbortController} giveUp @returns {Promise<T>}
 */
function within(promise, ms, method, giveUp) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      giveUp.abort();
      reject(new CallError({
        code: 'unavailable', message: t`Errata did not answer in time.`, hint: t`Try again; if it stays so, start it again. Nothing is lost.`, detail: method,
      }));
    }, ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export const api = new Api();

/** A request's id: unguessable is not needed, unique is. */
export function newRequest() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

/**
 * The window's own bindings.
 * @param {any} host window
 * @returns {Transport}
 */
export function windowTransport(host) {
  return {
    call: (method, args) => {
      const f = host.go.api.API[method];
      return f ? f(...args) : Promise.reject(new CallError({ message: `There is no method ${method}.` }));
    },
    listen: (onEvent, onState) => {
      host.runtime.EventsOn('event', onEvent);
      onState('open');
    },
  };
}
