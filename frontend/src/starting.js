import { api, toCallError } from './api.js';
import { html } from './html.js';
import { icon } from './icons.js';
import { store } from './store.js';
import { failed } from './views.js';

/** @import {State} from './types.d.ts' */

/** The first words with Errata, and the page that stands there instead of the house when it does not start. */

/** Asks for what the house needs; false when Errata could not start. */
export async function start() {
  try {
    const hello = await api.call('Hello');
    store.set({ broken: null, hello, settings: hello.settings });
    return true;
  } catch (e) {
    store.set({ broken: { failure: toCallError(e).failure, repairable: false } });
    const repairable = await api.call('CanRepair').catch(() => false);
    if (store.state.broken) store.set({ broken: { ...store.state.broken, repairable } });
    return false;
  }
}

/** Puts a backup in place; Errata then starts again, and so does the page. */
export async function repair() {
  const repairable = store.state.broken?.repairable ?? false;
  try {
    await api.call('Repair');
    store.set({ broken: null });
  } catch (e) {
    store.set({ broken: { failure: toCallError(e).failure, repairable } });
  }
}

/** The page without a house; null once there is one. @param {State} state */
export function startPage({ connection, broken, settings }) {
  if (connection === 'token') return html`<main class="first" id="main"><p class="first-mark">${icon('caret')}</p><h1>This page needs its token</h1><p class="lead">Run <code>errata serve</code> again and open the address it prints.</p></main>`;
  if (broken) return html`<main class="first" id="main"><p class="first-mark">${icon('caret')}</p><h1>Errata could not start</h1>${failed(broken.failure, html`<div class="buttons">${broken.repairable ? html`<button class="primary" data-do="repair">Put the newest backup in place</button>` : ''}<button data-do="start">Try again</button></div>`)}
    ${broken.repairable ? html`<p class="hint">The damaged file is kept beside it. Without a sound backup, everything that can still be read is saved.</p>` : ''}</main>`;
  return settings ? null : html`<main class="first" id="main"><p class="hint"><span class="spinner">${icon('caret')}</span> Starting…</p></main>`;
}
