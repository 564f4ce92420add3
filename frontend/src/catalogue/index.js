import { chat } from './chat.js';
import { deciding } from './deciding.js';
import { first } from './first.js';
import { learning } from './learning.js';
import { settings } from './settings.js';
import { shell } from './shell.js';
import { door } from './told-door.js';
import { engine } from './told-engine.js';
import { learn } from './told-learn.js';
import { source } from './told-source.js';
import { store } from './told-store.js';
import { told } from './told.js';
import { counts, words } from './words.js';

/**
 * The one catalogue: what the page says in English, and in each of the other languages
 * in the order of `languages`. A text is there once, in the file of the place that says
 * it first; test/languages.test.js names what is missing, left over or there twice.
 */

export const parts = { shell, first, settings, words, chat, learning, deciding };
/** What Go says, likewise; test/said.test.js names what is missing. @type {Record<string, Record<string, string[]>>} */
export const toldParts = { told, door, store, engine, source, learn };
export const catalogue = { texts: /** @type {Record<string, string[]>} */ (Object.assign({}, ...Object.values(parts))), counts: /** @type {Record<string, string[]>} */ (counts), told: /** @type {Record<string, string[]>} */ (Object.assign({}, ...Object.values(toldParts))) };
