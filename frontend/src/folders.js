import { api } from './api.js';
import * as jobs from './jobs.js';
import { attempt } from './live.js';
import { t } from './speech.js';
import { store } from './store.js';

/** The folders of the library, for the rooms that change them. */

/**
 * Puts a folder into the library; it is read by `rescan`. False when it is there
 * already. Throws what Go says of a folder that it refuses.
 * @param {string} path
 */
export async function addFolder(path) {
  const settings = await api.call('Settings');
  const folders = settings.library_folders ?? [];
  if (folders.includes(path)) return false;
  store.set({ settings: await api.call('SaveSettings', { ...settings, library_folders: [...folders, path] }) });
  return true;
}

/** Asks for a path with the window's dialog, '' when nothing was chosen. @param {'folder' | 'document' | 'model'} kind */
export const choosePath = async (kind) => await attempt(api.call('ChoosePath', kind)) ?? '';

/** Reads the folders, as a job that outlives its room. */
export async function rescan() {
  const documents = await jobs.run('library', t`Reading the folders`, (request) => api.call('RescanLibrary', request));
  if (documents) store.set({ documents });
}
