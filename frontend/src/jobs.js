import { api, newRequest, toCallError } from './api.js';
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
 * @returns {Promise<T | null>} null when it failed or was stopped; the job then says why
 */
export async function run(name, what, start) {
  const before = store.state.jobs[name];
  if (before && !before.error) {
    store.toast({ text: `${before.what} is under way already.` });
    return null;
  }
  const request = newRequest();
  put({ request, name, what, done: 0, total: 0, lines: [] });
  try {
    const out = await start(request);
    clear(name);
    return out;
  } catch (e) {
    const failure = toCallError(e).failure;
    if (failure.code === 'cancelled') clear(name);
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

/** @param {string} name */
export function clear(name) {
  const { [name]: _gone, ...jobs } = store.state.jobs;
  store.set({ jobs });
}

/** Tells the jobs that match how far they are. @param {(job: Job) => boolean} match @param {Partial<Progress> & {line?: string}} progress */
export function advance(match, { line, ...progress }) {
  for (const job of Object.values(store.state.jobs)) {
    if (match(job) && !job.error) put({ ...job, ...progress, lines: line === undefined ? job.lines : [...job.lines, line].slice(-200) });
  }
}

/** @param {Job} job */
const put = (job) => store.set({ jobs: { ...store.state.jobs, [job.name]: job } });
