/** A long list of facts of which only parts are here: what stands at which place. Pure. */

/** @import {Fact, FactPart, Places} from './types.d.ts' */

/** So many facts are kept; further ones are loaded again when they come into sight. */
const most = 4000;

/** @returns {Places} */
export const nowhere = () => ({ total: 0, at: new Map(), aside: null, without: [] });

/** Where a fact stands; -1 when it is not here. @param {Places} places @param {string} id */
export function placeOf({ at }, id) {
  for (const [place, fact] of at) if (fact?.id === id) return place;
  return -1;
}

/**
 * The list with a part of it that was loaded: `asked` places from `from` on. What is
 * missing among them cannot be read and is not asked for again. A list that is longer
 * or shorter than before was changed elsewhere: of it only this part is known, and the
 * open fact.
 * @param {Places} places @param {FactPart} part @param {number} from @param {number} asked @param {string} open
 * @returns {Places}
 */
export function extended(places, part, from, asked, open) {
  const here = placeOf(places, open);
  const opened = places.at.get(here) ?? (places.aside?.id === open ? places.aside : null);
  const near = [...places.at].filter(([place]) => place === here || Math.abs(place - from) < most / 2);
  const at = new Map(part.total === places.total ? near : []);
  for (let i = 0; i < asked && from + i < part.total; i++) at.set(from + i, part.facts[i] ?? null);
  const next = { ...places, total: part.total, at };
  return { ...next, aside: placeOf(next, open) < 0 ? opened : null };
}

/** The list with a fact as it is now. @param {Places} places @param {Fact} fact @returns {Places} */
export function changed(places, fact) {
  const here = placeOf(places, fact.id);
  return { ...places, at: here < 0 ? places.at : new Map(places.at).set(here, fact), aside: places.aside?.id === fact.id ? fact : places.aside };
}

/** The list without a fact: those behind it move up. @param {Places} places @param {string} id @returns {Places} */
export function removed(places, id) {
  const here = placeOf(places, id);
  const aside = places.aside?.id === id ? null : places.aside;
  return here < 0 ? { ...places, aside } : { ...moved(places, here, -1), aside };
}

/** The list with a new fact at its top. @param {Places} places @param {Fact} fact @returns {Places} */
export function topped(places, fact) {
  const down = moved(places, -1, 1);
  down.at.set(0, fact);
  return down;
}

/**
 * The list with what stands behind a place moved, and without the place.
 * @param {Places} places @param {number} place @param {number} by
 * @returns {Places}
 */
const moved = (places, place, by) => ({
  ...places, total: places.total + by,
  at: new Map([...places.at].filter(([p]) => p !== place).map(([p, fact]) => [p > place ? p + by : p, fact])),
});

/**
 * Where a part of so many places begins that has those from `from` up to `to` which are
 * not loaded yet: it goes on from what is loaded, or has some on either side. Null when
 * nothing is missing.
 * @param {Places} places @param {number} from @param {number} to @param {number} size
 * @returns {number | null}
 */
export function missing({ at, total }, from, to, size) {
  const end = Math.min(to, total);
  let first = Math.max(0, from);
  while (first < end && at.has(first)) first++;
  if (first >= end) return null;
  let last = end - 1;
  while (at.has(last)) last--;
  const before = at.has(first - 1) ? 0 : size - (last - first + 1);
  return Math.max(0, first - Math.max(0, at.has(last + 1) ? before : Math.floor(before / 2)));
}
