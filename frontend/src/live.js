import { api, toCallError } from './api.js';
import { advance } from './jobs.js';
import { loadChats, reloadChat, sayEnd, takeAnswer, takeStarted, takeTaught, takeText, takeVerdict } from './asking.js';
import { runNotice, sayRun } from './notices.js';
import { loadQueue, loadUrgent, takeFact } from './queue.js';
import { loadRunning, takeFinished } from './running.js';
import { t, told } from './speech.js';
import { store } from './store.js';
import { count, modelStage, verdicts } from './words.js';

/** @import {Event, Fact, Run, State, Version} from './types.d.ts' */

/** What the store holds, brought up to date by events and by loading. */

/** @type {Record<string, (e: Event) => void>} */
const topics = {
  'answer.text': (e) => {
    if (!takeText(e.data.request, e.data.text, e.data.n)) void loadRunning();
  },
  'answer.started': (e) => {
    takeStarted(e.data);
    // Begun here or at another door: the list has it from now on.
    if (!store.state.chats.some((c) => c.id === e.data.chat.id)) void loadChats();
  },
  'answer.waiting': (e) => {
    const { streams } = store.state;
    const stream = Object.values(streams).find((s) => s.answerID === e.id);
    if (stream) store.set({ streams: { ...streams, [stream.request]: { ...stream, waiting: String(e.data) } } });
  },
  'answer.finished': (e) => {
    takeAnswer(e.data);
    // The end of an answer that this page asked for is said when its call ends.
    if (Object.values(store.state.streams).some((s) => s.adopted && s.answerID === e.id)) sayEnd(e.data.answer);
    // A problem that showed may be over, and an answer that broke off may be a new one.
    if (store.state.status?.problems.length || e.data.answer.state === 'interrupted') void loadStatus();
  },
  'chats.changed': () => void loadChats(),
  'check.step': (e) => {
    const { checking } = store.state;
    const id = e.id ?? '';
    const now = checking[id] ?? { request: '', steps: [], since: Date.parse(e.at), adopted: true };
    store.set({ checking: { ...checking, [id]: { ...now, steps: [...now.steps, e.data] } } });
    if (!checking[id]) void loadRunning(); // somebody else's: its request is needed to stop it
  },
  'verdict.added': (e) => {
    const { [e.id ?? '']: mine, ...others } = store.state.checking;
    if (mine?.adopted) store.set({ checking: others });
    takeVerdict(e.id ?? '', e.data);
    store.say(`${verdicts[/** @type {import('./types.d.ts').VerdictKind} */ (e.data.kind)].word}: ${told(e.data.sentence)}`);
  },
  'rating.added': () => void reloadChat(store.state.route.room === 'chat' ? store.state.route.id : ''),
  'cycle.changed': (e) => store.set({ cycle: e.data }),
  'training.proposed': (e) => {
    store.toast({
      text: t`${e.data.right} of the last ${e.data.checked} checked answers were right. A training would help.`,
      action: t`Open Training`, run: () => { location.hash = '#/training'; },
    });
  },
  'training.failed': (e) => store.toast({ kind: 'error', text: t`The training did not start: ${told(e.data)}` }),
  'fact.added': (e) => tookFact(e.data, takeFact(e.data, true)),
  'fact.changed': (e) => tookFact(e.data, takeFact(e.data)),
  'facts.ruled': (e) => {
    store.toast({ text: t`${count(e.data.length, 'correction')} approved by rule. You can take each back.`, action: t`Open Review`, run: () => { location.hash = '#/review'; } });
    reload('rules');
  },
  'facts.many': () => { for (const name of ['facts', 'counts']) reload(name); },
  'bulk.progress': (e) => advance((j) => j.name === 'bulk', e.data),
  'recheck.progress': (e) => advance((j) => j.name === 'recheck', e.data),
  'dataset.progress': (e) => advance((j) => j.name === 'train' || j.name === 'dataset', e.data),
  'dataset.added': () => reload('datasets'),
  'run.changed': (e) => takeRun(e.data),
  'run.event': (e) => {
    const { runView } = store.state;
    if (runView && runView.run.id === e.id) store.set({ runView: { ...runView, events: [...runView.events, e.data] } });
  },
  'version.added': () => reload('versions'),
  'version.changed': (e) => {
    sayPromoted(e.data);
    for (const name of ['versions', 'board']) reload(name);
    void loadStatus();
  },
  'version.scored': () => {
    reload('versions');
    reload('board');
  },
  'score.progress': (e) => advance((j) => j.name === `score:${e.id}`, e.data),
  'compare.progress': (e) => advance((j) => j.name === 'compare', e.data),
  'comparison.added': () => reload('comparisons'),
  'arrival.changed': () => reload('arrivals'),
  'swap.started': () => advance((j) => j.name.startsWith('promote:'), { what: t`Putting the version in place` }),
  'swap.failed': (e) => store.toast({ kind: 'error', text: told(String(e.data)), hint: t`The version before it stays in place.` }),
  'model.progress': (e) => advance((j) => j.request === e.data.request, { what: modelStage(e.data.stage), done: e.data.done, total: e.data.total, at: Date.parse(e.at) }),
  'trainer.setup': (e) => advance((j) => j.request === e.id, { line: told(String(e.data)) }),
  'library.progress': (e) => {
    advance((j) => j.name === 'library', e.data);
    store.set({ reading: e.data.done < e.data.total ? e.data : null });
  },
  'library.changed': () => { store.set({ reading: null }); reload('documents'); },
  'request.finished': (e) => {
    for (const name of takeFinished(e)) reload(name);
  },
  'window.closing': (e) => store.set({ closing: e.data }),
  'settings.changed': (e) => {
    store.set({ settings: e.data });
    if (store.state.status && store.state.status.model !== e.data.model) void loadStatus();
  },
};

/** @param {Event} e */
export function take(e) { topics[e.topic]?.(e); }

/** @param {Fact} fact @param {string[]} again */
function tookFact(fact, again) {
  takeTaught(fact);
  for (const name of ['counts', 'urgent', ...again]) reload(name);
  if (store.state.rules?.on) reload('rules');
}

/** Says who answers from now on, unless this page asked for it and says so itself. @param {Version} version */
function sayPromoted({ id, state, number }) {
  const { jobs, status } = store.state;
  const own = Object.values(jobs).some((j) => j.name.startsWith('promote:') && !j.adopted && !j.error);
  if (own || !status || (id && state !== 'current') || id === status.current?.id) return;
  store.say(id ? t`v${number} answers from now on.` : t`The plain base answers again.`);
}

/** @param {Run} run */
export function takeRun(run) {
  const { runs, runView } = store.state;
  const before = runs.find((r) => r.id === run.id);
  runNotice(before, run);
  sayRun(before, run);
  store.set({ runs: before ? runs.map((r) => (r.id === run.id ? run : r)) : [run, ...runs] });
  if (runView?.run.id === run.id) store.set({ runView: { ...runView, run } });
}

/** What a list of the store is loaded with. @type {Record<string, () => Promise<Partial<State>>>} */
const loaders = {
  facts: loadQueue,
  urgent: async () => {
    const { change, again } = await loadUrgent();
    for (const name of again) reload(name);
    return change;
  },
  board: async () => ({ board: await api.call('Scoreboard') }),
  counts: async () => ({ counts: await api.call('FactCounts') }),
  cycle: async () => ({ cycle: await api.call('Cycle') }),
  rules: async () => ({ rules: await api.call('RulePlan') }),
  rechecks: async () => ({ rechecks: await api.call('RecheckPlan') }),
  datasets: async () => ({ datasets: await api.call('Datasets') }),
  runs: async () => ({ runs: await api.call('Runs') }),
  versions: async () => ({ versions: await api.call('Versions') }),
  arrivals: async () => ({ arrivals: await api.call('Arrivals') }),
  comparisons: async () => ({ comparisons: await api.call('Comparisons') }),
  models: async () => ({ models: await api.call('Models') }),
  providers: async () => ({ providers: await api.call('Providers') }),
  documents: async () => ({ documents: await api.call('Documents') }),
  status: async () => ({ status: await api.call('Status') }),
  backups: async () => ({ backups: await api.call('Backups') }),
};

/** Loads lists; a failure is kept beside the list, for its room to show. @param {...string} names */
export async function load(...names) {
  await Promise.all(names.map(async (name) => {
    if (store.state.loads[name] !== 'ready') mark(name, 'loading');
    try {
      store.set(await loaders[name]());
      mark(name, 'ready');
    } catch (e) {
      mark(name, toCallError(e).failure);
    }
  }));
}

/** @param {string} name @param {State['loads'][string]} state */
const mark = (name, state) => store.set({ loads: { ...store.state.loads, [name]: state } });

/** Lists that are being loaded again, and whether once more. @type {Map<string, boolean>} */
const reloading = new Map();

/**
 * Loads what was loaded before; a list nobody looked at yet can wait. Many events in a
 * row cost two loads, not one each.
 * @param {string} name
 */
function reload(name) {
  if (!store.state.loads[name] && name !== 'counts') return;
  if (reloading.has(name)) reloading.set(name, true);
  else void again(name);
}

/** @param {string} name @returns {Promise<void>} */
async function again(name) {
  reloading.set(name, false);
  await load(name);
  const more = reloading.get(name);
  reloading.delete(name);
  if (more) await again(name);
}

export const loadStatus = () => load('status');

/** After a gap in the events: everything that was shown is loaded again. */
export function reloadAll() {
  for (const name of Object.keys(store.state.loads)) void load(name);
  void loadChats();
  void loadRunning();
  const { route, runView } = store.state;
  if (route.room === 'chat') void reloadChat(route.id);
  if (runView) void openRun(runView.run.id);
}

/** @param {string} id */
export async function openRun(id) {
  try {
    const view = await api.call('Run', id);
    store.set({ runView: { run: view.run, events: view.events ?? [] } });
  } catch (e) {
    store.fail(e);
  }
}

/** A call whose failure is said in a toast. @template T @param {Promise<T>} promise @returns {Promise<T | null>} */
export async function attempt(promise) {
  try {
    return await promise;
  } catch (e) {
    store.fail(e);
    return null;
  }
}

