/**
 * Takes pictures with a scripted API, for people to look at:
 *
 *     node e2e/screenshots.js           each room, light and dark, into build/screenshots/
 *     node e2e/screenshots.js PART      every scene whose name holds PART ('' is all of them), two
 *                                       sizes, into build/cache/screenshots/
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { world } from '../test/fixtures.js';
import { launch, openWith, serveFiles } from './browser.js';
import { rooms, scenes } from './scenes.js';

const part = process.argv[2];
const kept = part === undefined;
const out = fileURLToPath(new URL(kept ? '../../build/screenshots/' : '../../build/cache/screenshots/', import.meta.url));
await mkdir(out, { recursive: true });
const server = await serveFiles();
const browser = await launch();

for (const theme of /** @type {const} */ (['light', 'dark'])) {
  for (const [width, height] of kept ? [[1280, 800]] : [[1280, 800], [900, 600]]) {
    for (const [name, hash, change, after] of scenes) {
      const file = kept ? `${name}-${theme}` : `${name}-${theme}-${width}`;
      if (kept ? !rooms.includes(name) : !file.includes(part)) continue;
      const w = /** @type {any} */ (world());
      w.settings.theme = theme;
      change?.(w);
      const { page, context } = await openWith(browser, `${server.url}${hash}`, w, { viewport: { width, height } });
      await page.waitForSelector('.room h1, .first h1');
      await page.waitForTimeout(250);
      await after?.(page);
      await page.waitForTimeout(150);
      await page.screenshot({ path: `${out}${file}.png` });
      await context.close();
    }
  }
}
await browser.close();
server.close();
