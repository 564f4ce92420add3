import { table } from './speech.js';

/** The keys, by the place where they work. */

const places = table({ everywhere: 'Everywhere', chat: 'Chat', review: 'Review' });

/** @type {[place: keyof typeof places, keys: Record<string, string>][]} */
const all = [
  ['everywhere', table({
    'Ctrl+K': 'Commands', '?': 'This page', 'Ctrl+B': 'Fold the sidebar', 'Alt+N': 'New chat', 'Alt+1 … 7': 'Go to a room', 'Ctrl+,': 'Settings', 'Ctrl++  Ctrl+-': 'Larger, smaller', 'Ctrl+0': 'Usual size',
  })],
  ['chat', table({ Enter: 'Send', 'Shift+Enter': 'New line', Esc: 'Stop the answer', '/': 'To the question field' })],
  ['review', table({ J: 'Next fact', K: 'Fact before', A: 'Approve', E: 'Edit', R: 'Reject', U: 'Undo' })],
];

/** @returns {{title: string, keys: [keys: string, does: string][]}[]} */
export const shortcuts = () => all.map(([place, keys]) => ({ title: places[place], keys: Object.entries(keys) }));
