import { api, newRequest, toCallError } from './api.js';
import { t } from './speech.js';
import { store } from './store.js';

/** @import {Job, Methods, Progress} from './types.d.ts' */

/**
 * Long calls with a name, so that a room that is opened again finds what runs.
 *
 *     await run('score:v3', 'Scoring v3', (request) => api.call('Score', request, id))
 */

/**
 * @template T
 * @param {string} name
 * @param {string} what
 * @param {(request: string) => Promise<T>} start
 * @param {{pausable?: boolean, of?: string}} [more] pausable: what is stopped can go on where it was, and stays to say so
 * @returns {Promise<T | null>} null when it failed or was stopped; the job then says why
 */
export async function run(name, what, start, { pausable, of } = {}) {
  const before = store.state.jobs[name];
  if (before && !before.error && !before.paused) {
    store.toast({ text: t`${before.what} is under way already.` });
    return null;
  }
  const request = newRequest();
  store.say(what);
  put({ request, name, what, done: before?.paused ? before.done : 0, total: before?.paused ? before.total : 0, lines: [], pausable, of });
  try {
    const out = await start(request);
    clear(name);
    return out;
  } catch (e) {
    const failure = toCallError(e).failure;
    if (failure.code === 'cancelled' && pausable) put({ ...store.state.jobs[name], paused: true, stopping: false });
    else if (failure.code === 'cancelled') clear(name);
    else put({ ...store.state.jobs[name], error: failure });
    return null;
  }
}

/** @param {string} name */
export function cancel(name) {
  const job = store.state.jobs[name];
  if (!job) return;
  put({ ...job, stopping: true });
  api.call('Cancel', job.request).catch((e) => store.fail(e));
}

/** Whether a job of this name runs: neither failed nor paused. @param {string} name */
export function runs(name) {
  const job = store.state.jobs[name];
  return Boolean(job && !job.error && !job.paused);
}

/** How fast the bytes of a stage come, once two seconds of it were seen. @param {Job} job @param {{what: string, done: number}} next @param {number} at ms */
export function pace(job, { what, done }, at) {
  const since = job.since?.what === what && job.since.done <= done ? job.since : { what, done, at };
  const seconds = (at - since.at) / 1000;
  return { since, speed: seconds >= 2 ? (done - since.done) / seconds : 0 };
}

/** @param {string} name */
export function clear(name) {
  const { [name]: _gone, ...jobs } = store.state.jobs;
  store.set({ jobs });
}

/** Tells the jobs that match how far they are. @param {(job: Job) => boolean} match @param {Partial<Progress> & {line?: string, at?: number}} progress */
export function advance(match, { line, at, ...progress }) {
  for (const job of Object.values(store.state.jobs)) {
    const paced = at === undefined ? {} : pace(job, { what: progress.what ?? job.what, done: progress.done ?? 0 }, at);
    if (match(job) && !job.error) put({ ...job, ...progress, ...paced, lines: line === undefined ? job.lines : [...job.lines, line].slice(-200) });
  }
}

/** @param {Job} job */
const put = (job) => store.set({ jobs: { ...store.state.jobs, [job.name]: job } });
