import { CallError } from './api.js';

/** @import {Transport, Event, Connection} from './types.d.ts' */

/**
 * Calls and events over a web socket, for a browser. It reconnects by itself; a
 * call that was under way when the line broke is rejected, because whether it was
 * done is not known: its room loads again and shows what is.
 * @param {{url: string, probe: () => Promise<number>, Socket?: typeof WebSocket, delay?: number}} options
 * @returns {Transport}
 */
export function socketTransport({ url, probe, Socket = WebSocket, delay = 400 }) {
  let next = 0;
  let wait = delay;
  /** @type {Map<number, {resolve: (v: any) => void, reject: (e: unknown) => void}>} */
  const pending = new Map();
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {(e: Event) => void} */
  let event = () => {};
  /** @type {(s: Connection) => void} */
  let tell = () => {};
  /** @type {((s: WebSocket) => void)[]} */
  let queue = [];

  const connect = () => {
    const s = new Socket(url);
    s.onopen = () => {
      socket = s;
      wait = delay;
      tell('open');
      const waiting = queue;
      queue = [];
      for (const send of waiting) send(s);
    };
    s.onmessage = (m) => {
      const data = JSON.parse(String(m.data));
      if (data.event) event(data.event);
      const call = pending.get(data.id);
      if (!call) return;
      pending.delete(data.id);
      if (data.error) call.reject(new Error(data.error));
      else call.resolve(data.result);
    };
    s.onclose = () => lost();
  };

  const lost = async () => {
    socket = null;
    for (const { reject } of pending.values()) reject(new CallError({ code: 'disconnected', message: 'The connection to Errata broke.', hint: 'It is being made again.' }));
    pending.clear();
    // A socket cannot tell why it was refused; a plain request can.
    if (await probe().catch(() => 0) === 401) {
      tell('token');
      return;
    }
    tell('reconnecting');
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 5000);
  };

  return {
    call: (method, args, givenUp) => new Promise((resolve, reject) => {
      const id = ++next;
      /** @param {WebSocket} s */
      const send = (s) => {
        pending.set(id, { resolve, reject });
        s.send(JSON.stringify({ id, method, args }));
      };
      if (socket) {
        send(socket);
        return;
      }
      queue.push(send);
      givenUp?.addEventListener('abort', () => { queue = queue.filter((waiting) => waiting !== send); });
    }),
    listen: (onEvent, onState) => {
      event = onEvent;
      tell = onState;
      connect();
    },
  };
}
