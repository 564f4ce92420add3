import { api, newRequest } from './api.js';
import { attempt } from './live.js';
import { store } from './store.js';

/** @import {Answerer, Manner, Preset, Sampling} from './types.d.ts' */

/** How the open chat is answered and checked, and by whom. */

/** What a chat is sampled with where nothing is chosen. @type {Required<Sampling>} */
export const standard = { temperature: 0, top_p: 1, repeat_penalty: 1, seed: 7, num_ctx: 4096, num_predict: 1024 };

/** The manner of the open chat, or of the one that begins with the next question. @returns {Manner} */
export function manner() {
  const { route, chat } = store.state;
  if (!route.id) return store.state.manner;
  return chat?.chat.id === route.id ? chat.chat.manner ?? {} : {};
}

/** What there is to say of a manner when a chat begins. */
export const begun = () => (Object.values(store.state.manner).some(Boolean) ? store.state.manner : undefined);

/** Changes the manner of the open chat; true when it is kept. @param {Manner} change */
export async function setManner(change) {
  const { route } = store.state;
  const next = { ...manner(), ...change };
  if (!route.id) {
    store.set({ manner: next });
    return true;
  }
  const changed = await attempt(api.call('SetManner', route.id, next));
  const { chat } = store.state;
  if (changed && chat?.chat.id === changed.id) store.set({ chat: { ...chat, chat: changed } });
  return Boolean(changed);
}

/** Whether Settings let anything out to search with. */
export const searchesOut = () => Object.entries(store.state.settings?.providers ?? {}).some(([name, on]) => on && name !== 'library' && name !== 'clock');

export async function loadAnswerers() {
  const answerers = await attempt(api.call('Answerers'));
  if (answerers) store.set({ answerers });
}

/** The one that answers in the open chat, as far as it is known. @returns {Answerer | undefined} */
export function answerer() {
  const { version } = manner();
  const { answerers } = store.state;
  return answerers.find((a) => (version ? a.version === version : a.current));
}

/** Puts one into memory or out of it. @param {Answerer} a */
export async function loadOrEject(a) {
  await attempt(a.loaded ? api.call('EjectModel', a.version) : api.call('LoadModel', newRequest(), a.version));
  await loadAnswerers();
}

/** @param {Preset[]} presets */
export async function savePresets(presets) {
  const settings = await attempt(api.call('SavePresets', presets));
  if (settings) store.set({ settings });
  return Boolean(settings);
}
