import { api } from './api.js';
import { attempt } from './live.js';
import { rooms } from './routes.js';
import { languages, t } from './speech.js';
import { store } from './store.js';
import { exportChat } from './transfer.js';

/** @import {Settings} from './types.d.ts' */
/** @import {Command} from './elements/command-palette.js' */

/** What the palette offers beside the shell's own: rooms, looks, data, chats. */

/** Keeps a changed setting. @param {Partial<Settings>} change */
export async function keep(change) {
  const { settings } = store.state;
  const saved = settings && await attempt(api.call('SaveSettings', { ...settings, ...change }));
  if (saved) store.set({ settings: saved });
  return Boolean(saved);
}

/** The sizes that Ctrl+Plus and Ctrl+Minus step through, in percent. */
export const sizes = [75, 90, 100, 110, 125, 150, 175, 200];

/** Makes everything larger or smaller. @param {1 | -1 | 0} step 0: as it comes */
export function resize(step) {
  const now = store.state.settings?.zoom || 100;
  const next = step === 0 ? 100 : step > 0 ? sizes.find((s) => s > now) : sizes.findLast((s) => s < now);
  if (next && next !== now) void keep({ zoom: next });
}

/** Backs up and says where the copy lies. */
export async function backUp() {
  const path = await attempt(api.call('Backup'));
  if (path) store.toast({ text: t`A verified copy lies at ${path}` });
}

/** @returns {Command[]} */
export function commands() {
  const { route, chat, chats } = store.state;
  const open = route.room === 'chat' && chat?.chat.id === route.id ? chat.chat : null;
  const go = (/** @type {string} */ place) => () => { location.hash = place; };
  return [
    ...rooms.map((r, i) => ({ name: t`Go to ${r.title}`, keys: `Alt+${i + 1}`, run: go(`#/${r.name}`) })),
    { name: t`Colours: light`, run: () => void keep({ theme: 'light' }) },
    { name: t`Colours: dark`, run: () => void keep({ theme: 'dark' }) },
    { name: t`Colours: as the system`, run: () => void keep({ theme: 'system' }) },
    ...languages.map(([code, name]) => ({ name: t`Language: ${name}`, run: () => void keep({ language: code }) })),
    { name: t`Larger`, keys: 'Ctrl++', run: () => resize(1) },
    { name: t`Smaller`, keys: 'Ctrl+-', run: () => resize(-1) },
    ...(open ? [
      { name: t`Export this chat as Markdown`, run: () => void exportChat(open, 'markdown') },
      { name: t`Export this chat as JSON`, run: () => void exportChat(open, 'json') },
    ] : []),
    { name: t`Import chats of another program`, run: go('#/settings/data') },
    { name: t`Back up now`, run: () => void backUp() },
    { name: t`What leaves this machine`, run: go('#/settings/privacy') },
    ...chats.map((c) => ({ name: t`Chat: ${c.title}`, run: go(`#/chat/${encodeURIComponent(c.id)}`) })),
  ];
}
