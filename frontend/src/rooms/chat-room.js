import { api } from '../api.js';
import { ask, check, reloadChat, stop, stopCheck, takeTaught } from '../asking.js';
import { addDocuments } from '../documents.js';
import { AskBox } from '../elements/ask-box.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import { attempt } from '../live.js';
import { begun } from '../manner.js';
import { Part, composing } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { beside, lastAnswer, openLine, openStream } from '../thread.js';
import { approvedWords } from '../words.js';
import { ChatFoot } from './chat-foot.js';
import { ChatPage } from './chat-page.js';

/** @import {FactUpdate, Question} from '../types.d.ts' */
/** @import {Link} from '../thread.js' */

/** A chat: the page, what is asked below it, and what is done with a question, an answer and its check. */
class ChatRoom extends Part {
  /** @type {Question | null} */
  #editing = null;
  #shown = '';

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => { e.stopPropagation(); f(/** @type {CustomEvent} */ (e).detail); }, { signal });
    on('ask', ({ text }) => void this.#ask(text));
    on('example', (text) => { void this.#ask(text); this.#box?.focus(); });
    on('stop', () => this.#stop());
    // While a question is put in other words, the draft of a new one is kept aside.
    on('draft', ({ text }) => {
      if (!this.#editing) store.state.draft = text;
      const foot = this.querySelector('chat-foot');
      if (foot instanceof ChatFoot) foot.draft = text;
    });
    on('teach-draft', ({ answerID, edit }) => {
      if (edit) store.state.teaching[answerID] = edit;
      else delete store.state.teaching[answerID];
    });
    on('edit', (question) => this.#edit(question));
    on('edit-cancel', () => this.#edit(null));
    on('again', (question) => void ask({ chatID: store.state.route.id, questionID: question.id, parentID: question.parent_id, text: question.text }));
    on('branch', (detail) => this.#branch(detail));
    on('copy', (text) => this.#copy(text, t`Answer copied.`));
    on('copy-code', ({ text }) => this.#copy(text, t`Code copied.`));
    on('check', (id) => void check(id));
    on('stop-check', (id) => stopCheck(id));
    on('rate', (detail) => void this.#rate(detail));
    on('teach', (detail) => void this.#teach(detail));
    store.watch(['route', 'chat', 'streams', 'choices'], () => this.draw(), signal);
    for (const name of ['dragover', 'dragleave', 'drop']) this.addEventListener(name, (e) => this.#drag(/** @type {DragEvent} */ (e)), { signal });
    this.addEventListener('keydown', (e) => {
      if (!composing(e) && e.key === 'Escape') this.#stop();
    }, { signal });
  }

  // Events

  /** @param {string} text */
  async #ask(text) {
    const { route } = store.state;
    const editing = this.#editing;
    const parentID = editing ? editing.parent_id ?? '' : lastAnswer(store.state);
    this.#editing = null;
    this.#page?.follow();
    if (this.#box) this.#box.text = store.state.draft; // empty, or what was kept aside
    if (!await ask({ chatID: route.id, parentID, text, manner: route.id ? undefined : begun() })) this.#giveBack(text, editing, route.id);
  }

  /** Nothing was stored: what was typed comes back, as far as nothing newer stands there. @param {string} text @param {Question | null} editing @param {string} chatID */
  #giveBack(text, editing, chatID) {
    const here = this.isConnected && store.state.route.id === chatID && this.#box;
    if (here && editing && !this.#editing) {
      this.#edit(editing);
      here.text = text;
    } else if (here && !here.text) here.text = text;
    else if (!store.state.draft) store.state.draft = text;
    else store.toast({ text: t`The question was not sent. It said:`, hint: text });
  }

  #stop() {
    const stream = openStream(store.state);
    if (stream) stop(stream.request);
  }

  /** @param {Question | null} question */
  #edit(question) {
    this.#editing = question;
    this.draw();
    if (!this.#box) return;
    this.#box.text = question?.text ?? store.state.draft;
    this.#box.focus();
  }

  /** @param {{link: Link, kind: 'question' | 'answer', step: number}} detail */
  #branch({ link, kind, step }) {
    const { choices } = store.state;
    if (kind === 'question') store.set({ choices: { ...choices, [`after:${link.question.parent_id ?? ''}`]: beside(link.siblings, link.question.id, step).id } });
    else if (link.answer) store.set({ choices: { ...choices, [`of:${link.question.id}`]: beside(link.answers, link.answer.id, step).id } });
  }

  /** @param {string} text @param {string} said */
  #copy(text, said) {
    if (!navigator.clipboard) {
      store.toast({ kind: 'error', text: t`This browser does not let a page copy. Select the text and press Ctrl+C.` });
      return;
    }
    navigator.clipboard.writeText(text).then(() => store.toast({ text: said }), (e) => store.fail(e));
  }

  /** @param {{verdictID: string, agree: boolean}} detail */
  async #rate({ verdictID, agree }) {
    try {
      await api.call('Rate', verdictID, agree, '');
      await reloadChat(store.state.route.id);
    } catch (e) {
      store.fail(e);
    }
  }

  /** @param {{answerID: string, verdictID: string, edit: FactUpdate, approve: boolean}} detail */
  async #teach({ answerID, verdictID, edit, approve }) {
    const fact = await attempt(api.call('Teach', verdictID, edit, approve));
    if (!fact) return;
    delete store.state.teaching[answerID];
    takeTaught(fact, verdictID);
    store.toast({
      text: approve ? t`Approved. ${approvedWords(store.state.settings?.memory)}` : t`It waits in Review.`,
      action: approve ? t`Undo` : t`Open Review`,
      run: approve ? () => void attempt(api.call('UndoFact', fact.id)) : () => { location.hash = '#/review'; },
    });
  }

  /** A document that is dropped on the chat goes into the library. @param {DragEvent} e */
  #drag(e) {
    if (!e.dataTransfer?.types.includes('Files')) return;
    e.preventDefault();
    this.toggleAttribute('data-own-drop', e.type === 'dragover');
    if (e.type === 'drop') void addDocuments([...e.dataTransfer.files]);
  }

  // Render

  get #box() {
    const box = this.querySelector('ask-box');
    return box instanceof AskBox ? box : null;
  }

  get #page() {
    const page = this.querySelector('chat-page');
    return page instanceof ChatPage ? page : null;
  }

  render() {
    return html`<chat-page class="chat-page ${openLine(store.state).length ? '' : 'blank'}" tabindex="-1"></chat-page>
      <div class="chat-ask"><div class="ask"><ask-box></ask-box><chat-foot></chat-foot></div></div>
      <p class="drop-here" aria-hidden="true"><span>${icon('library')}Drop it: checks will read it as evidence.</span></p>`;
  }

  drawn() {
    const { route } = store.state;
    const stream = openStream(store.state);
    if (this.#box) this.#box.view = { busy: Boolean(stream), stopping: stream?.stopping ?? false, editing: Boolean(this.#editing), placeholder: openLine(store.state).length ? t`Ask on` : t`Ask a question` };
    if (this.#shown !== `${route.room}/${route.id}`) this.#arrive(`${route.room}/${route.id}`);
  }

  /** @param {string} place */
  #arrive(place) {
    const fromNew = this.#shown.endsWith('/') && Boolean(openStream(store.state));
    this.#shown = place;
    if (fromNew) return;
    this.#editing = null;
    this.#page?.follow();
    if (!this.#box) return;
    if (this.#box.text !== store.state.draft) this.#box.text = store.state.draft;
    this.#box.focus();
  }
}

export const defineChatRoom = () => customElements.define('chat-room', ChatRoom);
export { ChatRoom };
