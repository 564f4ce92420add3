import { placeOf } from './places.js';

/** The queue of Review: what stands in it, in which order. Pure. */

/** @import {Fact, FactFilter, InboxItem, InboxLines, Places, UrgentFact} from './types.d.ts' */

/** Whether those that are to be decided first stand on top. @param {FactFilter} filter */
export const atTop = ({ state, query }) => state === 'proposed' && !query;

/** A queue with nothing in it. @type {InboxLines} */
export const noLines = { top: 0, length: 0, at: () => undefined, place: () => -1, aside: null };

/**
 * The lines of the queue: while facts wait and nothing is searched for, those that are
 * to be decided first stand on top, in whatever state they are.
 * @param {{facts: Places, urgent: UrgentFact[], factFilter: FactFilter}} state
 * @returns {InboxLines}
 */
export function inbox({ facts, urgent, factFilter }) {
  const top = atTop(factFilter) ? urgent : [];
  const known = new Map(urgent.map((u) => [u.fact.id, u]));
  /** @param {Fact | null | undefined} fact */
  const line = (fact) => fact && { fact, urgent: known.get(fact.id) };
  return {
    top: top.length, length: top.length + facts.total,
    at: (i) => (i < top.length ? top[i] && { fact: top[i].fact, urgent: top[i] } : line(facts.at.get(i - top.length))),
    place: (id) => {
      const first = top.findIndex((u) => u.fact.id === id);
      const behind = first < 0 ? placeOf(facts, id) : -1;
      return behind < 0 ? first : top.length + behind;
    },
    aside: line(facts.aside) ?? null,
  };
}

/** The line that is open: the chosen one, else the first. @param {InboxLines} lines @param {string} id @returns {InboxItem | null} */
export const opened = (lines, id) => lines.at(lines.place(id)) ?? (lines.aside?.fact.id === id ? lines.aside : lines.at(0) ?? null);

/** Which line follows when this one leaves: the next, else the one before. @param {InboxLines} lines @param {string} id */
export function following(lines, id) {
  const i = lines.place(id);
  return i < 0 ? null : lines.at(i + 1) ?? lines.at(i - 1) ?? null;
}
