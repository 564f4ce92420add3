import { api } from './api.js';
import { atTop } from './inbox.js';
import { changed, extended, missing, placeOf, removed, topped } from './places.js';
import { store } from './store.js';

/** @import {Fact, State, UrgentFact} from './types.d.ts' */

/** The queue of facts: which part of it is loaded, and what changes it. */

/** So many facts are loaded at once: some screens full. */
const part = 80;

/** The first place that was in sight, of which list. */
let sight = { filter: store.state.factFilter, from: 0 };
/** Counts what was changed here: what was asked for before may be of another list. */
let edits = 0;
/** Facts that left the list here, whose event is still to come. @type {Set<string>} */
const left = new Set();

/** Those on top that stand in the list too. @param {UrgentFact[]} urgent */
const standing = (urgent) => urgent.filter((u) => u.fact.state === 'proposed').map((u) => u.fact.id);

/** Loads the part of the list that is in sight, and what stands on top. @returns {Promise<Partial<State>>} */
export async function loadQueue() {
  const { factFilter } = store.state;
  const urgent = await api.call('UrgentFacts');
  const without = atTop(factFilter) ? standing(urgent) : [];
  const from = sight.filter === factFilter ? sight.from : 0;
  const before = edits;
  let got = await api.call('FactPart', { ...factFilter, without, from, limit: part });
  // The list may have become shorter than where it was looked at.
  const start = got.facts.length || !got.total ? from : Math.max(0, got.total - part);
  if (start !== from) got = await api.call('FactPart', { ...factFilter, without, from: start, limit: part });
  if (store.state.factFilter !== factFilter) return {}; // another one is being loaded
  if (before !== edits) return loadQueue();
  left.clear();
  return { urgent, facts: { ...extended({ ...store.state.facts, total: -1 }, got, start, part, store.state.factID), without } };
}

/** Loads what stands on top; the list leaves it out. @returns {Promise<{change: Partial<State>, again: string[]}>} */
export async function loadUrgent() {
  const urgent = await api.call('UrgentFacts');
  const { facts, factFilter } = store.state;
  const same = String(standing(urgent).sort()) === String([...facts.without].sort());
  return { change: { urgent }, again: atTop(factFilter) && !same ? ['facts'] : [] };
}

/** What was asked for last while something was loaded. @type {{from: number, to: number} | null} */
let wanted = null;
let busy = false;
let loading = Promise.resolve();

/**
 * Loads the facts that come into sight, if they are not here yet. What a quick hand
 * only passed by is not loaded.
 * @param {number} from @param {number} to places of the list
 */
export function loadPlaces(from, to) {
  sight = { filter: store.state.factFilter, from: Math.max(0, from) };
  wanted = { from, to };
  if (!busy) loading = loadWanted();
  return loading;
}

async function loadWanted() {
  busy = true;
  try {
    while (wanted) {
      const { from, to } = wanted;
      wanted = null;
      await loadPart(from, to);
    }
  } catch (e) {
    wanted = null;
    store.fail(e);
  } finally {
    busy = false;
  }
}

/** @param {number} from @param {number} to */
async function loadPart(from, to) {
  const { facts, factFilter } = store.state;
  const start = missing(facts, from, to, part);
  if (start === null) return;
  const before = edits;
  const got = await api.call('FactPart', { ...factFilter, without: facts.without, from: start, limit: part });
  if (store.state.factFilter !== factFilter || store.state.facts.without !== facts.without) return;
  if (before !== edits) wanted ??= { from, to };
  else store.set({ facts: extended(store.state.facts, got, start, part, store.state.factID) });
}

/**
 * Takes a fact as it is now; `added` says that it is new.
 * @param {Fact} fact @param {boolean} [added]
 * @returns {string[]} what is to be loaded again, because a place is not known
 */
export function takeFact(fact, added = false) {
  const { facts, factFilter } = store.state;
  const fits = !factFilter.state || factFilter.state === fact.state;
  const here = placeOf(facts, fact.id) >= 0;
  if (here || facts.aside?.id === fact.id) {
    edits++;
    if (here && !fits) left.add(fact.id);
    store.set({ facts: fits ? changed(facts, fact) : removed(facts, fact.id) });
    return here || fits ? [] : ['facts'];
  }
  if (added && fits && !factFilter.query) {
    edits++;
    store.set({ facts: topped(facts, fact) });
    return [];
  }
  return fits || (fact.previous === factFilter.state && !left.has(fact.id)) ? ['facts'] : [];
}
