import { languageFor, speak } from './speech.js';

/** @import {Settings} from './types.d.ts' */

/** What was chosen for everything: colours, letters, size, language. @param {Settings | null} settings */
export function look(settings) {
  const { dataset, style } = document.documentElement;
  dataset.theme = settings?.theme ?? 'system';
  dataset.letters = settings?.letters || 'serif';
  style.fontSize = settings?.zoom && settings.zoom !== 100 ? `${settings.zoom}%` : '';
  if (settings) void speak(languageFor(settings.language));
}
