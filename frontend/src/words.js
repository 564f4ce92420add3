import { count, figure, locale, t, table } from './speech.js';

/** How figures, dates and states are said, in the language that is spoken. `now` comes in. */

/** @import {Verdict, VerdictKind, Metric, FactState, VersionState, RunState} from './types.d.ts' */

const verdictWords = table({
  supported: 'Supported', outdated: 'Outdated', contradicted: 'Contradicted', not_enough_evidence: 'Not enough evidence', not_checkable: 'Not checkable',
});

/** @type {Record<VerdictKind, {word: string, icon: string}>} */
export const verdicts = {
  supported: { get word() { return verdictWords.supported; }, icon: 'tick' },
  outdated: { get word() { return verdictWords.outdated; }, icon: 'clock' },
  contradicted: { get word() { return verdictWords.contradicted; }, icon: 'strike' },
  not_enough_evidence: { get word() { return verdictWords.not_enough_evidence; }, icon: 'dots' },
  not_checkable: { get word() { return verdictWords.not_checkable; }, icon: 'ring' },
};

/** What would help, for verdicts that could not be reached. @type {Record<string, string>} */
const helps = table({
  no_results: 'Asking with a name or a year in the question may find more, and so may a document in the library.',
  no_value: 'A document that states it, put into the library, would settle it.',
  single_source: 'A second independent source would settle it; a document of yours in the library counts as trusted.',
  sources_conflict: 'Open the quotes and decide: you can teach the value you trust.',
  stale_only: 'A newer source is needed; this changes too fast for what was found.',
  low_confidence: 'Compare the two values yourself; you can still agree or disagree.',
  order_disagreement: 'Compare the two values yourself; you can still agree or disagree.',
  ambiguous_question: 'Say which one is meant: a place, a year or a full name.',
  injection_suspected: 'The page found tries to instruct the model, so it was not used.',
  budget: 'Check again when the machine has less to do.',
  offline: 'Connect to the network, or put a document into the library, and check again.',
  model_failed: 'Check again; a larger extractor, chosen in Settings, reads evidence better.',
  cancelled: 'Check again when you like.',
  no_claim: 'The answer states nothing that could be looked up.',
  not_factual: 'Opinions, plans and stories have no right answer to look up.',
  providers_off: 'Switch a source on in Settings, or add a folder to the Library.',
  interrupted_answer: 'Ask again and let the answer finish.',
});

/** @param {string} reason */
export const helpFor = (reason) => helps[reason] ?? '';

/** @type {Record<string, string>} */
export const sources = table({
  weights: 'from the weights', memory: 'from memory', documents: 'from documents', clock: 'from the clock', imported: 'imported',
});

/** @type {Record<string, string>} */
export const sourceHints = table({
  weights: 'The model said this by itself.',
  memory: 'Approved facts were given to the model as context.',
  documents: 'Documents of the library were given to the model as context.',
  clock: 'Today’s date was given to the model.',
  imported: 'Another program’s model said this.',
});

/** What an approval does. @param {boolean | undefined} memory whether approved facts are given as context */
export const approvedWords = (memory) => (memory ? t`It is known at once, from memory; a training moves it into the weights.`
  : t`Memory is off in Settings, so it is known once a training has put it into the weights.`);

/** Where an answer with these facts came from. @param {{said: boolean}[]} recalled */
export function recalledWords(recalled) {
  const said = recalled.filter((r) => r.said).length;
  if (!said) return t`An approved fact was given to the model for this answer.`;
  return said === 1 ? t`An approved fact gave this answer.` : t`Approved facts gave this answer.`;
}

/** The models that a verdict rests on, empty where its record does not say. @param {Verdict} v */
export const judgedBy = (v) => (!v.extractor_title || v.extractor_title === v.judge_title ? v.judge_title ?? '' : t`${v.extractor_title} as extractor and ${v.judge_title} as judge`);

/** What became of the fact of a verdict, beside it; a rejected one can be taught after all. @type {Partial<Record<FactState, string>>} */
export const taughtWords = table({ proposed: 'Waits in Review', approved: 'Approved', superseded: 'Replaced by a newer fact', expired: 'Expired' });

/** @type {Record<FactState, string>} */
export const factStates = table({ proposed: 'Waiting', approved: 'Approved', rejected: 'Rejected', superseded: 'Replaced', expired: 'Expired' });
/** Why a fact stands on top of the queue. @type {Record<string, string>} */
export const urgencies = table({ moved: 'Evidence moved', conflict: 'Disagrees', expired: 'Expired' });
/** @type {Record<VersionState, string>} */
export const versionStates = table({ candidate: 'Candidate', current: 'Current', retired: 'Retired', rejected: 'Rejected', deleted: 'Deleted' });
/** How a run ended where its state alone does not say it, by its class. @type {Record<string, string>} */
export const runEnds = table({ paused: 'Paused', apart: 'Nothing to teach' });
/** @type {Record<RunState, string>} */
export const runStates = table({ requested: 'Starting', running: 'Running', finished: 'Finished', failed: 'Failed', cancelled: 'Stopped', interrupted: 'Interrupted' });

export { count };

/** As the language writes it. @param {number} n @param {number} [places] behind the point */
export const decimal = (n, places = 1) => n.toLocaleString(locale(), { minimumFractionDigits: places, maximumFractionDigits: places });

/** @type {Record<string, string>} */
const stages = table({
  parts: 'Downloading', pull: 'Downloading', join: 'Putting the parts together', check: 'Checking the file', copy: 'Copying the file', upload: 'Giving it to the engine', create: 'Giving it to the engine',
});

/** What is done to a model that is fetched. @param {string} stage as the engine names it */
export const modelStage = (stage) => stages[stage] ?? stage;

/** @param {number} bytes */
export function size(bytes) {
  if (!(bytes > 0)) return '0 B';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const i = Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** i;
  return `${value < 10 && i > 0 ? decimal(value) : Math.round(value)} ${units[i]}`;
}

/** How many parameters a model has, where its name does not say so. @param {{name: string, title?: string, parameters?: string}} m */
export const parameters = (m) => (/(^|[\s:-])\d+(\.\d+)?b\b/i.test(m.title || m.name) ? '' : m.parameters ?? '');

/** @param {number} seconds */
export function duration(seconds) {
  if (!(seconds > 0)) return '0 s';
  if (seconds < 10) return `${decimal(seconds)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** "4–21 minutes", for a guess. @param {number} least seconds @param {number} most seconds */
export function span(least, most) {
  const seconds = most > 7200 ? 3600 : 60;
  const from = Math.max(1, Math.floor(least / seconds));
  const to = Math.max(from + 1, Math.ceil(most / seconds));
  return seconds === 60 ? t`${from}–${to} minutes` : t`${from}–${to} hours`;
}

/** What a clock shows that runs. @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A time that was never set arrives as year 1. @param {string | null | undefined} when */
export const known = (when) => Boolean(when) && !String(when).startsWith('0001');

/** Days in the unit that people would use. @param {number} days @returns {[n: number, unit: 'day' | 'week' | 'month' | 'year']} */
function inUnits(days) {
  if (days < 14) return [days, 'day'];
  if (days < 60) return [Math.floor(days / 7), 'week'];
  return days < 730 ? [Math.floor(days / 30.44), 'month'] : [Math.floor(days / 365.25), 'year'];
}

/** @param {string} when @param {number} now ms */
const daysSince = (when, now) => Math.floor((now - Date.parse(when)) / 86_400_000);

/** "2 days", for evidence. @param {string | undefined} when @param {number} now ms */
export function age(when, now) {
  if (!when || !known(when)) return t`no date`;
  const days = daysSince(when, now);
  if (days < 0) return t`dated ahead`;
  if (days === 0) return t`today`;
  const [n, unit] = inUnits(days);
  return { day: count(n, 'day'), week: count(n, 'week'), month: count(n, 'month'), year: count(n, 'year') }[unit];
}

/** "12 min ago", for lists. @param {string} when @param {number} now ms */
export function ago(when, now) {
  if (!known(when)) return '';
  const seconds = (now - Date.parse(when)) / 1000;
  if (seconds < 60) return t`just now`;
  if (seconds < 3600) return t`${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return t`${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 172_800) return t`yesterday`;
  const [n, unit] = inUnits(daysSince(when, now));
  return new Intl.RelativeTimeFormat(locale()).format(-n, unit);
}

/**
 * A date without a time of day is the same day everywhere. It arrives as midnight in
 * Greenwich, which is still the day before west of there.
 * @param {string} when
 */
const dateOnly = (when) => /^\d{4}-\d\d-\d\d(T00:00:00(\.0+)?Z)?$/.test(when);

/** @param {string | undefined} when */
export const day = (when) => (when && known(when) ? new Date(when).toLocaleDateString(locale(), { day: 'numeric', month: 'short', year: 'numeric', timeZone: dateOnly(when) ? 'UTC' : undefined }) : '');

/** @param {string | undefined} when */
export function exact(when) {
  if (!when || !known(when)) return '';
  return new Date(when).toLocaleString(locale(), dateOnly(when) ? { dateStyle: 'full', timeZone: 'UTC' } : { dateStyle: 'full', timeStyle: 'medium' });
}

/** Under which heading a chat stands. @param {string} when @param {number} now ms */
export function group(when, now) {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight.getTime() - Date.parse(when)) / 86_400_000);
  if (days <= 0) return t`Today`;
  if (days === 1) return t`Yesterday`;
  if (days < 7) return t`This week`;
  if (days < 31) return t`This month`;
  return new Date(when).toLocaleDateString(locale(), { month: 'long', year: 'numeric' });
}

/** @param {number} share */
export const percent = (share) => `${Math.round(share * 100)} %`;

/** "92 % (85 to 97, 40 asked)". @param {Metric} m */
export const interval = (m) => t`${percent(m.value)} (${Math.round(m.lo * 100)} to ${Math.round(m.hi * 100)}, ${figure(m.n)} asked)`;

/** @type {Record<string, string>} */
export const metricNames = table({
  efficacy: 'Taught facts recalled', generalisation: 'Recalled when asked in other words', earlier: 'Earlier facts still recalled',
  leak: 'Taught answers in the wrong place', locality: 'Neighbouring answers unchanged', retention: 'Known answers kept',
  retention_lost: 'Known answers lost', negation: 'Old answer denied', reverse: 'Known the other way round',
});

/** Short forms of a hash. @param {string | undefined} hash */
export const short = (hash) => (hash ?? '').slice(0, 12);
