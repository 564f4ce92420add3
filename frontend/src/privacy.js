import { html } from './html.js';
import { t, told } from './speech.js';

/** @import {ProviderHealth} from './types.d.ts' */

/** What leaves this machine, to whom and when; a table without state. @param {ProviderHealth[]} providers */
export function privacy(providers) {
  const on = providers.filter((p) => p.on && !p.local);
  return html`<p class="hint">Nothing is sent before you have confirmed the first screen. Errata counts nothing, reports nothing and looks for no updates.</p>
    <div class="table-scroll"><table class="table"><thead><tr><th scope="col">What</th><th scope="col">Goes to</th><th scope="col">When</th></tr></thead><tbody>
    ${on.length ? on.map((p) => html`<tr data-key="${p.name}"><td>${told(p.sends)}</td><td>${told(p.title || p.name)}</td><td>when an answer is checked</td></tr>`) : html`<tr><td>Nothing of your questions</td><td>nobody</td><td>no source in the network is on</td></tr>`}
    <tr><td>The name of a model</td><td>the Ollama library or a package index</td><td>when you install one</td></tr>
    <tr><td>The names of Python packages</td><td>a package index</td><td>when you set up the trainer</td></tr>
    <tr><td>A link’s address</td><td>your browser</td><td>when you open it</td></tr></tbody></table></div>
    <p class="hint">${t`These stay here: chats, the model’s answers, your documents, facts, datasets, versions and keys.`} The words that were sent stand under each check. <a href="#/settings/evidence">Choose the sources</a></p>`;
}
