import { api } from './api.js';
import { html } from './html.js';
import { icon } from './icons.js';
import { searchesOut } from './manner.js';
import { t } from './speech.js';
import { store } from './store.js';

/** @import {Connection} from './types.d.ts' */

/** The line to Errata and the network behind it: what is shown and said while one of them is gone. */

/** @param {AbortSignal} signal */
export function watchLine(signal) {
  api.onState = took;
  const network = () => {
    store.set({ online: navigator.onLine });
    if (cutOff()) store.say(offline());
  };
  network();
  for (const name of ['online', 'offline']) window.addEventListener(name, network, { signal });
}

/** @param {Connection} connection */
function took(connection) {
  const before = store.state.connection;
  store.set({ connection });
  if (connection === 'reconnecting' && before !== connection) store.say(t`The connection to Errata broke. What is stored is safe.`, true);
  if (connection === 'open' && before === 'reconnecting') store.say(t`The connection is there again.`);
}

const offline = () => t`This machine is offline. Chats and trainings go on; checks use your own documents.`;

/** Whether it matters that this machine is offline: with only local sources nobody has to know. */
const cutOff = () => !store.state.online && searchesOut();

/** @param {Connection} connection */
export function banner(connection) {
  if (connection === 'reconnecting') return html`<p class="banner" data-key="banner"><span class="spinner">${icon('caret')}</span>The connection to Errata broke; it is being made again. What is stored is safe.</p>`;
  return cutOff() ? html`<p class="banner quiet" data-key="banner">${offline()}</p>` : '';
}
