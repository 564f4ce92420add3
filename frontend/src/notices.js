import { api } from './api.js';
import { busy } from './learned.js';
import { t, told } from './speech.js';
import { store } from './store.js';
import { runEnds, runStates } from './words.js';

/** @import {Run} from './types.d.ts' */

/**
 * What ended while nobody looked: a notice of the desktop's, or of the browser's once
 * a person allowed it, and a mark in the title until somebody looks.
 */

const mark = '‸ ';

/** Whether somebody looks at the page. */
const watched = () => !document.hidden && document.hasFocus();

/** Whether notices can be shown: 'yes', 'ask' where the browser wants to be asked first, 'no'. */
export function noticesAllowed() {
  if (store.state.hello?.can_notify) return 'yes';
  if (!('Notification' in window) || Notification.permission === 'denied') return 'no';
  return Notification.permission === 'granted' ? 'yes' : 'ask';
}

/** Has the browser ask the person. It needs a press of theirs. */
export async function allowNotices() {
  if (noticesAllowed() === 'ask') await Notification.requestPermission();
}

/** @param {string} title @param {string} text @param {string} place where a press on it leads */
export function notice(title, text, place) {
  if (watched() || store.state.settings?.notify === 'off') return;
  if (!document.title.startsWith(mark)) document.title = mark + document.title;
  window.addEventListener('focus', () => { document.title = document.title.replace(mark, ''); }, { once: true });
  if (store.state.hello?.can_notify) api.call('NotifyDesktop', title, text).catch(() => {}); // the toast says it too
  else if (noticesAllowed() === 'yes') {
    const shown = new Notification(title, { body: text, tag: place });
    shown.addEventListener('click', () => { window.focus(); location.hash = place; });
  }
}

/** Says that a training began or how it ended, to who does not see the page. @param {Run | undefined} before @param {Run} run */
export function sayRun(before, run) {
  if (busy(before) === busy(run)) return;
  if (busy(run)) store.say(t`The training has begun.`);
  else if (run.state === 'finished') store.say(t`The training is done`);
  else if (run.state === 'cancelled') store.say(`${t`Training`}: ${runEnds[run.failure ?? ''] ?? runStates[run.state]}`);
  else store.say(`${t`The training broke off`}. ${told(run.message)}`, true);
}

/** @param {Run | undefined} before @param {Run} run */
export function runNotice(before, run) {
  if (!busy(before) || run.state === before?.state) return;
  const place = `#/training/${encodeURIComponent(run.id)}`;
  if (run.state === 'finished') notice(t`The training is done`, t`Compare the new version with the one before.`, place);
  else if (run.state === 'failed' || run.state === 'interrupted') notice(t`The training broke off`, told(run.message), place);
}
