import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { world } from '../test/fixtures.js';
import { launch, openWith, serveFiles } from './browser.js';
import { scenes } from './scenes.js';

/** Actions that no scene draws or that a bare Enter cannot do, and why. A new action gets a scene in scenes.js, or a line here. @type {Record<string, string>} */
const undrawn = {
  again: 'shown by a failure', start: 'shown when Errata cannot start', shade: 'a press beside the sheet; Escape does the same',
  'cancel-job': 'shown while a job runs', 'clear-job': 'shown when a job failed', 'hide-problems': 'shown after an import', more: 'shown below 200 facts', undo: 'shown after a decision or an import',
  palette: 'Ctrl+K, below', pick: 'arrows and Enter, below', end: 'drawn nowhere', stop: 'shown while an answer comes; Escape does the same',
  repair: 'shown when Errata cannot start', 'resume-job': 'shown while a job is paused', 'choose-file': 'only the window has a dialog', 'choose-folder': 'only the window has a dialog',
  erase: 'asks for a word first', 'delete-send': 'asks for a word first', none: 'a search that is done while it is typed', renew: 'A does the same', beside: 'J leads there as well',
  'newer-answer': 'beside the older one', 'older-question': 'as with answers', 'newer-question': 'as with answers',
};

/** @typedef {{key: string, text: string}} Spot */

/** What can be pressed on the page, and whether Tab came by it. @returns {{all: Spot[], missed: Spot[], known: string[]}} */
const spots = () => {
  const w = /** @type {any} */ (window);
  const key = (/** @type {Element} */ e) => {
    let owner = e.parentElement;
    while (owner && !(/** @type {any} */ (owner).actions)) owner = owner.parentElement;
    return `${owner?.localName ?? ''} ${e.getAttribute('data-do') ?? e.localName}`;
  };
  const shown = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [data-do], [tabindex="0"]')].filter((e) => {
    const { width, height } = e.getBoundingClientRect();
    const asleep = e.matches(':disabled, [hidden], [role="option"], .shade, [tabindex="-1"]') || (document.querySelector('[aria-modal="true"]') && !e.closest('[aria-modal="true"]'));
    const radio = e instanceof HTMLInputElement && e.type === 'radio' && !e.checked;
    return !asleep && !radio && width > 0 && height > 0 && e.checkVisibility();
  });
  const spot = (/** @type {Element} */ e) => ({ key: key(e), text: (e.getAttribute('aria-label') ?? e.textContent ?? '').trim().slice(0, 60) });
  const parts = [...document.querySelectorAll('*')].filter((e) => e.localName.includes('-'));
  return { all: shown.map(spot), missed: shown.filter((e) => !w.reached.has(e)).map(spot), known: parts.flatMap((e) => Object.keys(/** @type {any} */ (e).actions ?? {})) };
};

/** Presses Tab until it comes round. @param {import('playwright-core').Page} page */
async function tabThrough(page) {
  await page.evaluate(() => {
    const w = /** @type {any} */ (window);
    w.reached = new Set();
    document.addEventListener('focusin', (e) => w.reached.add(e.target));
    if (document.activeElement && document.activeElement !== document.body) w.reached.add(document.activeElement);
  });
  for (let size = -1, still = 0, i = 0; still < 4 && i < 400; i += 5) {
    for (let k = 0; k < 5; k++) await page.keyboard.press('Tab');
    const now = await page.evaluate(() => /** @type {any} */ (window).reached.size);
    still = now === size ? still + 1 : 0;
    size = now;
  }
}

/** Starts the house anew in the same page, with the world as it was. @param {string} hash */
const anew = async (hash) => {
  const w = /** @type {any} */ (window);
  const { store } = await import(/** @type {any} */ ('/src/store.js'));
  w.first ??= JSON.stringify(w.fake.world);
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  document.body.replaceChildren();
  for (const key of Object.keys(w.fake.world)) delete w.fake.world[key];
  Object.assign(w.fake.world, JSON.parse(w.first));
  store.reset();
  store.set({ connection: 'open' });
  location.hash = hash;
  document.body.append(document.createElement('errata-shell'));
};

/** All that would tell that a key did something. */
const trace = () => {
  const { fake } = /** @type {any} */ (window);
  const fields = [...document.querySelectorAll('input, select, textarea')].map((f) => `${/** @type {HTMLInputElement} */ (f).value}${/** @type {HTMLInputElement} */ (f).checked}`).join();
  return `${fake?.calls.length} ${location.hash} ${document.activeElement?.outerHTML.slice(0, 200)} ${document.body.innerHTML.length} ${document.documentElement.dataset.theme} ${fields}`;
};

describe('the keyboard alone', { timeout: 1_200_000 }, () => {
  /** @type {Awaited<ReturnType<typeof serveFiles>>} */
  let server;
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => { [server, browser] = [await serveFiles(), await launch()]; });
  after(async () => {
    await browser?.close();
    server?.close();
  });
  /** @type {Set<string>} */
  const pressed = new Set();
  /** @type {Set<string>} */
  const known = new Set();

  for (const [name, hash, change, then] of scenes) {
    test(`reaches and presses all of ${name}`, async () => {
      const w = /** @type {any} */ (world());
      change?.(w);
      const { page, context } = await openWith(browser, `${server.url}${hash}`, w, { viewport: { width: 1280, height: 800 } });
      let files = 0; // a dialog for a file leaves no trace in the page
      page.on('filechooser', () => { files++; });
      const open = async () => {
        await page.waitForSelector('.room h1, .first h1');
        await page.waitForTimeout(50);
        await then?.(page);
        await page.waitForTimeout(50);
      };
      await open();
      await page.evaluate(anew, hash);
      await open();
      await tabThrough(page);
      const { all, missed, known: names } = await page.evaluate(spots);
      for (const n of names) known.add(n);
      const forms = await page.evaluate(() => [...document.querySelectorAll('form[data-send]')].map((f) => f.getAttribute('data-send') ?? ''));
      assert.deepEqual(missed, [], 'Tab comes by everything');
      for (const { key } of all) {
        if (pressed.has(key) || !/ [a-z-]*$/.test(key) || / (input|select|textarea)$/.test(key)) continue;
        pressed.add(key);
        await page.evaluate(anew, hash);
        await open();
        const there = await page.evaluate((wanted) => {
          for (const e of document.querySelectorAll('a[href], button, summary, [data-do]')) {
            let owner = e.parentElement;
            while (owner && !(/** @type {any} */ (owner).actions)) owner = owner.parentElement;
            if (`${owner?.localName ?? ''} ${e.getAttribute('data-do') ?? e.localName}` !== wanted || !(e instanceof HTMLElement) || e.matches(':disabled, [aria-current], .shade') || !e.checkVisibility()) continue;
            e.focus();
            if (document.activeElement === e) return true;
          }
          return false;
        }, key);
        if (!there) continue; // the one that is there is where the page stands already
        const was = await page.evaluate(trace);
        const asked = files;
        await page.keyboard.press('Enter');
        let did = false;
        for (const end = Date.now() + 5000; !did && Date.now() < end;) did = files > asked || await page.evaluate(trace).then((now) => now !== was, () => true);
        assert.ok(did, `Enter on ${key} did something`);
      }
      for (const send of forms.filter((f) => !pressed.has(`form ${f}`) && !undrawn[f])) {
        pressed.add(`form ${send}`);
        await page.evaluate(anew, hash);
        await open();
        const form = page.locator(`form[data-send="${send}"]`).first();
        const field = form.locator('input:not([type="checkbox"]):not([type="radio"]):visible, textarea:visible').first();
        const writes = await field.count() > 0;
        await (writes ? field : form.locator('button:not([type="button"]):visible').first()).focus();
        if (writes) await page.keyboard.type('x');
        const rest = await form.locator('[required]:visible').all();
        for (const r of rest) if (!await r.inputValue()) await r.fill('x');
        const was = await page.evaluate(trace);
        await page.keyboard.press('Enter');
        let did = false;
        for (const end = Date.now() + 5000; !did && Date.now() < end;) did = await page.evaluate(trace).then((now) => now !== was, () => true);
        assert.ok(did, `Enter in ${send} did something`);
      }
      await context.close();
    });
  }

  test('every action was pressed in some scene', () => {
    const done = new Set([...pressed].map((key) => key.split(' ')[1]));
    const left = [...known].filter((n) => !done.has(n) && !undrawn[n]);
    assert.deepEqual(left, [], 'give each a scene in scenes.js');
  });

  test('a question is asked, checked, taught, approved and trained, and a screen reader hears of it', async () => {
    const w = world();
    w.settings.auto_check = false; // a scripted check would end in the same breath as the answer
    w.turns[1].verdicts = { a2: w.turns[0].verdicts?.a1 ?? assert.fail() };
    const { page, context } = await openWith(browser, `${server.url}#/chat/`, w, { viewport: { width: 1280, height: 800 } });
    await page.waitForSelector('ask-box textarea');
    await page.evaluate(() => {
      const w = /** @type {any} */ (window);
      w.heard = [];
      new MutationObserver(() => {
        for (const region of document.querySelectorAll('[aria-live], [role="status"], [role="alert"]')) {
          const text = region.textContent?.replace(/\s+/g, ' ').trim() ?? '';
          if (text && !w.heard.includes(text)) w.heard.push(text);
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    const heard = () => page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).heard));
    const calls = (/** @type {string} */ method) => page.waitForFunction((m) => /** @type {any} */ (window).fake.calls.some((/** @type {any[]} */ c) => c[0] === m), method);
    await page.keyboard.press('/');
    await page.keyboard.type('How many boats are there?');
    await page.keyboard.press('Enter');
    /** Goes on with Tab until it stands on what can be pressed. @param {string} selector */
    const tabTo = async (selector) => {
      const wanted = page.locator(selector);
      await wanted.waitFor();
      for (let i = 0; i < 80 && !await wanted.evaluate((e) => e === document.activeElement); i++) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
    };
    await tabTo('margin-note [data-do="check"]');
    await page.locator('[data-do="teach"]').waitFor();
    const told = await heard();
    assert.equal(told.filter((t) => t.includes('fourteen')).length, 1, `the end of the answer, once: ${told.join(' | ')}`);
    assert.ok(told.some((t) => t.includes('sources say otherwise')), `the verdict: ${told.join(' | ')}`);
    await tabTo('[data-do="teach"]');
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'answer');
    await page.keyboard.press('Enter');
    await calls('Teach');
    await page.keyboard.press('Alt+2');
    await page.waitForSelector('fact-case h2');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('a');
    await calls('ApproveFact');
    await page.keyboard.press('r');
    await calls('RejectFact');
    await page.keyboard.press('u');
    await calls('UndoFact');
    assert.ok((await heard()).some((t) => t.startsWith('Approved:')), 'the decision');
    await page.keyboard.press('Alt+4');
    await page.waitForSelector('training-room h1');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('keys');
    await page.keyboard.press('Enter');
    await page.waitForSelector('shortcut-sheet [role="dialog"]');
    await page.keyboard.press('Escape');
    await page.waitForSelector('shortcut-sheet [role="dialog"]', { state: 'detached' });
    await context.close();
  });
});
