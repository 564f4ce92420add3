/** What is known of a run, from its record and its trainer's lines. Pure. */

import { table } from './speech.js';

/** @import {TrainerLine, Fact, Machine, ModelInfo, Route, Run} from './types.d.ts' */

/** Whether a run is under way. @param {Run | null | undefined} run */
export const busy = (run) => run?.state === 'running' || run?.state === 'requested';

/** The run on show: the one asked for, else the newest. @param {{runs: Run[], route: Route}} state */
export const shown = ({ runs, route }) => runs.find((r) => r.id === route.id) ?? runs[0] ?? null;

/** The points of the chart, thinned to at most `most`. @param {TrainerLine[]} lines @param {number} [most] */
export function points(lines, most = 600) {
  const all = lines.filter((l) => l?.type === 'progress' && typeof l.step === 'number')
    .map((l) => ({ step: Number(l.step), loss: figure(l.loss), kl: figure(l.kl) }));
  // A resumed run tells its last steps once more; the later telling counts.
  const byStep = [...new Map(all.map((p) => [p.step, p])).values()].sort((a, b) => a.step - b.step);
  const every = Math.ceil(byStep.length / most);
  return every > 1 ? byStep.filter((_p, i) => i % every === 0 || i === byStep.length - 1) : byStep;
}

/** @param {unknown} value */
const figure = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** The facts learned so far. @param {TrainerLine[]} lines @returns {Set<string>} */
export function learned(lines) {
  const now = /** @type {Set<string>} */ (new Set());
  for (const l of lines) {
    if (l?.type !== 'probe') continue;
    for (const id of list(l.learned)) now.add(id);
    for (const id of list(l.lost)) now.delete(id);
  }
  return now;
}

/** The facts that the training gave up and memory answers. @param {TrainerLine[]} lines @returns {Set<string>} */
export function kept(lines) {
  const now = /** @type {Set<string>} */ (new Set());
  for (const l of lines) {
    if (l?.type !== 'leak' || typeof l.fact !== 'string') continue;
    // A resumed run may look once more; the later telling counts.
    if (l.given_up === true) now.add(l.fact); else now.delete(l.fact);
  }
  return now;
}

/** @param {unknown} value @returns {string[]} */
const list = (value) => (Array.isArray(value) ? value.filter((v) => typeof v === 'string') : []);

/** What the trainer decided and why, from its plan. @param {TrainerLine[]} lines @returns {[name: string, reason: string][]} */
export function reasons(lines) {
  const plan = lines.findLast((l) => l?.type === 'plan');
  return plan && typeof plan.reasons === 'object' && plan.reasons ? Object.entries(plan.reasons).map(([k, v]) => [k.replaceAll('_', ' '), String(v)]) : [];
}

/** The trainer's own estimate in seconds. @param {TrainerLine[]} lines */
export function estimate(lines) {
  const plan = lines.findLast((l) => l?.type === 'plan');
  return typeof plan?.estimate_seconds === 'number' ? plan.estimate_seconds : 0;
}

/** @param {{recipe?: string}} run */
const recipeOf = (run) => run.recipe || 'default';

/**
 * Seconds a training is likely to take, from an earlier run of the same model and
 * recipe; 0 when there is none to go by. The work grows with the facts, those that
 * were given up half-way too.
 * @param {{model: string, recipe?: string, state: string, progress: {facts: number, given_up?: number, elapsed_seconds: number}}[]} runs
 * @param {string} model
 * @param {number} facts
 * @param {string} [recipe]
 */
export function likely(runs, model, facts, recipe = 'default') {
  const last = runs.find((r) => r.model === model && recipeOf(r) === recipe && r.state === 'finished' && r.progress.facts > 0 && r.progress.elapsed_seconds > 0);
  return last ? (last.progress.elapsed_seconds / (last.progress.facts + (last.progress.given_up ?? 0))) * facts : 0;
}

/**
 * What a recipe costs: the rows that pass for one fact, and rows a second. Both were
 * measured with the 0.5B on two cores, quiet and busy: least and most work, fastest
 * and slowest.
 * @type {Record<string, {rows: [number, number], speed: [number, number]}>}
 */
const costs = { default: { rows: [540, 640], speed: [9, 1.9] }, original: { rows: [2000, 2400], speed: [2.5, 1.5] } };
const measuredWith = { bytes: 491_400_064, cores: 2 };
/** A guess: no run on a GPU was measured. */
const gpuGain = 10;
/** Three times the weights took half the speed, not a third. */
const slower = 0.75;

/**
 * A first guess in seconds, before a run of this kind was measured: rows x steps by
 * rows a second, those of another run on this machine or assumed ones. Null without
 * what it needs.
 * @param {{runs: Run[], models: ModelInfo[], model: string, machine: Machine | undefined, facts: number, recipe: string}} of
 * @returns {{least: number, most: number, measured: boolean} | null}
 */
export function rough({ runs, models, model, machine, facts, recipe }) {
  const bytesOf = (/** @type {string} */ name) => {
    const found = models.find((m) => m.name === name);
    return found?.bytes || found?.size || 0;
  };
  const cost = costs[recipe];
  const bytes = bytesOf(model);
  if (!cost || !bytes || !machine?.cores || !facts) return null;
  const last = runs.find((r) => recipeOf(r) === recipe && r.progress.rows_per_second > 0 && bytesOf(r.model));
  const gain = machine.gpu ? gpuGain : machine.cores / measuredWith.cores;
  const [fast, slow] = last ? [last.progress.rows_per_second, last.progress.rows_per_second] : cost.speed.map((s) => s * gain);
  const weights = (bytes / (last ? bytesOf(last.model) : measuredWith.bytes)) ** slower;
  return { least: (cost.rows[0] * facts * weights) / fast, most: (cost.rows[1] * facts * weights) / slow, measured: Boolean(last) };
}

/**
 * Whether a training that ended early can go on from what it kept. Wrong rows and a
 * loss that is no number would only end it again; what has its adapter is done.
 * @param {Run} run
 */
export function resumable({ state, failure, message, adapter_id: adapter }) {
  if (adapter) return false;
  if (state === 'failed') return failure !== 'data' && failure !== 'nan_loss' && failure !== 'apart';
  return state === 'interrupted' || (state === 'cancelled' && message !== 'Given up.');
}

/** @type {Record<string, string>} */
const dotWords = table({ recalled: 'learned', memory: 'kept in memory', lost: 'not yet' });

/**
 * Each fact with where it stands.
 * @param {Fact[]} facts @param {Set<string>} done @param {Set<string>} inMemory
 */
export const dots = (facts, done, inMemory) => facts.map((f) => {
  const state = inMemory.has(f.id) ? 'memory' : done.has(f.id) ? 'recalled' : 'lost';
  return { id: f.id, state, words: `${f.question} ${f.answer}: ${dotWords[state]}` };
});
