import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part } from '../part.js';
import { t, told } from '../speech.js';
import { interval, metricNames, percent } from '../words.js';

/** @import {Figure, Gate, GateCheck} from '../types.d.ts' */

/**
 * The gate in words: each figure with its interval, and what was asked of it.
 *
 *     <gate-view></gate-view>   .gate
 */
class GateView extends Part {
  /** @type {Gate | null} */
  #gate = null;

  /** @param {Gate | null} gate */
  set gate(gate) {
    this.#gate = gate;
    this.draw();
  }

  // Render

  render() {
    const checks = this.#gate?.checks ?? [];
    return html`<table><caption class="visually-hidden">The gate: figures with their intervals</caption>
      <thead><tr><th scope="col">Figure</th><th scope="col">Measured</th><th scope="col">Asked</th><th scope="col"><span class="visually-hidden">Scale</span></th></tr></thead>
      <tbody>${checks.map((c) => row(c))}${(this.#gate?.beside ?? []).map((f) => beside(f))}</tbody></table>`;
  }

  drawn() {
    // Positions are figures, not markup: they go through the style object.
    (this.#gate?.checks ?? []).forEach((c, i) => {
      const bar = this.querySelectorAll('.gate-bar')[i];
      if (!(bar instanceof HTMLElement)) return;
      for (const [name, value] of Object.entries({ '--lo': c.metric.lo, '--hi': c.metric.hi, '--at': c.metric.value, '--asked': c.asked })) {
        bar.style.setProperty(name, String(Math.max(0, Math.min(1, value))));
      }
    });
  }
}

/** @param {GateCheck} c */
const row = (c) => html`<tr data-key="${c.name}" class="${c.passed ? 'passed' : 'missed'}">
  <th scope="row">${icon(c.passed ? 'tick' : 'close')}<span class="visually-hidden">${c.passed ? t`Passed:` : t`Missed:`}</span> ${metricNames[c.name] ?? c.name}${c.words ? html`<span class="gate-words">${told(c.words)}</span>` : ''}</th>
  <td class="figures">${interval(c.metric)}</td><td class="figures">${c.at_most ? t`at most` : t`at least`} ${percent(c.asked)}</td>
  <td><div class="gate-bar" aria-hidden="true"><span class="range"></span><span class="at"></span><span class="asked"></span></div></td></tr>`;

/** A figure that decides nothing. @param {Figure} f */
const beside = (f) => html`<tr data-key="${f.name}"><th scope="row">${metricNames[f.name] ?? f.name}</th><td class="figures">${interval(f.metric)}</td><td>only shown</td><td></td></tr>`;

export const defineGateView = () => customElements.define('gate-view', GateView);
export { GateView };
