import { api } from '../api.js';
import { loadChats, reloadChat } from '../asking.js';
import { PageTurn } from '../elements/page-turn.js';
import { html } from '../html.js';
import { attempt } from '../live.js';
import { manner } from '../manner.js';
import { Part } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { contextStart, openLine, openStream, streamOf } from '../thread.js';
import { empty, failed } from '../views.js';

/** @import {State} from '../types.d.ts' */

/**
 * The page: the turns of the open chat with their margin, followed to its end while an
 * answer is written.
 *
 *     <chat-page class="chat-page"></chat-page>   .follow()   emits example, and what its turns emit
 */
class ChatPage extends Part {
  #loaded = '';
  #following = true;
  /** Where the last step to the end led. */
  #end = 0;

  actions = {
    again: () => void reloadChat(store.state.route.id),
    /** @param {HTMLElement} b */
    example: (b) => this.emit('example', b.textContent ?? ''),
    restore: () => void this.#restore(),
  };

  /** Goes to the end and stays there, until the reader scrolls up. */
  follow() {
    this.#following = true;
    this.#toEnd();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    store.watch(['route', 'chat', 'chatError', 'streams', 'checking', 'choices', 'settings', 'status', 'loads'], () => this.draw(), signal);
    api.on((e) => { if (e.topic === 'answer.text') this.#write(e.data.request); }, signal);
    this.addEventListener('turn-drawn', () => this.#stay(), { signal });
    this.addEventListener('scroll', () => { this.#following = this.scrollHeight - this.scrollTop - this.clientHeight < 80; }, { signal });
  }

  // Events

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

  #toEnd() {
    if (!this.#following) return;
    this.scrollTop = this.scrollHeight;
    this.#end = this.scrollTop;
  }

  /** Stays at the end when a turn above is drawn, unless a reader has just set out upwards. */
  #stay() { if (this.scrollTop >= this.#end) this.#toEnd(); }

  // Render

  render() {
    const { route, chatError, chat } = store.state;
    const links = openLine(store.state);
    const from = contextStart(links);
    const loading = Boolean(route.id) && !chatError && chat?.chat.id !== route.id && !links.length;
    return html`<h1 class="visually-hidden">${chat && route.id ? chat.chat.title : t`New chat`}</h1>
      ${chatError ? failed(chatError, html`<button data-do="again">Try again</button>`) : ''}
      ${loading ? html`<p class="hint centred">Opening…</p>` : ''}
      ${!links.length && !loading && !chatError ? blank(store.state) : ''}
      ${chat?.chat.deleted_at && chat.chat.id === route.id ? html`<p class="in-trash">This chat is in the trash. <button data-do="restore">Restore</button></p>` : ''}
      ${links.map((l) => html`${l.question.id === from ? html`<p class="context-line" data-key="context"><span>What stands above did not fit into the context of the last answer.</span></p>` : ''}<page-turn data-key="${l.question.id}" data-stream="${streamOf(store.state, l)?.request ?? ''}"></page-turn>`)}`;
  }

  drawn() {
    const { route, chat, checking, settings, teaching } = store.state;
    const now = Date.now();
    const links = openLine(store.state);
    const elements = this.querySelectorAll('page-turn');
    links.forEach((link, i) => {
      const element = elements[i];
      if (!(element instanceof PageTurn)) return;
      const verdict = link.answer && link.turn.verdicts?.[link.answer.id];
      element.view = { link, stream: streamOf(store.state, link), checking: (link.answer && checking[link.answer.id]) || null, taught: verdict ? chat?.taught?.[verdict.id] : undefined, memory: Boolean(settings?.memory), draft: (link.answer && teaching[link.answer.id]) || null, recalled: (link.answer && chat?.memory?.[link.answer.id]) || [], latest: i === links.length - 1, local: Boolean(manner().local), now };
    });
    if (openStream(store.state) || (links.length && this.#loaded !== route.id)) this.#toEnd();
    if (links.length) this.#loaded = route.id;
  }
}

/** A page with nothing on it yet: what keeps questions from being answered, or some to begin with. @param {State} state */
function blank({ status, settings, loads }) {
  const problem = status?.problems.find((p) => p.part === 'engine');
  if (problem) return failed({ code: 'unavailable', message: problem.message, hint: problem.hint, detail: '' }, html`<p><a href="#/settings">Open Settings</a></p>`);
  if (!settings?.model && loads.status !== 'loading') return empty(t`No model yet`, t`Choose one in Settings; Errata answers with it on this machine.`, html`<p><a class="button primary" href="#/settings">Open Settings</a></p>`);
  return empty(t`What would you like to know?`, t`The answer is written here; its check stands beside it in the margin.`,
    html`<p class="examples">${[t`Who is the current president of the USA?`, t`What is the chemical symbol of gold?`, t`Who wrote Romeo and Juliet?`].map((q) => html`<button class="example" data-do="example">${q}</button>`)}</p>`);
}

export const defineChatPage = () => customElements.define('chat-page', ChatPage);
export { ChatPage };
