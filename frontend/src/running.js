import { api, toCallError } from './api.js';
import { catchUp, reloadChat } from './asking.js';
import { table } from './speech.js';
import { store } from './store.js';
import { modelStage } from './words.js';

/** @import {Checking, Event, Job, Running, State, Stream} from './types.d.ts' */

/**
 * What runs in Errata without a call of this page: after the page was loaded again,
 * after the line broke, or because another door began it. Here it is found, shown
 * and stopped like anything else; its end comes as an event.
 */

/** What a running request is called as a job, and which lists it changes. @type {Record<string, {name: (of: string) => string, lists: string[]}>} */
const kinds = {
  'facts.recheck': { name: () => 'recheck', lists: ['facts', 'counts'] },
  'facts.bulk': { name: () => 'bulk', lists: ['facts', 'counts'] },
  'version.export': { name: (of) => `export:${of}`, lists: [] },
  'dataset.build': { name: () => 'dataset', lists: [] },
  train: { name: () => 'train', lists: ['runs'] },
  'models.install': { name: () => 'model', lists: ['models', 'status'] },
  'models.import': { name: () => 'model', lists: ['models', 'status'] },
  'library.rescan': { name: () => 'library', lists: ['documents'] },
  'trainer.setup': { name: () => 'setup', lists: ['status'] },
  score: { name: (of) => `score:${of}`, lists: [] },
  compare: { name: () => 'compare', lists: [] },
  promote: { name: (of) => `promote:${of}`, lists: ['status'] },
  rollback: { name: () => 'promote:back', lists: ['status'] },
};

/** What a request does, by its op. @type {Record<string, string>} */
export const names = table({
  'facts.recheck': 'Checking facts again',
  'facts.bulk': 'Deciding',
  'version.export': 'Writing the files',
  'dataset.build': 'Freezing the approved facts',
  train: 'Freezing the approved facts',
  'models.install': 'Getting the model',
  'models.import': 'Reading the file',
  'library.rescan': 'Reading the folders',
  'trainer.setup': 'Setting up the trainer',
  compare: 'Asking both versions',
  rollback: 'Going back',
  score: 'Asking the probes',
  promote: 'Warming the version',
});

let asking = false;
let again = false;

/** Looks at what runs; a failure is left alone, because the next connection looks again. */
export async function loadRunning() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  const before = store.state;
  const known = new Set([...Object.keys(before.streams), ...Object.values(before.checking).map((c) => c.request), ...Object.values(before.jobs).map((j) => j.request)]);
  const list = await api.call('Running').catch(() => null);
  asking = false;
  if (list) adopt(list, known);
  if (!again) return;
  again = false;
  await loadRunning();
}

/**
 * Makes the store's foreign entries those of the list. One that came by an event
 * while the list was on its way is not on it and stays.
 * @param {Running[]} list @param {Set<string>} known the requests of before
 */
function adopt(list, known) {
  const { streams, checking, jobs, route } = store.state;
  const runs = new Set(list.map((r) => r.request));
  /** @param {{request: string, adopted?: boolean}} entry */
  const stays = ({ request, adopted }) => !adopted || runs.has(request) || !known.has(request);
  const gone = Object.values(streams).some((s) => !stays(s)) || Object.values(checking).some((c) => !stays(c));
  /** @type {State['streams']} */
  const nextStreams = Object.fromEntries(Object.entries(streams).filter(([, s]) => stays(s)));
  /** @type {State['checking']} */
  const nextChecking = Object.fromEntries(Object.entries(checking).filter(([, c]) => stays(c)));
  /** @type {State['jobs']} */
  const nextJobs = Object.fromEntries(Object.entries(jobs).filter(([, j]) => stays(j) || j.error));
  for (const r of list) {
    const kind = kinds[r.op];
    if (r.op === 'ask' && r.asked) nextStreams[r.request] = streamOf(r, streams[r.request]);
    else if (r.op === 'check' && r.of) nextChecking[r.of] = checkOf(r, checking[r.of]);
    else if (kind) nextJobs[kind.name(r.of)] = jobOf(r, jobs[kind.name(r.of)]);
  }
  store.set({ streams: nextStreams, checking: nextChecking, jobs: nextJobs });
  if (gone && route.room === 'chat') void reloadChat(route.id);
}

/** @param {Running} r @param {Stream | undefined} before @returns {Stream} */
function streamOf(r, before) {
  const { chat, question, answer } = /** @type {import('./types.d.ts').Asked} */ (r.asked);
  const stream = before ?? {
    request: r.request, chatID: chat.id, parentID: question.parent_id ?? '', questionID: question.id, question: question.text, text: '', answerID: answer.id,
    waiting: '', stopping: false, pieces: 0, early: {}, adopted: true,
  };
  const pieces = r.pieces ?? 0;
  if (pieces > stream.pieces) Object.assign(stream, { text: r.text ?? '', pieces });
  catchUp(stream);
  return { ...stream };
}

/** @param {Running} r @param {Checking | undefined} before @returns {Checking} */
const checkOf = (r, before) => (before && !before.adopted ? before : { request: r.request, steps: before?.steps ?? [], since: Date.parse(r.since ?? '') || before?.since || Date.now(), adopted: true });

/** @param {Running} r @param {Job | undefined} before @returns {Job} */
function jobOf(r, before) {
  if (before && !before.error && (before.request === r.request || !before.adopted)) return before;
  const { name } = kinds[r.op];
  return {
    request: r.request, name: name(r.of), what: r.progress ? modelStage(r.progress.stage) : names[r.op], done: r.progress?.done ?? 0, total: r.progress?.total ?? 0, lines: [], adopted: true,
    pausable: r.op === 'models.install', of: r.of,
  };
}

/** Ends what was adopted. @param {Event} e @returns {string[]} the lists that may have changed */
export function takeFinished(e) {
  const { streams, checking, jobs, route } = store.state;
  const request = e.id ?? '';
  if (streams[request]?.adopted) {
    const { [request]: _gone, ...others } = streams;
    store.set({ streams: others });
    if (route.room === 'chat') void reloadChat(route.id);
  }
  const done = (/** @type {[string, Checking]} */ [id, c]) => c.adopted && (c.request === request || id === request);
  if (Object.entries(checking).some(done)) store.set({ checking: Object.fromEntries(Object.entries(checking).filter((c) => !done(c))) });
  const job = Object.values(jobs).find((j) => j.request === request && j.adopted);
  if (!job) return [];
  const { [job.name]: _done, ...others } = jobs;
  const failure = e.data.error && toCallError(JSON.stringify(e.data.error)).failure;
  if (failure && failure.code !== 'cancelled') store.set({ jobs: { ...others, [job.name]: { ...job, error: failure } } });
  else if (failure && job.pausable) store.set({ jobs: { ...others, [job.name]: { ...job, paused: true, stopping: false, adopted: false } } });
  else store.set({ jobs: others });
  return kinds[e.data.op]?.lists ?? [];
}
