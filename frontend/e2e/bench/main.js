import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { serveEngine } from '../server.js';
import { openScreen } from '../window.js';
import { browserDoor, windowDoor } from './doors.js';
import { line, surroundings, word } from './figures.js';
import { windows } from './paint.js';
import { longChat, queue, streaming } from './scenes.js';

/**
 * Measures the page in a browser and in the real window:
 *
 *     node e2e/bench/main.js --errata BINARY --empty BINARY [--json FILE] [--only stream,chat,queue,window] [--runs N]
 *
 * It ends with 1 when a target is missed.
 */
const { values } = parseArgs({ options: { errata: { type: 'string' }, empty: { type: 'string' }, json: { type: 'string' }, only: { type: 'string', default: '' }, runs: { type: 'string', default: '10' } } });
const { errata, empty } = values;
const runs = Number(values.runs);
const only = values.only.split(',').filter(Boolean);
const wanted = (/** @type {string} */ name) => !only.length || only.includes(name);
/** 200 a second. */
const tokenMS = 5;

/** @type {import('./figures.js').Figure[]} */
const figures = [];
/** @param {import('./figures.js').Figure[]} list */
const say = (list) => {
  figures.push(...list);
  for (const f of list) console.log(line(f));
};
const before = await surroundings();
console.log(`${before.cpu}, ${before.cores} cores, load ${before.load.join(' ')}`);

/** @param {import('./doors.js').Door} door */
async function measure(door) {
  try {
    if (wanted('stream')) say(await streaming(door, Math.min(runs, 3)));
    if (wanted('chat')) say(await longChat(door, runs));
  } finally {
    await door.close();
  }
}

if (wanted('stream') || wanted('chat')) await measure(await browserDoor(tokenMS));
if (wanted('queue')) say(await queue());
if (errata && (wanted('stream') || wanted('chat') || wanted('window'))) {
  const screen = await openScreen();
  const home = await mkdtemp(join(tmpdir(), 'errata-bench-'));
  try {
    await measure(await windowDoor(errata, screen.env, home, tokenMS));
    if (empty && wanted('window')) {
      const engine = await serveEngine();
      say(await windows({ errata, empty, env: screen.env, home, engine: engine.url, runs, seconds: 30 }).finally(engine.close));
    }
  } finally {
    await screen.close();
    await rm(home, { recursive: true, force: true });
  }
}

const after = await surroundings();
const missed = figures.filter((f) => word(f) === 'miss');
console.log(`load ${after.load.join(' ')} in the end; ${missed.length ? `missed: ${missed.map((f) => `${f.name} (${f.where})`).join(', ')}` : 'nothing missed'}`);
if (values.json) {
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, `${JSON.stringify({ before, after, figures: figures.map((f) => ({ ...f, result: word(f) })) }, null, 2)}\n`);
}
process.exitCode = missed.length ? 1 : 0;
