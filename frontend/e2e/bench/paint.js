import { openWindow } from '../window.js';
import { median } from './figures.js';
import { idleCPU, memory } from './still.js';

/** The window beside an empty one of Wails. @import {Figure} from './figures.js' */

/** ms from the wall clock's `started` to the first text on the page, and to the page's own beginning. */
const painted = async (/** @type {number} */ started) => {
  for (;;) {
    const [entry] = performance.getEntriesByName('first-contentful-paint');
    if (entry) return { first: performance.timeOrigin + entry.startTime - started, begun: performance.timeOrigin - started };
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
};

/** ms from `started` until the composer can be typed into. */
const usable = async (/** @type {number} */ started) => {
  while (!document.querySelector('ask-box textarea')) await new Promise((resolve) => { setTimeout(resolve, 10); });
  return Date.now() - started;
};

/**
 * @param {{errata: string, empty: string, env: NodeJS.ProcessEnv, home: string, engine: string, runs: number, seconds: number}} o
 * home was confirmed before, so that the chat is what opens
 * @returns {Promise<Figure[]>}
 */
export async function windows({ errata, empty, env, home, engine, runs, seconds }) {
  /** @type {Record<string, number[]>} */
  const at = { errata: [], empty: [], begun: [], usable: [], memory: [], emptyMemory: [], idle: [], emptyIdle: [] };
  for (let i = 0; i <= runs; i++) {
    for (const [name, binary] of [['empty', empty], ['errata', errata]]) {
      const opened = await openWindow(binary, { ...env, ERRATA_HOME: home, OLLAMA_HOST: engine });
      const { first, begun } = await opened.evaluate(painted, opened.started);
      // The first start of each warms the caches and is not counted.
      if (i > 0) at[name].push(first);
      if (i > 0 && name === 'errata') at.begun.push(begun);
      if (i > 0 && name === 'errata') at.usable.push(await opened.evaluate(usable, opened.started));
      if (i === runs) {
        await new Promise((resolve) => { setTimeout(resolve, 8000); });
        at[name === 'empty' ? 'emptyMemory' : 'memory'].push(await memory(opened.pid));
        at[name === 'empty' ? 'emptyIdle' : 'idle'].push(await idleCPU(opened.pid, seconds));
      }
      await opened.close();
    }
  }
  const seconds_ = (/** @type {number} */ ms) => Math.round(ms) / 1000;
  const [ours, theirs] = [median(at.errata), median(at.empty)];
  return [
    { name: 'first paint after an empty Wails window’s', where: 'window', n: runs, value: seconds_(ours - theirs), unit: 's', target: 0.3, more: `medians ${seconds_(ours)} and ${seconds_(theirs)}; the page began after ${seconds_(median(at.begun))}, composer after ${seconds_(median(at.usable))}` },
    { name: 'idle CPU, of one core', where: 'window', n: seconds, value: Math.round(at.idle[0] * 100) / 100, unit: '%', target: 0.5, more: `the empty window ${Math.round(at.emptyIdle[0] * 100) / 100}; n in seconds; under 0.5 is 0` },
    { name: 'idle memory above the empty window', where: 'window', n: 1, value: Math.round(at.memory[0] - at.emptyMemory[0]), unit: 'MB', target: 60, more: `${Math.round(at.memory[0])} and ${Math.round(at.emptyMemory[0])}` },
  ];
}
