/**
 * The line through a chat's tree that the page shows. A question's parent is an
 * answer; a question asked again in other words is a sibling; an answer given
 * again is another answer of the same question. `choices` says which one a person
 * picked, by parent and by question; without a choice the newest is shown.
 */

/** @import {Turn, Answer, Question, State, Stream} from './types.d.ts' */

/** @typedef {{turn: Turn, question: Question, siblings: Question[], answers: Answer[], answer: Answer | null}} Link */

/** @param {Turn[]} turns @param {Record<string, string>} choices @returns {Link[]} */
export function thread(turns, choices) {
  /** @type {Link[]} */
  const line = [];
  const seen = new Set();
  /** @type {Map<string, Turn[]>} */
  const children = new Map();
  for (const t of turns) children.set(t.question.parent_id ?? '', [...(children.get(t.question.parent_id ?? '') ?? []), t]);
  let parent = '';
  for (;;) {
    const siblings = children.get(parent);
    if (!siblings) return line;
    const turn = siblings.find((t) => t.question.id === choices[`after:${parent}`]) ?? /** @type {Turn} */ (siblings.at(-1));
    if (seen.has(turn.question.id)) return line; // a broken tree must not hang the page
    seen.add(turn.question.id);
    const answers = turn.answers ?? [];
    const answer = answers.find((a) => a.id === choices[`of:${turn.question.id}`]) ?? answers.at(-1) ?? null;
    line.push({ turn, question: turn.question, siblings: siblings.map((t) => t.question), answers, answer });
    if (!answer) return line;
    parent = answer.id;
  }
}

/** The line with a question at its end that Go has not stored yet. @param {Link[]} links @param {Stream} stream @returns {Link[]} */
export function withPending(links, stream) {
  const question = { id: stream.request, chat_id: stream.chatID, parent_id: stream.parentID, text: stream.question, created_at: '' };
  const at = stream.questionID ? links.findIndex((l) => l.question.id === stream.questionID) : links.findIndex((l) => (l.question.parent_id ?? '') === stream.parentID);
  const turn = { question, answers: [], verdicts: {}, ratings: {} };
  return [...(at < 0 ? links : links.slice(0, at)), { turn, question, siblings: [question], answers: [], answer: null }];
}

/** The line of the open chat, with a question that Go has not stored yet. @param {Pick<State, 'chat' | 'choices' | 'route' | 'streams'>} state */
export function openLine({ chat, choices, route, streams }) {
  const links = thread(chat?.chat.id === route.id ? chat.turns : [], choices);
  const pending = Object.values(streams).find((s) => !s.answerID && s.chatID === route.id);
  return pending ? withPending(links, pending) : links;
}

/** The answer that a new question goes on after: a line may end with a question that nobody answered. @param {Parameters<typeof openLine>[0]} state */
export const lastAnswer = (state) => openLine(state).findLast((l) => l.answer)?.answer?.id ?? '';

/** The stream of the open chat. @param {Pick<State, 'route' | 'streams'>} state @returns {Stream | null} */
export const openStream = ({ route, streams }) => Object.values(streams).find((s) => s.chatID === route.id) ?? null;

/** The stream that writes the answer of a link. @param {Pick<State, 'streams'>} state @param {Link} link @returns {Stream | null} */
export const streamOf = ({ streams }, link) => Object.values(streams).find((s) => (s.answerID ? s.answerID === link.answer?.id : s.request === link.question.id)) ?? null;

/** The one beside `id` in a list of branches. @template {{id: string}} T @param {T[]} list @param {string} id @param {number} step */
export function beside(list, id, step) {
  const i = list.findIndex((x) => x.id === id);
  return list[Math.max(0, Math.min(list.length - 1, i + step))];
}

/**
 * How much of the context the next question takes: what the last answer and all that
 * was given for it took, as the engine counted it, and a guess for what is typed.
 * @param {Link[]} links
 * @param {number} room tokens
 * @param {string} draft
 */
export function contextOf(links, room, draft) {
  const last = links.findLast((l) => l.answer?.state === 'complete' && l.answer.prompt_tokens > 0)?.answer;
  return { used: (last ? last.prompt_tokens + last.output_tokens : 0) + Math.ceil(draft.length * 2 / 7), room };
}

/**
 * The question before which the last answer's context begins, when earlier turns did
 * not fit; empty when all of them did.
 * @param {Link[]} links
 */
export function contextStart(links) {
  const last = links.findLastIndex((l) => l.answer?.state === 'complete');
  const left = links[last]?.answer?.left_out ?? 0;
  const given = links.slice(0, Math.max(last, 0)).filter((l) => l.answer?.state === 'complete');
  return left ? (given[left] ?? links[last]).question.id : '';
}
