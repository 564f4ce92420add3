import { html } from '../html.js';
import { Part } from '../part.js';
import { table } from '../speech.js';
import { count } from '../words.js';

/** @import {BoardCell, BoardLine, Scoreboard} from '../types.d.ts' */

/** Facts that are drawn at first. */
const page = 100;

/**
 * The scoreboard: facts down, versions across. Filled: recalled, also when asked
 * in other words; half: one of the two only; hollow: neither; dashed: the weights
 * were not taught it, memory answers.
 *
 *     <score-grid></score-grid>   .board: Scoreboard
 */
class ScoreGrid extends Part {
  /** @type {Scoreboard} */
  #board = { columns: [], lines: [] };
  #lost = false;
  #limit = page;

  actions = {
    lost: () => { this.#lost = !this.#lost; this.#limit = page; this.draw(); },
    more: () => { this.#limit += 5 * page; this.draw(); },
  };

  /** @param {Scoreboard} board */
  set board(board) {
    this.#board = board;
    this.draw();
  }

  // Render

  render() {
    const { columns, lines } = this.#board;
    const lost = lines.filter((l) => l.lost >= 0);
    const shown = this.#lost && lost.length ? lost : lines;
    return html`${lost.length ? html`<p class="score-top">${count(lost.length, 'fact')} lost since an earlier version. <button class="quiet" data-do="lost" aria-pressed="${this.#lost ? 'true' : 'false'}">Only what was lost</button></p>` : ''}
      <div class="score-scroll" tabindex="0" role="group" aria-label="Scoreboard"><table><caption class="visually-hidden">Facts and the versions that recall them</caption>
      <thead><tr><th scope="col">Fact</th>${columns.map((c) => html`<th scope="col">${c.name}</th>`)}<th scope="col">In short</th></tr></thead>
      <tbody>${shown.slice(0, this.#limit).map((l) => this.#line(l))}</tbody></table></div>
      ${shown.length > this.#limit ? html`<p><button data-do="more">Show more (${String(shown.length - this.#limit)} left)</button></p>` : ''}
      <p class="hint legend"><span class="dot recalled"></span>recalled <span class="dot half"></span>in some wordings only <span class="dot lost"></span>lost <span class="dot memory"></span>in memory alone</p>`;
  }

  /** @param {BoardLine} l */
  #line(l) {
    const { columns } = this.#board;
    const last = l.cells.findLastIndex((c) => c.mark !== 'blank');
    return html`<tr data-key="${l.fact_id}"><th scope="row">${l.question}</th>${l.cells.map((c) => cellMarkup(c))}
      <td class="score-short">${l.taught >= 0 ? html`taught in ${columns[l.taught].name}` : ''}${l.lost >= 0 ? html`, <strong>lost in ${columns[l.lost].name}</strong>` : held(l.cells[last]) ? html`, recalled in ${columns[last].name}` : ''}</td></tr>`;
  }
}

/** @param {BoardCell | undefined} cell */
const held = (cell) => cell?.mark === 'filled' || cell?.mark === 'half';

/** How a mark is drawn. @type {Record<BoardCell['mark'], string>} */
const dots = { filled: 'recalled', half: 'half', hollow: 'lost', kept: 'memory', blank: 'unknown' };
/** @type {Record<BoardCell['mark'], string>} */
const words = table({ filled: 'Recalled', half: 'In some wordings only', hollow: 'Lost', kept: 'In memory alone', blank: 'Not asked' });

/** @param {BoardCell} cell */
function cellMarkup({ mark, answer }) {
  const said = answer ? `${words[mark]}. It said: ${answer}` : words[mark];
  return html`<td><span class="dot ${dots[mark]}" ${mark === 'blank' ? '' : html`tabindex="0"`} role="img" aria-label="${said}" title="${said}"></span></td>`;
}

export const defineScoreGrid = () => customElements.define('score-grid', ScoreGrid);
export { ScoreGrid };
