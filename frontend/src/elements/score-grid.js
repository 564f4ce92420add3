import { html } from '../html.js';
import { Part } from '../part.js';

/** @import {ProbeResult, Scorecard} from '../types.d.ts' */

/** @typedef {{name: string, card: Scorecard | undefined, inMemory?: string[]}} Column */
/** @typedef {{state: 'recalled' | 'half' | 'lost' | 'memory' | 'unknown', answer: string}} Cell */

/**
 * The scoreboard: facts down, versions across. Filled: recalled, also when asked
 * in other words; half: in its own wording only; hollow: lost; dashed: the weights
 * were not taught it, memory answers.
 *
 *     <score-grid></score-grid>   .columns = [{name, card, inMemory}]
 */
class ScoreGrid extends Part {
  /** @type {Column[]} */
  #columns = [];

  /** @param {Column[]} columns */
  set columns(columns) {
    this.#columns = columns;
    this.draw();
  }

  // Render

  render() {
    const facts = factsOf(this.#columns);
    return html`<table><caption class="visually-hidden">Facts and the versions that recall them</caption>
      <thead><tr><th scope="col">Fact</th>${this.#columns.map((c) => html`<th scope="col">${c.name}</th>`)}</tr></thead>
      <tbody>${facts.map(([id, question]) => html`<tr data-key="${id}"><th scope="row">${question}</th>${this.#columns.map((c) => cellMarkup(cellOf(c, id)))}</tr>`)}</tbody></table>
      <p class="hint legend"><span class="dot recalled"></span>recalled <span class="dot half"></span>only in its own wording <span class="dot lost"></span>lost <span class="dot memory"></span>in memory alone</p>`;
  }
}

/** @param {Column[]} columns @returns {[id: string, question: string][]} */
export function factsOf(columns) {
  /** @type {Map<string, string>} */
  const facts = new Map();
  for (const { card } of columns) {
    for (const r of card?.results ?? []) if (r.probe.fact && r.probe.kind === 'fact') facts.set(r.probe.fact, r.probe.question);
  }
  return [...facts];
}

/** @param {Pick<Column, 'card' | 'inMemory'>} column @param {string} fact @returns {Cell} */
export function cellOf({ card, inMemory = [] }, fact) {
  const mine = (card?.results ?? []).filter((r) => r.probe.fact === fact);
  const own = mine.filter((r) => r.probe.kind === 'fact');
  const others = mine.filter((r) => r.probe.kind === 'paraphrase');
  if (!own.length) return { state: 'unknown', answer: '' };
  const right = (/** @type {ProbeResult[]} */ list) => list.filter((r) => r.right).length;
  const answer = own[0].answer;
  if (inMemory.includes(fact)) return { state: 'memory', answer };
  if (right(own) < own.length) return { state: right(others) > others.length / 2 ? 'half' : 'lost', answer };
  return { state: right(others) * 2 >= others.length ? 'recalled' : 'half', answer };
}

/** @type {Record<Cell['state'], string>} */
const words = { recalled: 'Recalled', half: 'Only in its own wording', lost: 'Lost', memory: 'In memory alone', unknown: 'Not asked' };

/** @param {Cell} cell */
const cellMarkup = (cell) => html`<td><span class="dot ${cell.state}" tabindex="0" role="img" aria-label="${words[cell.state]}${cell.answer ? `. It said: ${cell.answer}` : ''}" title="${words[cell.state]}${cell.answer ? `. It said: ${cell.answer}` : ''}"></span></td>`;

export const defineScoreGrid = () => customElements.define('score-grid', ScoreGrid);
export { ScoreGrid };
