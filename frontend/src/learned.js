/** What a trainer's lines say about a run. Pure. */

/** @import {TrainerLine, Fact, Run} from './types.d.ts' */

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

/**
 * Seconds a training is likely to take, from an earlier run of the same model;
 * 0 when there is none to go by. The work grows with the facts.
 * @param {{model: string, state: string, progress: {facts: number, elapsed_seconds: number}}[]} runs
 * @param {string} model
 * @param {number} facts
 */
export function likely(runs, model, facts) {
  const last = runs.find((r) => r.model === model && r.state === 'finished' && r.progress.facts > 0 && r.progress.elapsed_seconds > 0);
  return last ? (last.progress.elapsed_seconds / last.progress.facts) * facts : 0;
}

/**
 * Whether a training that ended early can go on from what it kept. Wrong rows and a
 * loss that is no number would only end it again.
 * @param {Run} run
 */
export function resumable({ state, failure, message }) {
  if (state === 'failed') return failure !== 'data' && failure !== 'nan_loss';
  return state === 'interrupted' || (state === 'cancelled' && message !== 'Given up.');
}

/** @param {Fact[]} facts @param {Set<string>} done */
export const dots = (facts, done) => facts.map((f) => ({ id: f.id, question: f.question, answer: f.answer, learned: done.has(f.id) }));
