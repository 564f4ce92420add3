import { chatMemory, fits } from './elements/model-list.js';
import { html } from './html.js';
import { t, told } from './speech.js';
import { fitBadge } from './views.js';
import { count, size } from './words.js';

/** @import {ModelInfo, Status} from './types.d.ts' */

/** Whether a model fits this machine, as a badge. @param {ModelInfo} model @param {Status | null} status */
export const fit = (model, status) => (status?.machine.memory && (model.bytes || model.size) ? fitBadge(fits(model, status.machine), needs(model, status)) : '');

/** What a model needs beside what this machine has. @param {ModelInfo} model @param {Status | null} status */
export function needs(model, status) {
  const bytes = model.bytes || model.size;
  if (!bytes || !status?.machine.memory) return '';
  const { disk, memory } = status.machine;
  const room = !model.installed && disk && bytes > disk ? ` ${t`It needs ${size(bytes)} of disk, and ${size(disk)} are free.`}` : '';
  return t`A chat takes about ${size(chatMemory(model))} of ${size(memory)} memory.` + room;
}

/** What was found on this machine. @param {Status} status */
export function found(status) {
  const m = status.machine;
  const e = status.engine;
  const engine = e.version ? e.source === 'bundled' ? t`Ollama ${e.version}, brought by Errata` : t`Ollama ${e.version}, already running` : told(status.problems.find((p) => p.part === 'engine')?.message) || t`none`;
  return html`<dl class="found">
    <div><dt>Processor</dt><dd>${[m.cpu, m.cores ? count(m.cores, 'core') : ''].filter(Boolean).join(', ') || t`unknown`}</dd></div>
    <div><dt>GPU</dt><dd>${m.gpu ? told(m.gpu) : t`none: the CPU does the work`}</dd></div>
    <div><dt>Memory</dt><dd>${m.memory ? m.available ? t`${size(m.memory)}, ${size(m.available)} free` : size(m.memory) : t`unknown`}</dd></div>
    ${m.disk ? html`<div><dt>Disk</dt><dd>${t`${size(m.disk)} free`}</dd></div>` : ''}
    <div class="found-wide"><dt>Engine</dt><dd>${engine}</dd></div></dl>`;
}
