/** The queue of Review: what stands in it, in which order. Pure. */

/** @import {Fact, FactFilter, InboxItem, UrgentFact} from './types.d.ts' */

/**
 * The lines of the queue: while facts wait and nothing is searched for, those that are
 * to be decided first stand on top, in whatever state they are.
 * @param {{facts: Fact[], urgent: UrgentFact[], factFilter: FactFilter}} state
 * @returns {InboxItem[]}
 */
export function inbox({ facts, urgent, factFilter }) {
  const top = factFilter.state === 'proposed' && !factFilter.query;
  const known = new Map(urgent.map((u) => [u.fact.id, u]));
  const rest = facts.filter((f) => !top || !known.has(f.id)).map((fact) => ({ fact, urgent: known.get(fact.id) }));
  return top ? [...urgent.map((u) => ({ fact: u.fact, urgent: u })), ...rest] : rest;
}

/** The line that is open: the chosen one, else the first. @param {InboxItem[]} items @param {string} id */
export const opened = (items, id) => items.find((i) => i.fact.id === id) ?? items[0] ?? null;

/** Which line follows when this one leaves: the next, else the one before. @param {InboxItem[]} items @param {string} id */
export function following(items, id) {
  const i = items.findIndex((x) => x.fact.id === id);
  return i < 0 ? null : items[i + 1] ?? items[i - 1] ?? null;
}
