import { html } from './html.js';

/** Line drawings on a 16 px grid, in the colour of the text around them. */
const paths = {
  caret: html`<path d="M3 11.5 8 5l5 6.5"/>`,
  tick: html`<path d="m3 8.5 3.5 3.5L13 4.5"/>`,
  clock: html`<circle cx="8" cy="8" r="5.5"/><path d="M8 4.8V8l2.3 1.6"/>`,
  strike: html`<path d="M2.5 8h11M4.5 4.5l7 7"/>`,
  dots: html`<circle cx="8" cy="8" r="5.5"/><path d="M5.5 8h.01M8 8h.01M10.5 8h.01"/>`,
  ring: html`<circle cx="8" cy="8" r="5.5" stroke-dasharray="2.5 2"/>`,
  chat: html`<path d="M2.5 3.5h11v7.5h-6L4.5 13.5V11h-2z"/>`,
  review: html`<path d="M2.5 9 4.5 3h7l2 6v4h-11z"/><path d="M2.5 9h3.2l.8 1.6h3l.8-1.6h3.2"/>`,
  datasets: html`<path d="M3 4h10M3 8h10M3 12h6.5"/>`,
  training: html`<path d="M2.5 13h11M3.5 10l3-3.2 2.4 1.9L13 3.5"/>`,
  versions: html`<path d="M2.5 3h4.7v10H2.5zM8.8 3h4.7v10H8.8z"/>`,
  library: html`<path d="M3 13V3h2.6v10zM5.6 13V3h2.6v10zM9.3 3.6l2.4-.7 2.4 9.6-2.5.6z"/>`,
  settings: html`<path d="M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6"/><circle cx="10.2" cy="5" r="1.7"/><circle cx="5.8" cy="11" r="1.7"/>`,
  plus: html`<path d="M8 3v10M3 8h10"/>`,
  send: html`<path d="M8 13V3.5M4 7.3 8 3.3l4 4"/>`,
  stop: html`<rect x="4.5" y="4.5" width="7" height="7" rx="1"/>`,
  fold: html`<path d="M2.5 3h11v10h-11zM6.3 3v10"/>`,
  again: html`<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.6h-2.6"/>`,
  edit: html`<path d="m3 13 .7-3L10.600 3l2.300 2.300-7 7z"/>`,
  copy: html`<path d="M5.500 5.500h7.500V13H5.500z"/><path d="M3 10.500V3h7.500"/>`,
  pin: html`<path d="M6 2.500h4l-.4 4 2 2.500H4.400l2-2.500zM8 9v4.500"/>`,
  trash: html`<path d="M3 4.500h10M6 4.500V3h4v1.500M4.300 4.500l.6 8.500h6.200l.6-8.500"/>`,
  export: html`<path d="M8 2.500v7.500M4.800 7 8 10.200 11.200 7M3 10.500v2.500h10v-2.500"/>`,
  left: html`<path d="M9.500 4 5.500 8l4 4"/>`,
  right: html`<path d="m6.500 4 4 4-4 4"/>`,
  close: html`<path d="m4 4 8 8M12 4l-8 8"/>`,
  up: html`<path d="M4 10l4-4 4 4"/>`,
  search: html`<circle cx="7" cy="7" r="4"/><path d="m10 10 3.500 3.500"/>`,
};

/** @typedef {keyof typeof paths} IconName */

/** A drawing without meaning of its own; the word beside it, or the button's label, says it. @param {string} name */
export const icon = (name) => html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">${paths[/** @type {IconName} */ (name)] ?? ''}</svg>`;
