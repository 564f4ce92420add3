import { difference } from './diff.js';
import { html } from './html.js';
import { icon } from './icons.js';
import { figure, t, table, told } from './speech.js';
import { duration, size, verdicts } from './words.js';

/** @import {Failure, Job, VerdictKind} from './types.d.ts' */

/** Small pieces of markup that several rooms draw. They hold no state. */

/** Nothing is here yet: what the room is for and what to do. @param {string} title @param {unknown} text @param {unknown} [more] */
export const empty = (title, text, more) => html`<div class="empty"><span class="empty-mark">${icon('caret')}</span><h2>${title}</h2><p>${text}</p>${more}</div>`;

/** What went wrong, in place: an alert of its own. @param {Failure | undefined | null | string} failure @param {unknown} [action] */
export const failed = (failure, action) => (failure && typeof failure === 'object'
  ? html`<div class="failure" role="alert"><p><strong>${told(failure.message)}</strong> ${told(failure.hint)}</p>${failure.detail && failure.detail !== failure.message ? html`<details><summary>Details</summary><pre class="wrap">${failure.detail}</pre></details>` : ''}${action}</div>` : '');

/** The two texts as a proofreader would mark them. @param {string} before @param {string} after */
export const proof = (before, after) => difference(before, after).map((p) => {
  if (p.kind === 'del') return html`<del>${p.text}</del>`;
  return p.kind === 'ins' ? html`<ins>${p.text}</ins>` : html`${p.text}`;
});

/** One side of a proof. @param {string} before @param {string} after @param {'del' | 'ins'} side */
export const proofSide = (before, after, side) => difference(before, after).filter((p) => p.kind === 'same' || p.kind === side).map((p) => {
  if (p.kind === 'same') return html`${p.text}`;
  return side === 'del' ? html`<del>${p.text}</del>` : html`<ins>${p.text}</ins>`;
});

/** @param {VerdictKind} kind */
export const verdictWord = (kind) => html`<span class="verdict ${kind}">${icon(verdicts[kind].icon)}<span>${verdicts[kind].word}</span></span>`;

/** A long call that runs, waits to go on, or failed. @param {Job | undefined} job @param {string} [cancelLabel] */
export const jobLine = (job, cancelLabel = job?.pausable ? t`Pause` : t`Stop`) => {
  if (!job) return '';
  if (job.error) return html`<div class="job">${failed(job.error, html`<button type="button" data-do="clear-job" data-job="${job.name}">Dismiss</button>`)}</div>`;
  return html`<div class="job">
    <div class="job-line"><span>${job.paused ? t`Paused` : told(job.what)}${job.total ? html` <span class="figures">${howFar(job)}</span>` : job.paused ? '' : '…'}</span>
    ${job.paused ? html`<span class="buttons"><button type="button" class="quiet" data-do="clear-job" data-job="${job.name}">Not now</button><button type="button" data-do="resume-job" data-job="${job.name}">Resume</button></span>`
    : html`<button type="button" data-do="cancel-job" data-job="${job.name}" ${job.stopping ? html`disabled` : ''}>${cancelLabel}</button>`}</div>
    ${job.total ? html`<progress value="${job.done}" max="${job.total}" aria-label="${told(job.what)}"></progress>` : html`<progress aria-label="${told(job.what)}" ${job.paused ? html`value="0"` : ''}></progress>`}
    ${job.lines.length ? html`<pre class="log" tabindex="0" aria-label="Log">${job.lines.slice(-12).join('\n')}</pre>` : ''}
  </div>`;
};

/** "312 of 986 MB, 8.1 MB/s, 1 min left" of bytes, "3 of 40" of other things. @param {Job} job */
function howFar(job) {
  if (job.total <= 1_000_000) return t`${figure(job.done)} of ${figure(job.total)}`;
  const parts = [t`${size(job.done)} of ${size(job.total)}`];
  if (job.speed && !job.paused) parts.push(`${size(job.speed)}/s`, t`${duration((job.total - job.done) / job.speed)} left`);
  return parts.join(', ');
}

/** A head that every room has. @param {string} title @param {unknown} [sentence] @param {unknown} [actions] */
export const roomHead = (title, sentence, actions) => html`<header class="room-head"><div><h1 tabindex="-1">${title}</h1>${sentence ? html`<p>${sentence}</p>` : ''}</div><div class="room-actions">${actions}</div></header>`;

/** @param {string} value @param {[value: string, label: string][]} options */
export const options = (value, options) => options.map(([v, label]) => (v === value ? html`<option value="${v}" selected>${label}</option>` : html`<option value="${v}">${label}</option>`));

/** How a model fits this machine: an icon and a word, with what it needs. @param {'training' | 'chat' | 'nothing'} kind @param {string} [needs] */
export const fitBadge = (kind, needs) => html`<span class="fit-badge ${kind}" title="${needs}">${icon({ training: 'tick', chat: 'dots', nothing: 'close' }[kind])}${fitWords[kind]}</span>`;

const fitWords = table({ training: 'Fits: chat and training', chat: 'Fits: chat only', nothing: 'Too large for this machine' });
