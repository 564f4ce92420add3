import { api } from '../api.js';
import { backUp } from '../commands.js';
import { ChatImport } from '../elements/chat-import.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, filled, valueOf } from '../part.js';
import { nowhere } from '../places.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { importChats, undoImport } from '../transfer.js';
import { failed, jobLine } from '../views.js';
import { ago, count, exact, size } from '../words.js';

/** What lies in the home: copies of it, all of it as files, none of it. */
class SettingsData extends Part {
  #erasing = false;

  actions = {
    backup: () => void backUp().then(() => load('backups')),
    /** @param {HTMLElement} b */
    restore: (b) => { if (this.sure(b.dataset.path ?? '')) void this.#restore(b.dataset.path ?? ''); },
    export: () => void this.#export(),
    trash: () => { if (this.sure('trash')) void this.#empty(); },
    erasing: () => { this.#erasing = !this.#erasing; this.draw(); if (this.#erasing) /** @type {HTMLElement | null} */ (this.querySelector('[name="word"]'))?.focus(); },
    /** @param {HTMLElement} form */
    erase: (form) => void this.#erase(form),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('backups');
    store.watch(['backups', 'imported', 'jobs', 'loads', 'hello'], () => this.draw(), signal);
    this.addEventListener('chats-import', (e) => void importChats(/** @type {CustomEvent} */ (e).detail.file), { signal });
    this.addEventListener('chats-undo', (e) => void undoImport(/** @type {CustomEvent} */ (e).detail.ids), { signal });
    this.addEventListener('chats-stop', () => jobs.cancel('chats'), { signal });
    this.addEventListener('chats-clear', () => jobs.clear('chats'), { signal });
  }

  // Events

  /** @param {string} path */
  async #restore(path) {
    if (await attempt(api.call('RestoreBackup', path).then(() => true))) store.toast({ text: t`The backup is put in place; Errata starts again.` });
  }

  async #export() {
    const path = await jobs.run('export', t`Writing the export`, (request) => api.call('ExportAll', request));
    if (path) store.toast({ text: t`Everything lies at ${path}` });
  }

  async #empty() {
    const n = await attempt(api.call('EmptyTrash'));
    if (n !== null) store.toast({ text: n ? t`${count(n, 'chat')} deleted for good.` : t`The trash was empty.` });
  }

  /** @param {HTMLElement} form */
  async #erase(form) {
    if (!filled(form) || !await attempt(api.call('EraseAll', valueOf(form, 'word')).then(() => true))) return;
    this.#erasing = false;
    store.set({ chats: [], chat: null, facts: nowhere(), draft: '', imported: null });
    location.hash = '#/chat/';
  }

  // Render

  render() {
    const { backups, hello, loads, jobs: { export: writing } } = store.state;
    return html`<p class="hint">Everything lies in <code>${hello?.home}</code>.</p>
      <h3>Backups</h3><p class="hint">One is made every day. Putting one back starts Errata again; what is there now is kept beside it.</p>
      ${failed(loads.backups)}
      ${backups.length ? html`<ul class="lines">${backups.map((b) => html`<li data-key="${b.path}"><span><time datetime="${b.at}" title="${exact(b.at)}">${ago(b.at, Date.now())}</time> <span class="hint figures">${size(b.bytes)}</span></span><button class="quiet" data-do="restore" data-path="${b.path}" aria-label="Put back the backup of ${exact(b.at)}">${this.asked === b.path ? t`Put it back now?` : t`Put back`}</button></li>`)}</ul>` : ''}
      <div class="buttons"><button data-do="backup">Back up now</button></div>
      <h3>Take everything along</h3><p class="hint">Chats as JSON, facts and datasets as JSON lines, and the settings, in one ZIP file. Keys and weights are not in it.</p>
      ${jobLine(writing)}<div class="buttons"><button data-do="export" ${jobs.runs('export') ? html`disabled` : ''}>Export everything</button></div>
      <h3>Chats of other programs</h3><chat-import></chat-import>
      <h3>Delete</h3><div class="buttons"><button class="quiet" data-do="trash">${this.asked === 'trash' ? t`Empty it for good?` : t`Empty the trash of chats`}</button>
        <button class="quiet danger" data-do="erasing" aria-expanded="${this.#erasing ? 'true' : 'false'}">Delete everything…</button></div>
      ${this.#erasing ? html`<form class="panel danger-panel" data-send="erase"><p>Chats, facts, datasets, versions, backups, settings and keys are deleted, and Errata begins anew. Models stay. It cannot be undone.</p>
        <label for="erase-word">Type <code>errata</code> to go on</label><div class="path-line"><input id="erase-word" name="word" required autocomplete="off" spellcheck="false"><button class="danger">Delete everything</button></div></form>` : ''}`;
  }

  drawn() {
    const { imported, jobs: running } = store.state;
    const chats = this.querySelector('chat-import');
    if (chats instanceof ChatImport) chats.view = { job: running.chats, imported };
  }
}

export const defineSettingsData = () => customElements.define('settings-data', SettingsData);
export { SettingsData };
