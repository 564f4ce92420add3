import { api } from './api.js';
import { attempt } from './live.js';
import { t } from './speech.js';
import { store } from './store.js';

/** Files that leave the page and come into it. */

/** Keeps a text as a file: the window asks where, a browser downloads it. @param {string} name @param {string} text */
export async function saveFile(name, text) {
  if (store.state.hello?.door === 'window') {
    const path = await attempt(api.call('SaveFile', name, text));
    if (path) store.toast({ text: t`Saved as ${path}` });
    return;
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** A name that every system takes. @param {string} title @param {string} ending */
export const fileName = (title, ending) => `${title.normalize('NFKC').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'chat'}.${ending}`;

/** A piece of a file as Go takes bytes. @param {Blob} piece @returns {Promise<string>} */
export const base64 = (piece) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,?/, ''));
  reader.onerror = () => reject(new Error(t`The file cannot be read. Was it moved or changed?`));
  reader.readAsDataURL(piece);
});
