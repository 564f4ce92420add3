import { html } from '../html.js';
import { Part, find } from '../part.js';
import { figure, t, told } from '../speech.js';
import { jobLine } from '../views.js';
import { count } from '../words.js';

/** @import {ImportedChats, Job} from '../types.d.ts' */

/**
 * Chats of other programs: the file, how far it is read, what it brought.
 *
 *     <chat-import></chat-import>   .view = {job, imported}
 *     emits chats-import {file}, chats-stop, chats-undo {ids}, chats-clear
 */
class ChatImport extends Part {
  /** @type {{job: Job | undefined, imported: ImportedChats | null}} */
  #view = { job: undefined, imported: null };

  actions = {
    choose: () => find(this, 'input').click(),
    'cancel-job': () => this.emit('chats-stop'),
    'clear-job': () => this.emit('chats-clear'),
    undo: () => this.emit('chats-undo', { ids: this.#view.imported?.added ?? [] }),
  };

  /** @param {{job: Job | undefined, imported: ImportedChats | null}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('change', (e) => {
      if (!(e.target instanceof HTMLInputElement) || !e.target.files?.[0]) return;
      this.emit('chats-import', { file: e.target.files[0] });
      e.target.value = ''; // the same file may be chosen again
    }, { signal });
  }

  // Render

  render() {
    const { job, imported } = this.#view;
    const busy = Boolean(job && !job.error);
    return html`<p class="hint">Bring your chats along: <code>conversations.json</code> of ChatGPT’s export, or the file of Open WebUI’s Export Chats. Branches come too; what is here already is not doubled.</p>
      <div class="buttons"><button data-do="choose" ${busy ? html`disabled` : ''}>Import chats</button>${imported?.added.length && !busy ? html`<button class="quiet" data-do="undo">Undo the import</button>` : ''}</div>
      <input type="file" accept=".json,application/json" hidden aria-label="File of chats" tabindex="-1">
      ${jobLine(job)}${imported && !busy ? result(imported) : ''}`;
  }
}

/** @param {ImportedChats} c */
function result(c) {
  const rest = [c.grown ? t`${count(c.grown, 'chat')} got what was new.` : '', c.known ? c.known === 1 ? t`1 chat was here already.` : t`${count(c.known, 'chat')} were here already.` : ''].filter(Boolean).join(' ');
  const left = Object.entries(c.left_out).sort().map(([what, n]) => `${what} (${figure(n)})`).join(', ');
  return html`<div class="imported"><p>${c.added.length || rest ? html`<strong>${t`${count(c.added.length, 'chat')} imported`}</strong>${c.answers ? ` ${t`with ${count(c.questions, 'question')} and ${count(c.answers, 'answer')}`}` : ''}. ${rest}` : t`No chat was found in the file.`}</p>
    ${left ? html`<p class="hint">Not taken: ${left}.</p>` : ''}
    ${c.problems.length ? html`<details><summary>Left out: ${count(c.problems.length, 'problem')}</summary><ul>${c.problems.slice(0, most).map((p) => html`<li>${told(p)}</li>`)}</ul>${c.problems.length > most ? html`<p>… and ${c.problems.length - most} more.</p>` : ''}</details>` : ''}</div>`;
}

/** How many problems are listed. */
const most = 100;

export const defineChatImport = () => customElements.define('chat-import', ChatImport);
export { ChatImport };
