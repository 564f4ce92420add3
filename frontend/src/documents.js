import { api, newRequest } from './api.js';
import { base64 } from './files.js';
import { attempt } from './live.js';
import { t, told } from './speech.js';
import { store } from './store.js';

/** The largest document that is read, in bytes. */
const largest = 20 << 20;

/** Puts documents into the library and says of each whether it can be evidence. @param {File[]} files */
export async function addDocuments(files) {
  for (const file of files) {
    if (file.size > largest) {
      store.toast({ kind: 'error', text: t`${file.name} is too large.`, hint: t`Documents of up to 20 MB are read.` });
      continue;
    }
    const document = await attempt(base64(file).then((data) => api.call('AddDocument', newRequest(), file.name, data)));
    if (!document) continue;
    if (document.status === 'unreadable') store.toast({ kind: 'error', text: t`${file.name} is kept, but it cannot be read.`, hint: told(document.reason) });
    else store.toast({ text: t`${file.name} is in the library. Checks read it from now on.`, action: t`Open Library`, run: () => { location.hash = '#/library'; } });
  }
}
