import { api } from './api.js';
import { FactImport } from './elements/fact-import.js';
import { attempt, load } from './live.js';
import { count, t } from './speech.js';
import { store } from './store.js';

/** A file of facts on its way into Review, from whichever room it was chosen in. */

/** What a file may have, in bytes: it travels in one message. */
const mostBytes = 16 << 20;

/** Looks at a chosen file without taking it. @param {HTMLInputElement} field */
export async function lookAt(field) {
  const file = field.files?.[0];
  if (!file) return;
  if (file.size > mostBytes) {
    store.toast({ kind: 'error', text: t`A file may have 16 MB.`, hint: t`Split it, or use errata facts import.` });
  } else {
    const text = await attempt(file.text());
    const found = text === null ? null : await attempt(api.call('CheckFacts', text));
    if (text !== null && found) {
      store.set({ incoming: { name: file.name, text, found } });
      store.say(`${file.name}: ${count(found.facts.length, 'fact')}`);
    }
  }
  field.value = '';
}

/** Puts what was looked at into Review. */
async function take() {
  const { incoming } = store.state;
  if (!incoming) return;
  const done = await attempt(api.call('ImportFacts', incoming.text));
  if (!done) return;
  store.set({ incoming: null });
  store.toast({ text: t`${count(done.facts.length, 'fact')} put into Review.`, ...(store.state.route.room === 'review' ? {} : { action: t`Open Review`, run: () => { location.hash = '#/review'; } }) });
  await load('facts', 'counts');
}

/** Lets a room show what was looked at. @param {HTMLElement} room @param {AbortSignal} signal */
export function importsIn(room, signal) {
  room.addEventListener('import-take', () => void take(), { signal });
  room.addEventListener('import-drop', () => store.set({ incoming: null }), { signal });
  room.addEventListener('change', (e) => { if (e.target instanceof HTMLInputElement && e.target.name === 'import') void lookAt(e.target); }, { signal });
}

/** Gives the drawn element its file. @param {HTMLElement} room */
export function importDrawn(room) {
  const element = room.querySelector('fact-import');
  if (element instanceof FactImport && store.state.incoming) element.incoming = store.state.incoming;
}
