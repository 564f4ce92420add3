import { html } from './html.js';
import { options } from './views.js';

/** Fields with their effect said beside them. They hold no state. */

/** @param {string} name @param {boolean} on @param {string} label @param {unknown} effect */
export const tick = (name, on, label, effect) => html`<label class="tick"><input type="checkbox" name="${name}" ${on ? html`checked` : ''}><span>${label} <span class="hint">${effect}</span></span></label>`;

/** @param {string} name @param {string} label @param {string} value @param {[string, string][]} list @param {unknown} effect */
export const choice = (name, label, value, list, effect) => html`<div class="choice"><label for="set-${name}">${label}</label><select id="set-${name}" name="${name}">${options(value, list)}</select><span class="hint">${effect}</span></div>`;
