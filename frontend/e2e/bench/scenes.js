import { world } from '../../test/fixtures.js';
import { launch, openWith, serveFiles } from '../browser.js';
import { median, quantile } from './figures.js';
import * as pace from './pace.js';

/** What is measured in the page. @import {Door} from './doors.js' @import {Figure} from './figures.js' */

const tokens = 1000;
const messages = 1000;
const facts = 100_000;

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** A thousand tokens at 200 a second. @param {Door} door @param {number} runs @returns {Promise<Figure[]>} */
export async function streaming(door, runs) {
  const done = [];
  for (let i = 0; i < runs; i++) done.push(await door.evaluate(pace.watchStream, { question: 'Say the numbered words', tokens }));
  const gaps = done.flatMap((d) => d.gaps);
  const lost = done.reduce((n, d) => n + (tokens - d.shown) + d.wrong + (d.told ? 0 : 1), 0);
  return [
    { name: 'stream of 1,000 tokens: p95 frame gap', where: door.where, n: gaps.length, value: round(quantile(gaps, 0.95)), unit: 'ms', target: 50, more: `p99 ${round(quantile(gaps, 0.99))}, longest ${round(Math.max(...gaps))}, ${runs} runs` },
    { name: 'tokens lost or out of place', where: door.where, n: runs * tokens, value: lost, unit: 'tokens', target: 0, more: `${Math.round(median(done.map((d) => d.pieces)))} pieces a run` },
    { name: 'rate that the scripted engine held', where: door.where, n: runs, value: round(median(done.map((d) => d.rate))), unit: 'tokens/s', target: 190, at: 'least' },
  ];
}

/** A chat of a thousand messages, brought in as an import would. */
const bring = async (/** @type {{turns: number}} */ { turns }) => {
  const [{ importChats }, { store }] = await Promise.all(['transfer', 'store'].map((name) => import(`/src/${name}.js`)));
  /** @type {Record<string, any>} */
  const mapping = { r: { parent: null, children: ['q0'] } };
  const say = (/** @type {string} */ role, /** @type {number} */ i, /** @type {string} */ text) => ({ author: { role }, create_time: 1_690_000_000 + i, content: { content_type: 'text', parts: [text] }, metadata: { model_slug: 'm' } });
  for (let i = 0; i < turns; i++) {
    const code = `\`\`\`js\nconst boats = ${i}; // counted by hand\nfor (let b = 0; b < boats; b++) moor(b);\n\`\`\``;
    mapping[`q${i}`] = { parent: i ? `a${i - 1}` : 'r', children: [`a${i}`], message: say('user', i, `Question ${i}: what is known of quay ${i} in the harbour of Veldmoor?`) };
    mapping[`a${i}`] = {
      parent: `q${i}`, children: i + 1 < turns ? [`q${i + 1}`] : [],
      message: say('assistant', i, `Quay **number ${i}** was built in ${1800 + (i % 200)}.\n\n- its *first* half is of stone,\n- the second of wood.\n\n${i % 5 ? 'It lies on the north side, where the wind is weak; most of its boats are small ones that go out at night and are back before the market opens.' : code}\n\nThis ends answer ${i}.`),
    };
  }
  await importChats(new File([JSON.stringify([{ title: 'Quays of Veldmoor', conversation_id: 'quays', create_time: 1_690_000_000, mapping, current_node: `a${turns - 1}` }])], 'chats.json'));
  return /** @type {string} */ (store.state.imported.added[0]);
};

/** @param {Door} door @param {number} runs @returns {Promise<Figure[]>} */
export async function longChat(door, runs) {
  const id = await door.evaluate(bring, { turns: messages / 2 });
  const done = [];
  for (let i = 0; i < runs; i++) {
    await door.evaluate(async () => { location.hash = '#/settings'; await new Promise((resolve) => { setTimeout(resolve, 700); }); }, null);
    done.push(await door.evaluate(pace.openChat, { id, mark: `ends answer ${messages / 2 - 1}.` }));
  }
  const shown = done.map((d) => d.shown);
  return [{ name: 'chat of 1,000 messages: opened', where: door.where, n: runs, value: Math.round(median(shown)), unit: 'ms', target: 300, more: `slowest ${Math.round(Math.max(...shown))}; quiet after ${Math.round(median(done.map((d) => d.settled)))}` }];
}

/**
 * The queue over a scripted API: what is measured is the page; the store's pages
 * have a budget of their own.
 * @returns {Promise<Figure[]>}
 */
export async function queue() {
  const [files, browser] = [await serveFiles(), await launch()];
  try {
    const { page } = await openWith(browser, `${files.url}#/chat/`, world(), { viewport: { width: 1280, height: 800 } });
    await page.waitForSelector('ask-box textarea');
    await page.evaluate((n) => {
      const { fake } = /** @type {any} */ (window);
      const [first] = fake.world.facts;
      fake.world.facts = Array.from({ length: n }, (_v, i) => ({ ...first, id: `f${i}`, question: `Who keeps the lighthouse of Port ${i}?`, answer: `Mara Lind ${i}`, old_answer: `Jonas Berg ${i}`, passages: [] }));
    }, facts);
    const done = await page.evaluate(pace.scrollQueue, { frames: 600, step: 90, jumps: 20 });
    return [
      { name: 'queue of 100,000 facts: p95 frame gap', where: 'browser', n: done.gaps.length, value: round(quantile(done.gaps, 0.95)), unit: 'ms', target: 50, more: `p99 ${round(quantile(done.gaps, 0.99))}, longest ${round(Math.max(...done.gaps))}` },
      { name: 'facts that scrolling reaches', where: 'browser', n: 1, value: done.reach, unit: 'facts', target: Math.round(facts * 0.99), at: 'least', more: `${done.rows} rows in the page` },
      { name: 'frames with a blank in the middle of the list', where: 'browser', n: done.looked, value: round((done.blanks / done.looked) * 100), unit: '%', target: 5 },
    ];
  } finally {
    await browser.close();
    files.close();
  }
}
