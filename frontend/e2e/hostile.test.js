import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { world } from '../test/fixtures.js';
import { launch, openWith, serveFiles } from './browser.js';
import { payloads } from './payloads.js';
import { arm, plantAll, sinks } from './plant.js';
import { spyServer } from './spy.js';

/** A thousand hostile texts in every place that shows text of others. */
describe('hostile text', { timeout: 900_000 }, () => {
  /** @type {Awaited<ReturnType<typeof serveFiles>>} */
  let server;
  /** @type {Awaited<ReturnType<typeof spyServer>>} */
  let spy;
  /** @type {import('playwright-core').Browser} */
  let browser;
  before(async () => { [server, spy, browser] = [await serveFiles(), await spyServer(), await launch()]; });
  after(async () => {
    await browser?.close();
    server?.close();
    spy?.close();
  });

  test('runs nothing, calls nothing, fetches nothing and leads nowhere', async () => {
    const { page, context } = await openWith(browser, `${server.url}#/chat/`, world(), { viewport: { width: 1280, height: 800 } });
    await page.waitForSelector('ask-box textarea');
    await page.evaluate(arm, { spy: spy.url });
    /** @type {string[]} */
    const outside = [];
    page.on('request', (r) => { if (!r.url().startsWith(server.url)) outside.push(r.url()); });
    page.on('framenavigated', (f) => { if (!f.url().startsWith(server.url)) outside.push(`went to ${f.url()}`); });
    context.on('page', (p) => outside.push(`opened ${p.url()}`));
    const all = payloads(spy.url);
    const { touched, missing, links } = await plantAll(page, all);
    assert.equal(all.length, 1000);
    assert.deepEqual(touched, { executed: [], bound: [], requests: [], navigations: [], violations: [], markup: [] });
    assert.deepEqual([outside, spy.asked()], [[], []]);
    assert.deepEqual(missing, Object.fromEntries(sinks.map((s) => [s, []])), 'every text was drawn in every sink');
    assert.ok(links > 100, `${links} links were pressed`);
    await context.close();
  });

  test('is alive: in a page without our guards it runs, fetches and goes away', async () => {
    const bare = createServer((_request, response) => { response.setHeader('Content-Type', 'text/html'); response.end('<!doctype html><body></body>'); });
    await new Promise((resolve) => { bare.listen(0, '127.0.0.1', () => resolve(null)); });
    const { port } = /** @type {import('node:net').AddressInfo} */ (bare.address());
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const { marked } = await import('../src/vendor/marked.js');
    const all = payloads(spy.url);
    const ran = await page.evaluate(async ({ list, address }) => {
      /** @type {Set<number>} */
      const hits = new Set();
      Object.assign(window, { hit: (/** @type {number} */ n) => hits.add(n), spy: address, go: { api: { API: { EmptyTrash() {} } } } });
      for (let at = 0; at < list.length; at += 50) {
        const frames = list.slice(at, at + 50).map(({ html }) => {
          const f = document.body.appendChild(document.createElement('iframe'));
          f.contentDocument?.write(`<!doctype html><script>hit=parent.hit;spy=parent.spy;go=parent.go</script><body>${html}`);
          return f;
        });
        await new Promise((resolve) => { setTimeout(resolve, 300); });
        for (const f of frames) {
          try {
            for (const e of f.contentDocument?.querySelectorAll('*') ?? []) {
              for (const name of ['mouseover', 'click', 'focus', 'toggle', 'pointerenter', 'input', 'load', 'error', 'animationstart']) e.dispatchEvent(new Event(name));
              if (e instanceof (/** @type {any} */ (f.contentWindow).HTMLAnchorElement) && !e.getAttribute('target')) /** @type {HTMLElement} */ (e).click();
            }
          } catch { /* it went away: the spy saw it */ }
        }
        await new Promise((resolve) => { setTimeout(resolve, 200); });
        for (const f of frames) f.remove();
      }
      return [...hits];
    }, { address: spy.url, list: all.map(({ text }) => ({ html: `${text}${marked.parse(text)}<a href="${text}" title="${text}">x</a><b title='${text}'></b>` })) });
    const alive = new Set([...ran, ...spy.asked()]);
    await page.close();
    bare.close();
    for (const family of new Set(all.map((p) => p.family))) {
      const list = all.filter((p) => p.family === family);
      const share = list.filter((p) => alive.has(p.id)).length / list.length;
      assert.ok(share > 0.5, `${family}: ${Math.round(share * 100)} % are alive`);
    }
  });
});
