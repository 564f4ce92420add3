import { difference } from './diff.js';
import { html } from './html.js';
import { icon } from './icons.js';
import { verdicts } from './words.js';

/** @import {Failure, Job, VerdictKind} from './types.d.ts' */

/** Small pieces of markup that several rooms draw. They hold no state. */

/** Nothing is here yet: what the room is for and what to do. @param {string} title @param {unknown} text @param {unknown} [more] */
export const empty = (title, text, more) => html`<div class="empty"><span class="empty-mark">${icon('caret')}</span><h2>${title}</h2><p>${text}</p>${more}</div>`;

/** What went wrong, in place. @param {Failure | undefined | null | string} failure @param {unknown} [action] */
export const failed = (failure, action) => (failure && typeof failure === 'object'
  ? html`<div class="failure" role="alert"><p><strong>${failure.message}</strong> ${failure.hint}</p>${failure.detail && failure.detail !== failure.message ? html`<details><summary>Details</summary><pre class="wrap">${failure.detail}</pre></details>` : ''}${action}</div>` : '');

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

/** A long call that runs or failed. @param {Job | undefined} job @param {string} [cancelLabel] */
export const jobLine = (job, cancelLabel = 'Stop') => {
  if (!job) return '';
  if (job.error) return html`<div class="job">${failed(job.error, html`<button data-do="clear-job" data-job="${job.name}">Dismiss</button>`)}</div>`;
  return html`<div class="job" role="status">
    <div class="job-line"><span>${job.what}${job.total ? html` <span class="figures">${percentOf(job)}</span>` : '…'}</span>
    <button data-do="cancel-job" data-job="${job.name}">${cancelLabel}</button></div>
    ${job.total ? html`<progress value="${job.done}" max="${job.total}" aria-label="${job.what}"></progress>` : html`<progress aria-label="${job.what}"></progress>`}
    ${job.lines.length ? html`<pre class="log" tabindex="0" aria-label="Log">${job.lines.slice(-12).join('\n')}</pre>` : ''}
  </div>`;
};

/** @param {Job} job */
const percentOf = (job) => (job.total > 1_000_000 ? `${Math.floor((job.done / job.total) * 100)} %` : `${job.done.toLocaleString('en')} of ${job.total.toLocaleString('en')}`);

/** A head that every room has. @param {string} title @param {unknown} [sentence] @param {unknown} [actions] */
export const roomHead = (title, sentence, actions) => html`<header class="room-head"><div><h1 tabindex="-1">${title}</h1>${sentence ? html`<p>${sentence}</p>` : ''}</div><div class="room-actions">${actions}</div></header>`;

/** @param {string} value @param {[value: string, label: string][]} options */
export const options = (value, options) => options.map(([v, label]) => (v === value ? html`<option value="${v}" selected>${label}</option>` : html`<option value="${v}">${label}</option>`));
