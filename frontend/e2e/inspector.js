import { JSDOM } from 'jsdom';

/**
 * Speaks with WebKit's inspector, the one way into the page of a real window:
 * Wails allows no automation.
 *
 *     const page = await inspect(port)   await page.evaluate((n) => n + 1, 41)
 */

/** Tries until it works or its time is over. @template T @param {() => Promise<T | null>} f @param {number} ms @param {string} what @returns {Promise<T>} */
export async function until(f, ms, what) {
  for (const end = Date.now() + ms; ;) {
    const found = await f().catch(() => null);
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

/** @param {number} port of the inspector's server */
export async function inspect(port) {
  const path = await until(async () => /\/socket\/[\w/]+/.exec(await (await fetch(`http://127.0.0.1:${port}/`)).text())?.[0] ?? null, 30_000, 'the inspector lists the page');
  const { WebSocket } = new JSDOM('', { url: `http://127.0.0.1:${port}/` }).window;
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  let target = '';
  let next = 0;
  /** @type {Map<number, {resolve: (v: any) => void, reject: (e: Error) => void}>} */
  const pending = new Map();

  /** @param {string} method @param {object} params @returns {Promise<any>} */
  const send = (method, params) => new Promise((resolve, reject) => {
    const id = ++next;
    pending.set(id, { resolve, reject });
    socket.send(JSON.stringify({ id, method: 'Target.sendMessageToTarget', params: { targetId: target, message: JSON.stringify({ id, method, params }) } }));
  });

  /** @param {{id?: number, result?: any, error?: {message: string}}} message */
  const settle = ({ id, result, error }) => {
    const call = pending.get(id ?? 0);
    if (!call) return;
    pending.delete(id ?? 0);
    if (error) call.reject(new Error(error.message));
    else call.resolve(result);
  };

  socket.addEventListener('message', (m) => {
    const { method, params, ...rest } = JSON.parse(String(m.data));
    if (method === 'Target.targetCreated' && params.targetInfo.type === 'page') target = params.targetInfo.targetId;
    else if (method === 'Target.dispatchMessageFromTarget') settle(JSON.parse(params.message));
    else if (rest.error) settle(rest);
  });
  socket.addEventListener('close', () => { for (const { reject } of pending.values()) reject(new Error('the window closed')); });
  await until(async () => target || null, 30_000, 'the inspector names the page');

  return {
    /**
     * Runs a function in the page; it refers to nothing outside itself. A promise is
     * waited for.
     * @template A, R @param {(arg: A) => R | Promise<R>} f @param {A} [arg] @returns {Promise<R>}
     */
    evaluate: async (f, arg) => {
      const asked = await send('Runtime.evaluate', { expression: `(async () => (${f.toString()})(${JSON.stringify(arg ?? null)}))()` });
      const { result, wasThrown } = asked.wasThrown ? asked : await send('Runtime.awaitPromise', { promiseObjectId: asked.result.objectId, returnByValue: true });
      if (wasThrown) throw new Error(result.description ?? String(result.value));
      return result.value;
    },
    close: () => socket.close(),
  };
}
