/**
 * What puts hostile texts into the page and watches what they do there. These
 * functions are sent into the page as text and refer to nothing outside themselves;
 * the page's own modules draw, over a scripted API that window.fake holds.
 */

/** The places that hold text of others. */
export const sinks = ['question', 'answer', 'quote', 'source', 'fact', 'file', 'title', 'message'];

/** Calls that change something: a text must not get one made. */
const changing = '^(Empty|Delete|Save|Approve|Reject|Add|Edit|Teach|Train|Promote|Rollback|Set|Ask|Rename|Restore|Import|Install|Build|Discard|Undo|Rate|Stop|Cancel)';

/**
 * Gives the texts what they reach for, and notes every touch.
 * @param {{spy: string}} where
 */
export const arm = ({ spy }) => {
  const w = /** @type {any} */ (window);
  w.spy = spy;
  w.touched = { executed: [], bound: [], requests: [], navigations: [], violations: [], markup: [] };
  w.hit = (/** @type {number} */ n) => { w.touched.executed.push(n); };
  for (const name of ['alert', 'confirm', 'prompt', 'open', 'print']) w[name] = () => { w.touched.executed.push(name); };
  document.addEventListener('securitypolicyviolation', (e) => w.touched.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  window.addEventListener('hashchange', () => { if (location.hash !== w.going) w.touched.navigations.push(location.hash); });
  new PerformanceObserver((list) => {
    for (const { name } of list.getEntries()) if (!name.startsWith(location.origin)) w.touched.requests.push(name);
  }).observe({ type: 'resource' });
  // In the window itself the bridge to Go is there as well, and nothing has a reason to use it.
  const invoke = w.WailsInvoke;
  if (invoke) w.WailsInvoke = (/** @type {string} */ message) => { if (message[0] === 'C') w.touched.bound.push(message.slice(0, 80)); return invoke(message); };
};

/**
 * Draws a batch in every sink, presses its links and pokes what was drawn.
 * @param {{batch: import('./payloads.js').Payload[], changing: string}} what
 * @returns {Promise<{seen: Record<string, number[]>, links: number, touched: Record<string, unknown[]>}>}
 */
export const plant = async ({ batch, changing }) => {
  const w = /** @type {any} */ (window);
  const { fake, touched } = w;
  const [{ store }, asking, live] = await Promise.all(['store', 'asking', 'live'].map((name) => import(`/src/${name}.js`)));
  const { world } = fake;
  w.pattern ??= structuredClone({ turn: world.turns[0], fact: world.facts[0], document: world.documents[0], chat: world.chats[1] });
  const { pattern } = w;
  const frame = () => new Promise((resolve) => { requestAnimationFrame(() => setTimeout(resolve, 0)); });
  /** @type {Record<string, Set<number>>} */
  const seen = {};
  const text = (/** @type {{text: string}} */ p, /** @type {string} */ sink) => p.text + sink;
  // The open fact of the batch before may still be there.
  const own = new Set(batch.map((p) => p.id));
  const note = () => {
    for (const [, id, sink] of document.body.outerHTML.matchAll(/mark(\d+)end(\w+)/g)) if (own.has(Number(id))) (seen[sink] ??= new Set()).add(Number(id));
  };
  const judge = () => {
    for (const e of document.body.querySelectorAll('script, iframe, object, embed, img, video, audio, link, style, base, meta, form[action], [formaction], [ping], [srcdoc]')) touched.markup.push(e.outerHTML.slice(0, 200));
    for (const e of document.body.querySelectorAll('*')) {
      for (const { name, value } of e.attributes) {
        if (/^on/i.test(name) || (/^(href|xlink:href|src)$/.test(name) && !/^(https?:|mailto:|#)/.test(value))) touched.markup.push(`${name}=${value}`);
      }
    }
  };
  /** @param {string[]} wanted */
  const look = async (wanted) => {
    const all = () => wanted.every((sink) => (seen[sink]?.size ?? 0) >= batch.length);
    for (let i = 0; i < 60 && !all(); i++) { await frame(); if (i % 20 === 5) note(); }
    note();
    for (const e of document.querySelectorAll('main, main *')) {
      if (all() || e.scrollHeight < e.clientHeight + 20 || !/auto|scroll/.test(getComputedStyle(e).overflowY)) continue;
      for (e.scrollTop = 0; ; e.scrollTop += e.clientHeight / 2) {
        await frame();
        note();
        if (all() || e.scrollTop + e.clientHeight >= e.scrollHeight - 2) break;
      }
    }
    judge();
    for (const e of document.querySelectorAll('main *, toast-list *, chat-list *')) {
      for (const name of ['error', 'load', 'mouseover', 'pointerenter', 'focus', 'toggle', 'animationstart', 'beginEvent']) e.dispatchEvent(new Event(name));
    }
    for (const a of document.querySelectorAll('a[href]:not([href^="#"])')) if (a instanceof HTMLElement) a.click();
    await frame();
  };
  /** @param {string} hash */
  const go = async (hash) => {
    if (location.hash === hash) return;
    w.going = hash;
    location.hash = hash;
    while (!store.state.route || `#/${store.state.route.room}` !== hash.split('/', 2).join('/')) await frame();
  };

  const old = pattern.turn.verdicts.a1;
  const passage = (/** @type {any} */ p, /** @type {number} */ i) => [
    { ...old.passages[0], id: `p${i}a`, quote: text(p, 'quote'), text: text(p, 'quote'), value: text(p, 'quote') },
    { ...old.passages[0], id: `p${i}b`, title: text(p, 'source'), url: text(p, 'source'), domain: text(p, 'source') },
    { ...old.passages[0], id: `p${i}c`, title: text(p, 'source'), url: `https://a.example/${text(p, 'source')}`, domain: text(p, 'source'), provider: i % 2 ? 'library' : 'wikipedia', flags: [text(p, 'source')] },
  ];
  world.turns = batch.map((p, i) => ({
    question: { id: `q${p.id}`, chat_id: 'chat1', ...(i ? { parent_id: `a${batch[i - 1].id}` } : {}), text: text(p, 'question'), created_at: pattern.turn.question.created_at },
    answers: [{ ...pattern.turn.answers[1], id: `a${p.id}`, question_id: `q${p.id}`, text: text(p, 'answer'), model: text(p, 'answer'), version_name: text(p, 'answer') }],
    verdicts: { [`a${p.id}`]: { ...old, id: `v${p.id}`, answer_id: `a${p.id}`, sentence: text(p, 'quote'), rival_value: text(p, 'quote'), queries: [text(p, 'question')], claim: { ...old.claim, short: text(p, 'answer'), sentence: text(p, 'answer') }, passages: passage(p, i) } },
    ratings: {},
  }));
  world.chats = [pattern.chat, ...batch.map((p) => ({ ...pattern.chat, id: text(p, 'title'), title: text(p, 'title') }))];
  world.facts = batch.map((p, i) => ({ ...pattern.fact, id: `f${p.id}`, question: text(p, 'fact'), answer: text(p, 'fact'), old_answer: text(p, 'fact').slice(4), aliases: [text(p, 'fact')], passages: passage(p, i) }));
  world.documents = batch.map((p, i) => ({ ...pattern.document, id: `d${p.id}`, path: text(p, 'file'), title: i % 3 ? '' : text(p, 'file'), status: i % 2 ? 'indexed' : 'unreadable', reason: text(p, 'file') }));

  await go('#/chat/');
  await asking.loadChats();
  await go('#/chat/chat1');
  await asking.reloadChat('chat1');
  store.set({ toasts: batch.map((p) => ({ id: p.id, kind: 'error', text: text(p, 'message'), hint: text(p, 'message') })) });
  await look(['question', 'answer', 'quote', 'source', 'title', 'message']);
  store.set({ toasts: [] });
  await go('#/review');
  await live.load('facts');
  await look(['fact']);
  for (let i = 0; i < 3; i++) { document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true })); await frame(); note(); }
  await go('#/library');
  await live.load('documents');
  await look(['file']);

  const calls = fake.calls.splice(0);
  const opened = calls.filter((/** @type {any[]} */ c) => c[0] === 'OpenLink').map((/** @type {any[]} */ c) => String(c[1]));
  touched.navigations.push(...opened.filter((/** @type {string} */ href) => !/^(https?|mailto):/.test(href)));
  touched.bound.push(...calls.map((/** @type {any[]} */ c) => c[0]).filter((/** @type {string} */ name) => new RegExp(changing).test(name)));
  w.touched = { executed: [], bound: [], requests: [], navigations: [], violations: [], markup: [] };
  return { seen: Object.fromEntries(Object.entries(seen).map(([sink, ids]) => [sink, [...ids]])), links: opened.length, touched };
};

/**
 * Puts a thousand texts through a page, and says what came of it.
 * @param {{evaluate: (f: any, arg: any) => Promise<any>}} page
 * @param {import('./payloads.js').Payload[]} all
 * @param {(done: number) => void} [tell] how many are through
 */
export async function plantAll(page, all, tell = () => {}) {
  const size = 50;
  /** @type {Record<string, unknown[]>} */
  const touched = {};
  /** @type {Record<string, Set<number>>} */
  const seen = Object.fromEntries(sinks.map((s) => [s, new Set()]));
  let links = 0;
  for (let at = 0; at < all.length; at += size) {
    const done = await page.evaluate(plant, { batch: all.slice(at, at + size), changing });
    for (const [name, list] of Object.entries(done.touched)) touched[name] = [...(touched[name] ?? []), .../** @type {unknown[]} */ (list)];
    for (const sink of sinks) for (const id of done.seen[sink] ?? []) seen[sink].add(id);
    links += done.links;
    tell(Math.min(all.length, at + size));
  }
  return { touched, links, missing: Object.fromEntries(sinks.map((sink) => [sink, all.filter((p) => !seen[sink].has(p.id)).map((p) => p.text)])) };
}
