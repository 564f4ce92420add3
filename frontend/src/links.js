import { api } from './api.js';
import { attempt } from './live.js';
import { allowed } from './markdown.js';
import { store } from './store.js';

/** Links that lead out of the page: through Go in the window, in a new tab in a browser. */

/** @param {MouseEvent} e a press anywhere */
export function leave(e) {
  const link = e.target instanceof Element ? e.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || link.getAttribute('href')?.startsWith('#') || link.hasAttribute('download')) return;
  if (!allowed(link.href)) e.preventDefault();
  else if (store.state.hello?.can_open) {
    e.preventDefault();
    void attempt(api.call('OpenLink', link.href));
  }
}
