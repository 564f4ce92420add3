import { api } from './api.js';
import * as jobs from './jobs.js';
import { load } from './live.js';
import { t } from './speech.js';
import { store } from './store.js';

/** What more than one room does with versions: ask their probes, set them side by side, go back. */

/** @param {string} id @returns {Promise<boolean>} whether it has a scorecard now */
export async function score(id) {
  const card = await jobs.run(`score:${id}`, t`Asking the probes`, (request) => api.call('Score', request, id));
  if (card) void load('versions', 'board');
  return Boolean(card);
}

/** Asks two versions the same. @param {{a: string, b: string, prompts: string[]}} input */
export async function compare(input) {
  const comparison = await jobs.run('compare', t`Asking both versions`, (request) => api.call('Compare', request, input));
  if (comparison) await load('comparisons');
  return comparison;
}

export async function rollBack() {
  const v = await jobs.run('promote:back', t`Going back`, (request) => api.call('Rollback', request));
  if (!v) return;
  store.toast({ text: v.number ? t`v${v.number} answers again.` : t`The plain base answers again.` });
  void load('versions', 'status');
}
