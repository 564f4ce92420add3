import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { world } from '../test/fixtures.js';
import { launch, openWith, serveFiles } from './browser.js';

/** @type {Awaited<ReturnType<typeof serveFiles>>} */
let server;
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => { [server, browser] = [await serveFiles(), await launch()]; });
after(async () => { await browser?.close(); server?.close(); });

describe('a choice', () => {
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    test(`looks like the other fields of the ${theme} theme`, async () => {
      const w = world();
      w.settings.theme = theme;
      w.providers[3].on = true;
      const { page, context } = await openWith(browser, `${server.url}#/settings`, w, { viewport: { width: 1280, height: 800 } });
      await page.waitForSelector('settings-room select');
      const look = (/** @type {string} */ selector) => page.locator(selector).first().evaluate((e) => {
        const { appearance, backgroundColor, backgroundImage, borderColor, color, fontSize } = getComputedStyle(e);
        return { appearance, image: backgroundImage, paper: backgroundColor, height: e.getBoundingClientRect().height, same: { borderColor, color, fontSize } };
      });
      const token = (/** @type {string} */ name) => page.evaluate((n) => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = `var(${n})`;
        const { color } = getComputedStyle(probe);
        probe.remove();
        return color;
      }, name);
      const [choice, field] = [await look('settings-room select'), await look('settings-room input:not([type="checkbox"])')];
      assert.equal(choice.appearance, 'none');
      assert.equal(choice.height, field.height);
      assert.deepEqual(choice.same, field.same);
      assert.equal(choice.paper, await token('--paper'));
      assert.ok(choice.image.includes(await token('--faint')), `its arrow: ${choice.image}`);
      const cut = await page.locator('settings-room select').evaluateAll((all) => all.filter((e) => {
        const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
        const { font, paddingLeft, paddingRight } = getComputedStyle(e);
        pen.font = font;
        const room = e.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
        return [.../** @type {HTMLSelectElement} */ (e).options].some((o) => pen.measureText(o.text).width > room);
      }).map((e) => e.id));
      assert.deepEqual(cut, [], 'no option is cut off');
      await context.close();
    });
  }
});
