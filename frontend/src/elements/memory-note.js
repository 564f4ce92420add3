import { html } from '../html.js';
import { Part } from '../part.js';
import { t } from '../speech.js';
import { count, day, exact, factStates } from '../words.js';
import { QuoteList } from './quote-list.js';

/** @import {Fact, Passage, Recalled} from '../types.d.ts' */

/**
 * The approved facts that an answer was given: each with who approved it, when, and
 * its evidence, newest first.
 *
 *     <memory-note></memory-note>   .view = {recalled, now}
 */
class MemoryNote extends Part {
  /** @type {{recalled: Recalled[], now: number}} */
  #view = { recalled: [], now: 0 };

  /** @param {{recalled: Recalled[], now: number}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  // Render

  /** Those that the answer says; all of them when it says none. */
  get #facts() {
    const { recalled } = this.#view;
    const said = recalled.filter((r) => r.said);
    return (said.length ? said : recalled).map((r) => r.fact);
  }

  render() {
    return html`<ul>${this.#facts.map((f) => html`<li data-key="${f.id}"><p class="memory-fact">${f.question} <strong>${f.answer}</strong></p>
      <p class="memory-ground">${decided(f)}${f.passages?.length ? '' : html` No evidence is kept with it.`}</p>
      <quote-list></quote-list>
      ${evidence(f).length > most ? html`<details class="fold"><summary>${count(evidence(f).length - most, 'more quote')}</summary><quote-list></quote-list></details>` : ''}</li>`)}</ul>`;
  }

  drawn() {
    const { now } = this.#view;
    const items = this.querySelectorAll('li[data-key]');
    this.#facts.forEach((f, i) => {
      const parts = [evidence(f).slice(0, most), evidence(f).slice(most)];
      items[i].querySelectorAll('quote-list').forEach((list, n) => {
        if (list instanceof QuoteList) list.view = { passages: parts[n], now };
      });
    });
  }
}

/** How many quotes of a fact are shown. */
const most = 2;

/** @param {Fact} f @returns {Passage[]} */
const evidence = (f) => (f.passages ?? []).toSorted((a, b) => (b.published_at ?? '').localeCompare(a.published_at ?? ''));

/** Who approved it and when, and what became of it since. @param {Fact} f */
function decided(f) {
  if (f.state === 'proposed' || f.state === 'rejected') return t`No longer approved.`;
  const since = f.state === 'approved' ? '' : html`, ${factStates[f.state].toLowerCase()} since`;
  if (!f.decided_at) return html`Approved${since}.`;
  const when = html`<time datetime="${f.decided_at}" title="${exact(f.decided_at)}">${day(f.decided_at)}</time>`;
  if (f.decided_by === 'person') return html`Approved by you, ${when}${since}.`;
  return f.decided_by ? html`Approved by ${f.decided_by}, ${when}${since}.` : html`Approved, ${when}${since}.`;
}

export const defineMemoryNote = () => customElements.define('memory-note', MemoryNote);
export { MemoryNote };
