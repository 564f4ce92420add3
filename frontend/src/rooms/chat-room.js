import { api } from '../api.js';
import { ask, check, loadChats, reloadChat, stop, stopCheck, takeTaught } from '../asking.js';
import { AskBox } from '../elements/ask-box.js';
import { PageTurn } from '../elements/page-turn.js';
import { addDocuments } from '../documents.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import { attempt } from '../live.js';
import { begun, manner } from '../manner.js';
import { Part, composing } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { beside, contextStart, thread, withPending } from '../thread.js';
import { empty, failed } from '../views.js';
import { approvedWords } from '../words.js';
import { ChatFoot } from './chat-foot.js';

/** @import {FactUpdate, Question, Stream, Turn} from '../types.d.ts' */
/** @import {Link} from '../thread.js' */

/** The page and its margin. */
class ChatRoom extends Part {
  /** @type {Question | null} */
  #editing = null;
  #shown = '';
  #loaded = '';
  #following = true;
  /** Where the last step to the end led. */
  #end = 0;

  actions = {
    again: () => void reloadChat(store.state.route.id),
    /** @param {HTMLElement} b */
    example: (b) => { void this.#ask(b.textContent ?? ''); this.#box?.focus(); },
    restore: () => void this.#restore(),
    end: () => this.#toEnd(true),
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => { e.stopPropagation(); f(/** @type {CustomEvent} */ (e).detail); }, { signal });
    on('ask', ({ text }) => void this.#ask(text));
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
    on('turn-drawn', () => this.#stay());
    on('stop-check', (id) => stopCheck(id));
    on('rate', (detail) => void this.#rate(detail));
    on('teach', (detail) => void this.#teach(detail));
    store.watch(['route', 'chat', 'chatError', 'streams', 'checking', 'choices', 'settings', 'status', 'loads'], () => this.draw(), signal);
    api.on((e) => { if (e.topic === 'answer.text') this.#write(e.data.request); }, signal);
    this.addEventListener('scroll', (e) => this.#scrolled(e), { signal, capture: true });
    for (const name of ['dragover', 'dragleave', 'drop']) this.addEventListener(name, (e) => this.#drag(/** @type {DragEvent} */ (e)), { signal });
    this.addEventListener('keydown', (e) => {
      if (!composing(e) && e.key === 'Escape' && this.#stream) this.#stop();
    }, { signal });
  }

  // Events

  /** @param {string} text */
  async #ask(text) {
    const { route } = store.state;
    const links = this.#links;
    const editing = this.#editing;
    const parentID = editing ? editing.parent_id ?? '' : links.at(-1)?.answer?.id ?? '';
    this.#editing = null;
    this.#following = true;
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

  #stop() { if (this.#stream) stop(this.#stream.request); }

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
    takeTaught(fact);
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

  async #restore() {
    const { id } = store.state.route;
    if (!await attempt(api.call('RestoreChat', id))) return;
    void loadChats();
    await reloadChat(id);
  }

  /** @param {string} request */
  #write(request) {
    const stream = store.state.streams[request];
    if (!stream) return;
    const turn = this.querySelector(`page-turn[data-stream="${request}"]`);
    if (turn instanceof PageTurn) turn.write(stream.text);
    this.#toEnd();
  }

  /** Follows the text as long as the reader does not scroll up. @param {Event} e */
  #scrolled(e) {
    const page = e.target;
    if (!(page instanceof HTMLElement) || !page.classList.contains('chat-page')) return;
    this.#following = page.scrollHeight - page.scrollTop - page.clientHeight < 80;
  }

  #toEnd(force = false) {
    const page = this.querySelector('.chat-page');
    if (!page || (!this.#following && !force)) return;
    page.scrollTop = page.scrollHeight;
    this.#end = page.scrollTop;
  }

  /** Stays at the end when a turn above is drawn, unless a reader has just set out upwards. */
  #stay() { if ((this.querySelector('.chat-page')?.scrollTop ?? 0) >= this.#end) this.#toEnd(); }

  // Render

  get #box() {
    const box = this.querySelector('ask-box');
    return box instanceof AskBox ? box : null;
  }

  /** The turns of the open chat, with one that Go has not stored yet. @returns {Link[]} */
  get #links() {
    const { chat, choices, route } = store.state;
    /** @type {Turn[]} */
    const turns = chat && chat.chat.id === route.id ? chat.turns : [];
    const links = thread(turns, choices);
    const pending = Object.values(store.state.streams).find((s) => !s.answerID && s.chatID === route.id);
    return pending ? withPending(links, pending) : links;
  }

  /** @returns {Stream | null} */
  get #stream() {
    const { streams, route } = store.state;
    return Object.values(streams).find((s) => s.chatID === route.id) ?? null;
  }

  render() {
    const { route, chatError, chat, loads, settings } = store.state;
    const links = this.#links;
    const from = contextStart(links);
    const loading = Boolean(route.id) && !chatError && chat?.chat.id !== route.id && !links.length;
    return html`<div class="chat-page ${links.length ? '' : 'blank'}" tabindex="-1">
      <h1 class="visually-hidden">${chat && route.id ? chat.chat.title : t`New chat`}</h1>
      ${chatError ? failed(chatError, html`<button data-do="again">Try again</button>`) : ''}
      ${loading ? html`<p class="hint centred">Opening…</p>` : ''}
      ${!links.length && !loading && !chatError ? this.#blank(settings?.model ?? '', loads.status === 'loading') : ''}
      ${chat?.chat.deleted_at && chat.chat.id === route.id ? html`<p class="in-trash">This chat is in the trash. <button data-do="restore">Restore</button></p>` : ''}
      ${links.map((l) => html`${l.question.id === from ? html`<p class="context-line" data-key="context"><span>What stands above did not fit into the context of the last answer.</span></p>` : ''}<page-turn data-key="${l.question.id}" data-stream="${this.#streamOf(l)?.request ?? ''}"></page-turn>`)}
    </div>
    <div class="chat-ask"><div class="ask"><ask-box></ask-box><chat-foot></chat-foot></div></div>
    <p class="drop-here" aria-hidden="true"><span>${icon('library')}Drop it: checks will read it as evidence.</span></p>`;
  }

  drawn() {
    const { route, chat, checking, settings } = store.state;
    const now = Date.now();
    const links = this.#links;
    const elements = this.querySelectorAll('page-turn');
    links.forEach((link, i) => {
      const element = elements[i];
      if (!(element instanceof PageTurn)) return;
      const verdict = link.answer && link.turn.verdicts?.[link.answer.id];
      element.view = { link, stream: this.#streamOf(link), checking: (link.answer && checking[link.answer.id]) || null, taught: verdict ? chat?.taught?.[verdict.id] : undefined, memory: Boolean(settings?.memory), draft: (link.answer && store.state.teaching[link.answer.id]) || null, recalled: (link.answer && chat?.memory?.[link.answer.id]) || [], latest: i === links.length - 1, local: Boolean(manner().local), now };
    });
    const stream = this.#stream;
    if (this.#box) this.#box.view = { busy: Boolean(stream), stopping: stream?.stopping ?? false, editing: Boolean(this.#editing), placeholder: links.length ? 'Ask on' : 'Ask a question' };
    if (this.#shown !== `${route.room}/${route.id}`) this.#arrive(`${route.room}/${route.id}`);
    else if (stream || (links.length && this.#loaded !== route.id)) this.#toEnd();
    if (links.length) this.#loaded = route.id;
  }

  /** @param {string} place */
  #arrive(place) {
    const fromNew = this.#shown.endsWith('/') && Boolean(this.#stream);
    this.#shown = place;
    if (fromNew) return;
    this.#editing = null;
    this.#following = true;
    this.#toEnd(true);
    if (!this.#box) return;
    if (this.#box.text !== store.state.draft) this.#box.text = store.state.draft;
    this.#box.focus();
  }

  /** @param {Link} link @returns {Stream | null} */
  #streamOf(link) {
    const { streams } = store.state;
    return Object.values(streams).find((s) => (s.answerID ? s.answerID === link.answer?.id : s.request === link.question.id)) ?? null;
  }

  /** @param {string} model @param {boolean} loading */
  #blank(model, loading) {
    const { status } = store.state;
    const problem = status?.problems.find((p) => p.part === 'engine');
    if (problem) return failed({ code: 'unavailable', message: problem.message, hint: problem.hint, detail: '' }, html`<p><a href="#/settings">Open Settings</a></p>`);
    if (!model && !loading) return empty('No model yet', 'Choose one in Settings; Errata answers with it on this machine.', html`<p><a class="button primary" href="#/settings">Open Settings</a></p>`);
    return empty('What would you like to know?', 'The answer is written here; its check stands beside it in the margin.',
      html`<p class="examples">${['Who is the current president of the USA?', 'What is the chemical symbol of gold?', 'Who wrote Romeo and Juliet?'].map((q) => html`<button class="example" data-do="example">${q}</button>`)}</p>`);
  }
}

export const defineChatRoom = () => customElements.define('chat-room', ChatRoom);
export { ChatRoom };
