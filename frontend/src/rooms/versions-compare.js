import { CompareView } from '../elements/compare-view.js';
import { html } from '../html.js';
import * as jobs from '../jobs.js';
import { load } from '../live.js';
import { Part, valueOf } from '../part.js';
import { t } from '../speech.js';
import { store } from '../store.js';
import { compare } from '../versions.js';
import { failed, jobLine, options } from '../views.js';
import { ago } from '../words.js';

/** @import {Comparison} from '../types.d.ts' */

/** Two versions side by side: which, what they are asked, and what they said. */
class VersionsCompare extends Part {
  /** The comparison that was chosen or just made; without one the newest of the address. */
  #comparisonID = '';
  #own = false;
  /** What was chosen to compare; without a choice the base and the newest. */
  #sides = { a: '', b: '' };

  actions = {
    again: () => void load('comparisons'),
    own: () => { this.#own = !this.#own; this.draw(); },
    compare: () => void this.#compare({ a: valueOf(this, 'a'), b: valueOf(this, 'b'), prompts: this.#own ? valueOf(this, 'prompts').split('\n').map((p) => p.trim()).filter(Boolean) : [] }),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
  };

  /** Sets a version beside the one that answers. @param {string} id */
  beside(id) {
    const current = store.state.versions.find((v) => v.state === 'current');
    void this.#compare({ a: current && current.id !== id ? current.id : 'base', b: id, prompts: [] });
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    store.watch(['versions', 'comparisons', 'jobs', 'loads'], () => this.draw(), signal);
    store.watch(['route'], () => { this.#comparisonID = ''; this.draw(); }, signal);
    this.addEventListener('change', (e) => {
      if (!(e.target instanceof HTMLSelectElement)) return;
      if (e.target.name === 'comparison') this.#comparisonID = e.target.value;
      else if (e.target.name === 'a' || e.target.name === 'b') this.#sides[e.target.name] = e.target.value;
      this.draw();
    }, { signal });
  }

  // Events

  /** @param {{a: string, b: string, prompts: string[]}} input */
  async #compare(input) {
    const comparison = await compare(input);
    if (!comparison) return;
    this.#comparisonID = comparison.id;
    this.draw();
    this.querySelector('compare-view')?.scrollIntoView?.({ block: 'start' });
  }

  // Render

  get #comparison() {
    const { comparisons, route } = store.state;
    return comparisons.find((c) => c.id === this.#comparisonID)
      ?? comparisons.find((c) => !route.id || c.b.version_id === route.id || c.a.version_id === route.id) ?? null;
  }

  render() {
    const { versions, comparisons, loads, route } = store.state;
    const named = versions.find((v) => v.id === route.id);
    const names = /** @type {[string, string][]} */ ([['base', t`base`], ...versions.filter((v) => v.state !== 'deleted').map((v) => [v.id, `v${v.number}`])]);
    const comparison = this.#comparison;
    return html`<section class="compare"><h2>Side by side</h2>
      <form class="inline-form" data-send="compare"><label>Left <select name="a">${options(this.#sides.a || 'base', names)}</select></label><label>Right <select name="b">${options(this.#sides.b || (names[1]?.[0] ?? 'base'), names)}</select></label>
        <button class="quiet" type="button" data-do="own" aria-pressed="${this.#own ? 'true' : 'false'}">Own questions</button><button>Compare</button>
        ${this.#own ? html`<label class="wide">Questions, one a line <textarea name="prompts" rows="4"></textarea></label>` : ''}</form>
      ${jobLine(store.state.jobs.compare)}
      ${failed(loads.comparisons, html`<button data-do="again">Try again</button>`)}
      ${comparisons.length > 1 || (comparisons.length && !comparison) ? html`<label class="hint">Shown <select name="comparison">${options(comparison?.id ?? '', [...(comparison ? [] : [/** @type {[string, string]} */ (['', t`none`])]), ...comparisons.map((c) => /** @type {[string, string]} */ ([c.id, title(c)]))])}</select></label>` : ''}
      ${comparison ? html`<compare-view></compare-view>` : html`<p class="hint">${named ? t`No comparison of v${named.number} yet.` : t`No comparison yet.`} Both sides are asked the same questions, without memory.</p>`}</section>`;
  }

  drawn() {
    const view = this.querySelector('compare-view');
    const comparison = this.#comparison;
    if (view instanceof CompareView && comparison) view.comparison = comparison;
  }
}

/** @param {Comparison} c */
const title = (c) => t`${c.a.version_name} and ${c.b.version_name}, ${ago(c.created_at, Date.now())}`;

export const defineVersionsCompare = () => customElements.define('versions-compare', VersionsCompare);
export { VersionsCompare };
