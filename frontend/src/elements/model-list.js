import { html } from '../html.js';
import { Part } from '../part.js';
import { t } from '../speech.js';
import { fitBadge } from '../views.js';
import { parameters, size } from '../words.js';

/** @import {Machine, ModelInfo} from '../types.d.ts' */

/**
 * Base models: installed ones to choose, listed ones to install.
 *
 *     <model-list></model-list>   .view = {models, chosen, busy, machine}   emits model-choose {name}, model-install {name}
 */
class ModelList extends Part {
  /** @type {{models: ModelInfo[], chosen: string, busy: boolean, machine?: Machine}} */
  #view = { models: [], chosen: '', busy: false };

  actions = {
    /** @param {HTMLElement} b */
    choose: (b) => this.emit('model-choose', { name: b.dataset.name }),
    /** @param {HTMLElement} b */
    install: (b) => this.emit('model-install', { name: b.dataset.name }),
  };

  /** @param {{models: ModelInfo[], chosen: string, busy: boolean, machine?: Machine}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Render

  render() {
    const { models } = this.#view;
    const sorted = [...models].sort((a, b) => Number(b.installed) - Number(a.installed) || bytesOf(a) - bytesOf(b));
    return html`<ul class="lines">${sorted.map((m) => this.#model(m))}</ul>`;
  }

  /** @param {ModelInfo} m */
  #model(m) {
    const { chosen, busy, machine } = this.#view;
    const facts = [parameters(m), m.quantization, size(bytesOf(m)), m.licence].filter(Boolean).join(', ');
    const warnings = [m.listed ? '' : t`not a listed model: what is in its weights is not known`, m.installed && !m.trainable ? t`cannot be trained` : ''].filter(Boolean).join('; ');
    return html`<li data-key="${m.name}" class="${m.name === chosen ? 'chosen' : ''}"><span><strong>${m.title || m.name}</strong> <span class="hint">${m.title ? `${m.name}, ` : ''}${facts}${warnings ? `; ${warnings}` : ''}</span></span>
      ${machine?.memory && !m.remote && bytesOf(m) ? fitBadge(fits(m, machine), t`A chat takes about ${size(chatMemory(m))} of ${size(machine.memory)} memory.`) : ''}
      ${m.name === chosen ? html`<span class="state current">In use</span>`
    : m.installed ? html`<button data-do="choose" data-name="${m.name}">Use</button>`
      : html`<button data-do="install" data-name="${m.name}" ${busy ? html`disabled` : ''}>Install</button>`}</li>`;
  }
}

/** @param {ModelInfo} m */
const bytesOf = (m) => m.bytes || m.size;

/** Bytes that a model needs to be asked. @param {ModelInfo} m */
export const chatMemory = (m) => m.chat_memory || bytesOf(m) * 1.3;

/**
 * What a machine's memory is enough for. On the CPU a training wants about ten times
 * the weights, measured; with a GPU three times is the old rule of thumb.
 * @param {ModelInfo} m @param {{memory: number, gpu: string}} machine @returns {'training' | 'chat' | 'nothing'}
 */
export function fits(m, { memory, gpu }) {
  const training = gpu ? bytesOf(m) * 3 : m.train_memory || bytesOf(m) * 10;
  if (training <= memory) return 'training';
  return chatMemory(m) <= memory ? 'chat' : 'nothing';
}

/**
 * The model to begin with: the one in use, else the best that is here (a listed one
 * before another that can be taught), else the best to fetch. The best is the largest
 * that fits for training, else for chat; without a GPU one over 2 GB answers slower
 * than people read.
 * @param {ModelInfo[]} models
 * @param {{memory: number, gpu: string, cores: number} | undefined} machine
 * @param {string} [inUse]
 */
export function recommended(models, machine, inUse = '') {
  const listed = models.filter((m) => m.listed);
  const here = models.filter((m) => m.installed);
  const rising = (/** @type {ModelInfo[]} */ list) => [...list].sort((a, b) => bytesOf(a) - bytesOf(b));
  const best = (/** @type {ModelInfo[]} */ list) => {
    if (!machine?.memory) return rising(list)[0];
    // Of an unknown size nobody can say that it fits.
    const quick = rising(list).filter((m) => bytesOf(m) > 0 && (machine.gpu || machine.cores >= 12 || bytesOf(m) <= 2e9));
    return quick.findLast((m) => fits(m, machine) === 'training') ?? quick.findLast((m) => fits(m, machine) === 'chat');
  };
  return here.find((m) => m.name === inUse) ?? best(here.filter((m) => m.listed)) ?? best(here.filter((m) => m.trainable)) ?? best(listed)
    ?? rising(listed)[0] ?? here[0] ?? null;
}

export const defineModelList = () => customElements.define('model-list', ModelList);
export { ModelList };
