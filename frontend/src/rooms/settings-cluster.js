import { api } from '../api.js';
import { keep } from '../commands.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { load } from '../live.js';
import { Part, filled, valueOf } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { jobLine } from '../views.js';

/** The Ray cluster that can train in place of this machine. */
class SettingsCluster extends Part {
  actions = {
    /** @param {HTMLElement} f */
    cluster: (f) => void this.#keep(f),
    forget: () => void keep({ cluster: null }),
    setup: () => void this.#setup(),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    store.watch(['settings', 'jobs'], () => this.draw(), signal);
  }

  // Events

  /** @param {HTMLElement} form */
  async #keep(form) {
    if (!filled(form)) return;
    const gpus = Number(valueOf(form, 'gpus'));
    await keep({ cluster: { kind: 'ray', address: valueOf(form, 'address').trim(), gpus, cpus: 0, models: valueOf(form, 'models').trim() } });
  }

  async #setup() {
    const done = await jobs.run('setup', t`Setting up Ray for the trainer`, async (request) => { await api.call('SetupRay', request); return true; });
    if (done) void load('status');
  }

  // Render

  render() {
    const { settings: s, jobs: { setup } } = store.state;
    if (!s) return html``;
    const c = s.cluster;
    return html`<h3>Ray cluster</h3><p class="hint">Its nodes can train in place of this machine. They get the rows of the dataset, the recipe and the digest of the base model; chats, documents and evidence stay here. Each node needs the base model, for example from Ollama, and Python with torch, transformers, peft and gguf.</p>
      <form class="inline-form" data-send="cluster"><label for="cluster-address">Address of its dashboard</label><input id="cluster-address" name="address" inputmode="url" value="${c?.address ?? ''}" placeholder="http://10.0.0.5:8265" required autocomplete="off" spellcheck="false">
      <label for="cluster-gpus">GPUs a training takes</label><input id="cluster-gpus" name="gpus" type="number" min="0" max="64" step="0.25" value="${c?.gpus ?? 1}" required>
      <label for="cluster-models">Folder with the models there</label><input id="cluster-models" name="models" value="${c?.models ?? ''}" placeholder="where Ollama keeps them" autocomplete="off" spellcheck="false">
      <button>Use this cluster</button>${c ? html`<button type="button" class="quiet" data-do="forget">Remove</button>` : ''}</form>
      ${c ? html`${jobLine(setup)}<p><button data-do="setup" ${jobs.runs('setup') ? html`disabled` : ''}>Set up Ray here</button> <span class="hint">Once, so that this machine can talk to the cluster. Then choose the cluster in Training.</span></p>` : ''}`;
  }
}

export const defineSettingsCluster = () => customElements.define('settings-cluster', SettingsCluster);
export { SettingsCluster };
