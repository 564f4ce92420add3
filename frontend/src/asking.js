import { api, newRequest, toCallError } from './api.js';
import { t } from './speech.js';
import { store } from './store.js';

/** @import {Answer, Asked, ChatView, Fact, Manner, Stream, Turn, Verdict} from './types.d.ts' */

/**
 * Asking and checking outlive the chat room: a stream goes on while another chat
 * or another room is looked at.
 */

/** @typedef {{chatID: string, parentID?: string, questionID?: string, text: string, manner?: Manner}} Asking */

/** Asks; false when nothing was stored, so that the text can be given back. @param {Asking} asking */
export async function ask({ chatID, parentID = '', questionID = '', text, manner }) {
  const request = newRequest();
  put({ request, chatID, parentID, questionID, question: text, text: '', answerID: '', waiting: '', stopping: false, pieces: 0, early: {} });
  /** @type {Asked | null} */
  let asked = null;
  try {
    asked = await api.call('Ask', request, questionID ? { question_id: questionID } : { chat_id: chatID, parent_id: parentID, text, ...(manner ? { manner } : {}) });
  } catch (e) {
    const failure = toCallError(e);
    const stream = store.state.streams[request];
    // The partial answer is stored with its reason; the page shows it there.
    if (failure.code === 'cancelled') store.say(t`The answer broke off.`);
    else store.fail(failure);
    if (!stream?.answerID) {
      drop(request);
      return false;
    }
    // The answer may go on without this page: what runs is asked for once the line is there again.
    if (failure.code === 'disconnected') {
      put({ ...stream, adopted: true });
      return true;
    }
  }
  const chat = asked?.chat.id ?? store.state.streams[request]?.chatID ?? '';
  if (asked) takeAnswer(asked);
  if (!asked) await reloadChat(chat);
  drop(request);
  if (asked) sayEnd(asked.answer);
  void loadChats();
  const { settings } = store.state;
  if (asked?.answer.state === 'complete' && settings?.auto_check) void check(asked.answer.id);
  return true;
}

/** @param {Answer} answer */
export const sayEnd = (answer) => store.say(answer.state === 'complete' ? t`Answer: ${answer.text}` : t`The answer broke off.`);

/** Stops a stream; what came is kept. @param {string} request */
export function stop(request) {
  const stream = store.state.streams[request];
  if (stream) put({ ...stream, stopping: true });
  api.call('Cancel', request).catch((e) => store.fail(e));
}

/** Checks an answer against evidence. @param {string} answerID */
export async function check(answerID) {
  if (store.state.checking[answerID]?.request) return;
  const request = newRequest();
  store.set({ checking: { ...store.state.checking, [answerID]: { request, steps: [], since: Date.now() } } });
  try {
    takeVerdict(answerID, await api.call('Check', request, answerID));
  } catch (e) {
    store.fail(e);
  }
  const { [answerID]: _done, ...checking } = store.state.checking;
  store.set({ checking });
}

/** @param {string} answerID */
export function stopCheck(answerID) {
  const request = store.state.checking[answerID]?.request;
  if (request) api.call('Cancel', request).catch((e) => store.fail(e));
}

/** The stream that a started answer belongs to. @param {Asked} asked @returns {Stream | undefined} */
const streamOf = (asked) => Object.values(store.state.streams).find((s) => !s.answerID
  && (s.questionID ? s.questionID === asked.question.id : s.question === asked.question.text && (s.chatID === '' || s.chatID === asked.chat.id)));

/** @param {Asked} asked */
export function takeStarted(asked) {
  const stream = streamOf(asked);
  if (stream) {
    store.say(t`The answer is being written`);
    put({ ...stream, answerID: asked.answer.id, chatID: asked.chat.id, questionID: asked.question.id });
    const { route, choices } = store.state;
    store.set({ choices: { ...choices, [`after:${asked.question.parent_id ?? ''}`]: asked.question.id, [`of:${asked.question.id}`]: asked.answer.id } });
    if (route.room === 'chat' && route.id === '' && stream.chatID === '') {
      store.set({ chat: { chat: asked.chat, turns: [] }, manner: {} });
      takeAnswer(asked);
      location.replace(`#/chat/${encodeURIComponent(asked.chat.id)}`);
      return;
    }
  }
  takeAnswer(asked);
}

/**
 * Takes the nth piece of a text: one that was counted already is left out, one that
 * comes before its time waits. False when a piece is missing.
 * @param {string} request @param {string} text @param {number} n
 */
export function takeText(request, text, n) {
  const stream = store.state.streams[request];
  if (!stream || n <= stream.pieces) return true;
  stream.early[n] = text;
  catchUp(stream); // the page appends the piece itself; nothing else has to be drawn
  return stream.pieces >= n;
}

/** Appends the pieces that waited and whose turn it is. @param {Stream} stream */
export function catchUp(stream) {
  for (const n of Object.keys(stream.early).map(Number)) if (n <= stream.pieces) delete stream.early[n];
  while (stream.early[stream.pieces + 1] !== undefined) {
    stream.pieces++;
    stream.text += stream.early[stream.pieces];
    delete stream.early[stream.pieces];
  }
}

/** Puts a question and its answer into the open chat. @param {Asked} asked */
export function takeAnswer(asked) {
  news++;
  const { chat } = store.state;
  if (!chat || chat.chat.id !== asked.chat.id) return;
  const turns = chat.turns.some((t) => t.question.id === asked.question.id) ? chat.turns
    : [...chat.turns, { question: asked.question, answers: [], verdicts: {}, ratings: {} }];
  const memory = asked.memory?.length ? { ...chat.memory, [asked.answer.id]: asked.memory } : chat.memory;
  store.set({ chat: { ...chat, memory, chat: asked.chat, turns: turns.map((t) => (t.question.id === asked.question.id ? withAnswer(t, asked.answer) : t)) } });
}

/** @param {Turn} turn @param {Answer} answer @returns {Turn} */
function withAnswer(turn, answer) {
  const answers = turn.answers ?? [];
  return { ...turn, answers: answers.some((a) => a.id === answer.id) ? answers.map((a) => (a.id === answer.id ? answer : a)) : [...answers, answer] };
}

/** @param {string} answerID @param {Verdict} verdict */
export function takeVerdict(answerID, verdict) {
  news++;
  const { chat } = store.state;
  if (!chat) return;
  const has = (/** @type {Turn} */ t) => (t.answers ?? []).some((a) => a.id === answerID);
  if (!chat.turns.some(has)) return;
  store.set({ chat: { ...chat, turns: chat.turns.map((t) => (has(t) ? { ...t, verdicts: { ...t.verdicts, [answerID]: verdict } } : t)) } });
}

/**
 * Puts what became of a verdict's fact, or of one that was memory, into the open chat.
 * The fact of another verdict may be that of this one as well.
 * @param {Fact} fact @param {string | undefined} verdict
 */
export function takeTaught(fact, verdict = fact.verdict_id) {
  const { chat } = store.state;
  const answers = Object.entries(chat?.memory ?? {}).filter(([, given]) => given.some((r) => r.fact.id === fact.id));
  if (!chat || !(verdict || answers.length)) return;
  news++;
  const memory = answers.map(([id, given]) => [id, given.map((r) => (r.fact.id === fact.id ? { ...r, fact } : r))]);
  store.set({ chat: {
    ...chat, memory: { ...chat.memory, ...Object.fromEntries(memory) },
    taught: verdict ? { ...chat.taught, [verdict]: fact.state } : chat.taught,
  } });
}

/** Counts what events put into the open chat. */
let news = 0;

/**
 * Loads the open chat again, unless another one was opened meanwhile. What came by
 * an event while the call was under way may be newer than its reply: then once more.
 * @param {string} id
 * @returns {Promise<void>}
 */
export async function reloadChat(id) {
  if (!id) return;
  const before = news;
  try {
    const chat = await api.call('Chat', id);
    if (before !== news) return await reloadChat(id);
    if (store.state.route.room === 'chat' && store.state.route.id === id) store.set({ chat: whole(chat), chatError: null });
  } catch (e) {
    if (store.state.route.id === id) store.set({ chat: null, chatError: toCallError(e).failure });
  }
}

/** @param {ChatView} view @returns {ChatView} */
const whole = (view) => ({ ...view, turns: (view.turns ?? []).map((t) => ({ ...t, answers: t.answers ?? [], verdicts: t.verdicts ?? {}, ratings: t.ratings ?? {} })) });

/** How many chats come at once; a reply holds a thousand at most. */
const chatPage = 100;
const mostChats = 1000;
let loadingChats = false;

/** Loads the list of chats again, as long as it is, or its first page. @param {boolean} [first] */
export async function loadChats(first = false) {
  const { chatQuery, chats } = store.state;
  const limit = first ? chatPage : Math.min(Math.max(chatPage, chats.length), mostChats);
  try {
    const list = await api.call('Chats', { query: chatQuery, limit });
    if (store.state.chatQuery === chatQuery) store.set({ chats: list, chatsLeft: list.length === limit });
  } catch (e) {
    store.fail(e);
  }
}

/** Loads the chats behind those that are listed. */
export async function loadMoreChats() {
  const { chats, chatsLeft, chatQuery } = store.state;
  if (!chatsLeft || loadingChats) return;
  loadingChats = true;
  try {
    const more = await api.call('Chats', { query: chatQuery, after: chats.at(-1)?.id, limit: chatPage });
    const listed = store.state.chats;
    if (store.state.chatQuery === chatQuery) store.set({ chats: [...listed, ...more.filter((m) => !listed.some((c) => c.id === m.id))], chatsLeft: more.length === chatPage });
  } catch (e) {
    store.fail(e);
  }
  loadingChats = false;
}

/** @param {Stream} stream */
const put = (stream) => store.set({ streams: { ...store.state.streams, [stream.request]: stream } });

/** @param {string} request */
function drop(request) {
  const { [request]: _gone, ...streams } = store.state.streams;
  store.set({ streams });
}
