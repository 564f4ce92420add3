/** Where one can be: #/room/id. */

/** @import {Route} from './types.d.ts' */

export const rooms = [
  { name: 'chat', title: 'Chat' }, { name: 'review', title: 'Review' }, { name: 'datasets', title: 'Datasets' }, { name: 'training', title: 'Training' },
  { name: 'versions', title: 'Versions' }, { name: 'library', title: 'Library' }, { name: 'settings', title: 'Settings' },
];

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
