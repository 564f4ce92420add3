import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part } from '../part.js';
import { t, table, told } from '../speech.js';
import { proofSide } from '../views.js';
import { count, short } from '../words.js';

/** @import {ComparedPrompt, Comparison, Side} from '../types.d.ts' */

/**
 * Two editions of the same page, side by side, each with its adapter's digest.
 *
 *     <compare-view></compare-view>   .comparison
 */
class CompareView extends Part {
  /** @type {Comparison | null} */
  #comparison = null;
  #only = true;

  actions = {
    only: () => {
      this.#only = !this.#only;
      this.draw();
    },
  };

  /** @param {Comparison} comparison */
  set comparison(comparison) {
    this.#comparison = comparison;
    this.draw();
  }

  // Render

  render() {
    const c = this.#comparison;
    if (!c) return html``;
    const prompts = c.prompts ?? [];
    const changed = prompts.filter((p) => p.a.trim() !== p.b.trim());
    const shown = this.#only && changed.length ? changed : prompts;
    return html`<div class="compare-top"><p>${prompts.length === 1 ? t`${changed.length} of ${count(prompts.length, 'answer')} differs.` : t`${changed.length} of ${count(prompts.length, 'answer')} differ.`}</p>
      ${changed.length && changed.length < prompts.length ? html`<button class="quiet" data-do="only" aria-pressed="${this.#only ? 'true' : 'false'}">Only what differs</button>` : ''}</div>
      ${c.paired ? html`<p class="hint">${told(c.paired.words)}</p>` : ''}
      <div class="compare-heads">${head(c.a)}${head(c.b)}</div>
      <ol>${shown.map((p, i) => html`<li data-key="${i}-${p.question}"><h3>${p.question} <span class="kind">${p.kind === 'own' ? '' : kinds[p.kind] ?? p.kind}</span></h3>
        <div class="compare-pair">${answer(p, 'del')}${answer(p, 'ins')}</div></li>`)}</ol>`;
  }
}

/** @type {Record<string, string>} */
const kinds = table({ fact: 'taught', paraphrase: 'in other words', neighbour: 'neighbour', retention: 'known', negation: 'old answer', reverse: 'the other way round' });

/** @param {Side} side */
const head = (side) => html`<div><strong>${side.version_name}</strong> <code title="${side.engine_name}">${side.adapter_sha256 ? short(side.adapter_sha256) : t`no adapter`}</code></div>`;

/** @param {ComparedPrompt} p @param {'del' | 'ins'} side */
function answer(p, side) {
  const right = side === 'del' ? p.a_right : p.b_right;
  const text = side === 'del' ? p.a : p.b;
  return html`<div class="compare-answer"><p>${text ? proofSide(p.a, p.b, side) : html`<span class="hint">no answer</span>`}</p>
    ${right === undefined || right === null ? '' : html`<p class="rightness ${right ? 'right' : 'wrong'}">${icon(right ? 'tick' : 'close')}${right ? t`right` : t`wrong`}</p>`}</div>`;
}

export const defineCompareView = () => customElements.define('compare-view', CompareView);
export { CompareView };
