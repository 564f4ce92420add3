import { html } from '../html.js';
import { Part, valueOf } from '../part.js';
import { t } from '../speech.js';
import { options } from '../views.js';

/** @import {Manner, Preset, Sampling} from '../types.d.ts' */

/**
 * The instructions of a chat and how its answers are drawn, with presets.
 *
 *     <manner-form></manner-form>   .view = {manner, presets, standard}
 *     emits manner {system, sampling}, preset-save {preset}, preset-delete {name}, panel-close
 */
class MannerForm extends Part {
  /** @type {{manner: Manner, presets: Preset[], standard: Required<Sampling>} | null} */
  #view = null;
  /** The preset whose values stand in the form. */
  #preset = '';
  #naming = false;

  actions = {
    use: () => this.emit('manner', this.#values),
    standard: () => this.#fill({ name: '' }),
    name: () => this.#name(true),
    'name-cancel': () => this.#name(false),
    keep: () => this.#keep(),
    forget: () => {
      this.emit('preset-delete', { name: this.#preset });
      this.#preset = '';
      this.focus(); // the pressed button goes
    },
    close: () => this.emit('panel-close'),
  };

  /** @param {{manner: Manner, presets: Preset[], standard: Required<Sampling>}} view */
  set view(view) {
    const fresh = !this.#view;
    this.#view = view;
    this.draw();
    if (fresh) this.#fill({ name: '', ...view.manner });
  }

  focus() { this.querySelector('textarea')?.focus(); }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('change', (e) => {
      if (!(e.target instanceof HTMLSelectElement)) return;
      const { value } = e.target;
      const preset = this.#view?.presets.find((p) => p.name === value);
      if (preset) this.#fill(preset);
    }, { signal });
  }

  // Events

  /** Writes values into the form; nothing is chosen by it yet. @param {Preset} preset */
  #fill(preset) {
    const sampling = /** @type {any} */ ({ ...this.#view?.standard, ...preset.sampling });
    this.#preset = preset.name;
    this.draw();
    for (const field of this.querySelectorAll('input[type="number"]')) /** @type {HTMLInputElement} */ (field).value = String(sampling[/** @type {HTMLInputElement} */ (field).name]);
    const text = this.querySelector('textarea');
    if (text) text.value = preset.system ?? '';
  }

  /** @param {boolean} on */
  #name(on) {
    this.#naming = on;
    this.draw();
    /** @type {HTMLElement | null} */ (this.querySelector(on ? '[name="preset-name"]' : '[data-do="name"]'))?.focus();
  }

  #keep() {
    const name = valueOf(this, 'preset-name').trim();
    if (!name) return;
    this.#preset = name;
    this.emit('preset-save', { preset: { name, ...this.#values } });
    this.#name(false);
  }

  /** What stands in the form; null is the standard. @returns {{system: string, sampling: Sampling | null}} */
  get #values() {
    const standard = this.#view?.standard ?? {};
    /** @type {any} */
    const sampling = {};
    for (const name of Object.keys(standard)) sampling[name] = Number(valueOf(this, name));
    const plain = Object.entries(standard).every(([name, value]) => sampling[name] === value);
    return { system: valueOf(this, 'system').trim(), sampling: plain ? null : sampling };
  }

  // Render

  render() {
    const presets = this.#view?.presets ?? [];
    return html`<form data-send="use" aria-label="Instructions of this chat">
      <div class="manner-head"><h3>Instructions of this chat</h3>
      ${presets.length ? html`<label class="visually-hidden" for="manner-preset">Preset</label><select id="manner-preset" name="preset">${options(this.#preset, [['', t`Presets`], ...presets.map((p) => /** @type {[string, string]} */ ([p.name, p.name]))])}</select>
        ${this.#preset ? html`<button type="button" class="quiet" data-do="forget">Delete preset</button>` : ''}` : ''}</div>
      <label for="manner-system" class="visually-hidden">Instructions</label>
      <textarea id="manner-system" name="system" rows="3" maxlength="4000" placeholder="Said to the model before every question, for example: Answer in one sentence."></textarea>
      <div class="manner-fields">
        <div><label for="manner-temperature">Temperature</label>${number('temperature', 0, 2)}<p class="hint">Chance in the choice of words; 0: always the likeliest</p></div>
        <div><label for="manner-num_ctx">Context, tokens</label>${number('num_ctx', 512, 131_072, true)}<p class="hint">For question, earlier turns and answer; more takes more memory</p></div>
        <div><label for="manner-num_predict">Longest answer, tokens</label>${number('num_predict', 1, 32_768, true)}<p class="hint">What is longer breaks off</p></div>
        <div><label for="manner-top_p">Top p</label>${number('top_p', 0, 1)}<p class="hint">Only the likeliest words of this share</p></div>
        <div><label for="manner-repeat_penalty">Repeat penalty</label>${number('repeat_penalty', 0, 2)}<p class="hint">Above 1: words that came already are less likely</p></div>
        <div><label for="manner-seed">Seed</label>${number('seed', 0, 2_147_483_647, true)}<p class="hint">The same seed draws the same words</p></div>
      </div>
      ${this.#naming ? html`<div class="inline-form"><label for="preset-name">Name</label><input id="preset-name" name="preset-name" maxlength="100" autocomplete="off"><button type="button" data-do="keep">Keep</button><button type="button" class="quiet" data-do="name-cancel">Cancel</button></div>` : ''}
      <div class="buttons"><button class="primary">Use in this chat</button><button type="button" data-do="name">Keep as preset</button><button type="button" class="quiet" data-do="standard">Standard values</button><button type="button" class="quiet" data-do="close">Cancel</button></div>
    </form>`;
  }
}

/** @param {string} name @param {number} min @param {number} max @param {boolean} [whole] */
const number = (name, min, max, whole) => html`<input id="manner-${name}" type="number" name="${name}" min="${min}" max="${max}" step="${whole ? 1 : 'any'}" required>`;

export const defineMannerForm = () => customElements.define('manner-form', MannerForm);
export { MannerForm };
