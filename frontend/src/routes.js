/** Where one can be: #/room/id. */

import { table } from './speech.js';

/** @import {Route} from './types.d.ts' */

/** @type {Record<string, string>} */
const titles = table({ chat: 'Chat', review: 'Review', datasets: 'Datasets', training: 'Training', versions: 'Versions', library: 'Library', settings: 'Settings' });

export const rooms = Object.keys(titles).map((name) => ({ name, get title() { return titles[name]; } }));

/** An address that names no room is the chat. @param {string} hash @returns {Route} */
export function routeOf(hash) {
  const [, room = '', id = ''] = hash.replace(/^#/, '').split('/');
  if (!rooms.some((r) => r.name === room)) return { room: 'chat', id: '' };
  try {
    return { room, id: decodeURIComponent(id) };
  } catch {
    return { room, id: '' };
  }
}
