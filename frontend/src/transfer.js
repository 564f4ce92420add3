import { api } from './api.js';
import { loadChats } from './asking.js';
import { base64, fileName, saveFile } from './files.js';
import * as jobs from './jobs.js';
import { attempt } from './live.js';
import { t } from './speech.js';
import { store } from './store.js';
import { thread } from './thread.js';
import { count } from './words.js';

/** @import {Chat, ImportedChats} from './types.d.ts' */

/** Chats that leave as files, and those of other programs that come. */

/** Writes a chat; of the open one the branch that is shown. @param {Chat} chat @param {'markdown' | 'json'} format */
export async function exportChat(chat, format) {
  const text = await attempt(api.call('ExportChat', chat.id, format, leafOf(chat.id)));
  if (text !== null) await saveFile(fileName(chat.title, format === 'json' ? 'json' : 'md'), text);
}

/** The last question or answer that is shown of a chat. @param {string} id */
function leafOf(id) {
  const { chat, choices } = store.state;
  const last = chat?.chat.id === id ? thread(chat.turns, choices).at(-1) : undefined;
  return last?.answer?.id ?? last?.question.id ?? '';
}

/** How many bytes of a file go at once; what does not fit comes again in a longer piece. */
const piece = 4 << 20;

/** Imports the chats of another program's export, as a job that outlives its room. @param {File} file */
export async function importChats(file) {
  /** @type {{brought?: ImportedChats}} */
  const out = {};
  await jobs.run('chats', t`Importing chats`, async (request) => {
    out.brought = { read: 0, at: {}, added: [], grown: 0, known: 0, questions: 0, answers: 0, left_out: {}, problems: [] };
    await send(file, request, out.brought);
  });
  const { brought } = out;
  if (!brought) return; // another one is under way
  const { added, grown, problems } = brought;
  store.set({ imported: brought.read || problems.length ? brought : null });
  void loadChats();
  if (!added.length && !grown) return;
  store.toast({ text: t`${count(added.length, 'chat')} imported.`, ...(added.length ? { action: t`Undo`, run: () => void undoImport(added) } : {}) });
}

/** @param {File} file @param {string} request @param {ImportedChats} brought */
async function send(file, request, brought) {
  for (let at = 0, want = piece, last = false; !last && !store.state.jobs.chats?.stopping;) {
    const end = Math.min(at + want, file.size);
    last = end === file.size;
    const next = await api.call('ImportChats', request, { piece: await base64(file.slice(at, end)), at: brought.at, last });
    add(brought, next);
    at += next.read;
    want = next.read ? piece : want * 2;
    jobs.advance((j) => j.request === request, { done: at, total: file.size });
  }
}

/** @param {ImportedChats} all @param {ImportedChats} next */
function add(all, next) {
  all.at = next.at;
  all.added.push(...next.added);
  all.problems.push(...next.problems);
  for (const what of /** @type {const} */ (['read', 'grown', 'known', 'questions', 'answers'])) all[what] += next[what];
  for (const [what, n] of Object.entries(next.left_out)) all.left_out[what] = (all.left_out[what] ?? 0) + n;
}

/** Puts what an import brought into the trash. @param {string[]} ids */
export async function undoImport(ids) {
  const n = await attempt(api.call('DeleteChats', ids));
  if (n === null) return;
  store.set({ imported: null });
  if (ids.includes(store.state.route.id)) location.hash = '#/chat/';
  void loadChats();
  store.toast({ text: t`${count(n, 'chat')} in the trash.` });
}
