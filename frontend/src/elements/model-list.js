import { html } from '../html.js';
import { Part } from '../part.js';
import { size } from '../words.js';

/** @import {ModelInfo} from '../types.d.ts' */

/**
 * Base models: installed ones to choose, listed ones to install.
 *
 *     <model-list></model-list>   .view = {models, chosen, busy}   emits model-choose {name}, model-install {name}
 */
class ModelList extends Part {
  /** @type {{models: ModelInfo[], chosen: string, busy: boolean}} */
  #view = { models: [], chosen: '', busy: false };

  actions = {
    /** @param {HTMLElement} b */
    choose: (b) => this.emit('model-choose', { name: b.dataset.name }),
    /** @param {HTMLElement} b */
    install: (b) => this.emit('model-install', { name: b.dataset.name }),
  };

  /** @param {{models: ModelInfo[], chosen: string, busy: boolean}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Render

  render() {
    const { models } = this.#view;
    const sorted = [...models].sort((a, b) => Number(b.installed) - Number(a.installed) || (a.bytes || a.size) - (b.bytes || b.size));
    return html`<ul class="lines">${sorted.map((m) => this.#model(m))}</ul>`;
  }

  /** @param {ModelInfo} m */
  #model(m) {
    const { chosen, busy } = this.#view;
    const facts = [m.parameters, m.quantization, size(m.bytes || m.size), m.licence].filter(Boolean).join(', ');
    const warnings = [m.listed ? '' : 'not a listed model: what is in its weights is not known', m.installed && !m.trainable ? 'cannot be trained' : ''].filter(Boolean).join('; ');
    return html`<li data-key="${m.name}" class="${m.name === chosen ? 'chosen' : ''}"><span><strong>${m.title || m.name}</strong> <span class="hint">${m.title ? `${m.name}, ` : ''}${facts}${warnings ? `; ${warnings}` : ''}</span></span>
      ${m.name === chosen ? html`<span class="state current">In use</span>`
    : m.installed ? html`<button data-do="choose" data-name="${m.name}">Use</button>`
      : html`<button data-do="install" data-name="${m.name}" ${busy ? html`disabled` : ''}>Install</button>`}</li>`;
  }
}

/**
 * The model to recommend: an installed listed one before one to fetch, then the
 * largest that fits. A model wants about three times its file in memory to be
 * trained; without a GPU, one over 2 GB answers slower than people read.
 * @param {ModelInfo[]} models
 * @param {{memory: number, gpu: string, cores: number} | undefined} machine
 */
export function recommended(models, machine) {
  const memory = machine?.memory ?? 0;
  const most = Math.min(memory ? memory / 3 : Infinity, machine && !machine.gpu && machine.cores < 12 ? 2e9 : Infinity);
  const sizeOf = (/** @type {ModelInfo} */ m) => m.bytes || m.size;
  const able = models.filter((m) => m.listed);
  const ready = able.filter((m) => m.installed);
  const fitting = (ready.length ? ready : able).filter((m) => sizeOf(m) <= most).sort((a, b) => sizeOf(b) - sizeOf(a));
  return fitting[0] ?? [...able].sort((a, b) => sizeOf(a) - sizeOf(b))[0] ?? models.find((m) => m.installed) ?? null;
}

export const defineModelList = () => customElements.define('model-list', ModelList);
export { ModelList };
