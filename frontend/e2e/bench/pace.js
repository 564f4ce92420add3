/**
 * What runs in the page while it is measured. These functions are sent there as
 * text and refer to nothing outside themselves.
 */

/** Notes the time of every frame from now on. */
export const watchFrames = () => {
  const w = /** @type {any} */ (window);
  w.frames_ = { at: [], going: true };
  /** @param {number} _t */
  const frame = (_t) => {
    w.frames_.at.push(performance.now());
    if (w.frames_.going) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

/** Ends it and gives the gaps between frames, in ms. @returns {number[]} */
export const frameGaps = () => {
  const { frames_ } = /** @type {any} */ (window);
  frames_.going = false;
  return frames_.at.slice(1).map((/** @type {number} */ t, /** @type {number} */ i) => t - frames_.at[i]);
};

/**
 * Asks for the numbered text and watches it come: the gaps between frames while it
 * came, the numbers that stand in the end, and how often a number stood out of its
 * place meanwhile.
 * @param {{question: string, tokens: number}} what
 */
export const watchStream = async ({ question, tokens }) => {
  const { api } = await import(/** @type {any} */ ('/src/api.js'));
  const numbers = () => [...document.querySelectorAll('answer-text')].at(-1)?.textContent?.match(/w\d{4}/g) ?? [];
  const inPlace = (/** @type {string[]} */ list) => list.every((word, i) => Number(word.slice(1)) === i + 1);
  location.hash = '#/chat/';
  const { store } = await import(/** @type {any} */ ('/src/store.js'));
  /** @type {HTMLTextAreaElement | null} */
  let box = null;
  while (!box || store.state.route.room !== 'chat' || store.state.route.id || document.querySelector('page-turn')) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    box = document.querySelector('ask-box textarea');
  }
  const over = new AbortController();
  /** @type {{at: number, text: string}[]} */
  const pieces = [];
  let wrong = 0;
  /** @type {number[]} */
  const frames = [];
  let going = true;
  let last = '';
  const finished = new Promise((resolve) => {
    api.on((/** @type {any} */ e) => {
      if (e.topic === 'answer.text') pieces.push({ at: performance.now(), text: e.data.text });
      if (e.topic === 'answer.finished') { last = e.data.answer.text; resolve(null); }
    }, over.signal);
  });
  const frame = () => {
    frames.push(performance.now());
    if (frames.length % 20 === 0 && !inPlace(numbers())) wrong++;
    if (going) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  box.value = question;
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  await finished;
  const end = performance.now();
  while (numbers().length < tokens && performance.now() - end < 10_000) await new Promise((resolve) => { setTimeout(resolve, 20); });
  const drawn = performance.now();
  await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
  going = false;
  over.abort();
  const from = pieces[0]?.at ?? 0;
  const to = pieces.at(-1)?.at ?? 0;
  const during = frames.filter((t) => t >= from && t <= drawn + 100);
  const shown = numbers();
  if (!inPlace(shown)) wrong++;
  return {
    gaps: during.slice(1).map((t, i) => t - during[i]), pieces: pieces.length, told: pieces.map((p) => p.text).join('') === last,
    shown: shown.length, wrong, rate: to > from ? tokens / ((to - from) / 1000) : 0, drawn: drawn - end,
  };
};

/**
 * Opens a chat by its link and waits until its end stands on the page and the page
 * is quiet: ms to the first frame that shows it, and to the end of the last long
 * task after that.
 * @param {{id: string, mark: string}} what
 */
export const openChat = async ({ id, mark }) => {
  const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
  const seen = () => [...document.querySelectorAll('page-turn')].at(-1);
  const from = performance.now();
  location.hash = `#/chat/${encodeURIComponent(id)}`;
  for (;;) {
    await frame();
    const turn = seen();
    const box = turn?.querySelector('answer-text')?.getBoundingClientRect();
    const blank = [...document.querySelectorAll('page-turn:empty')].some((t) => { const r = t.getBoundingClientRect(); return r.top < innerHeight && r.bottom > 0; });
    if (!blank && turn?.textContent?.includes(mark) && box && box.height > 0 && box.top < innerHeight && box.bottom > 0) break;
    if (performance.now() - from > 60_000) throw new Error('the chat did not open');
  }
  await new Promise((resolve) => { const c = new MessageChannel(); c.port1.onmessage = resolve; requestAnimationFrame(() => c.port2.postMessage(0)); });
  const shown = performance.now() - from;
  let quiet = performance.now();
  let busyUntil = quiet;
  for (let before = quiet; quiet - busyUntil < 400; before = quiet) {
    await frame();
    quiet = performance.now();
    if (quiet - before > 60) busyUntil = quiet;
  }
  return { shown, settled: busyUntil - from, turns: document.querySelectorAll('page-turn').length, nodes: document.querySelectorAll('*').length };
};

/**
 * Scrolls the queue as a hand would, then jumps in it: the gaps between frames,
 * how far down it came, and in how many frames the middle of the list was blank.
 * @param {{frames: number, step: number, jumps: number}} how
 */
export const scrollQueue = async ({ frames, step, jumps }) => {
  const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
  const wait = (/** @type {number} */ ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
  location.hash = '#/review';
  while (!document.querySelector('fact-list button')) await wait(50);
  await wait(1000);
  /** @type {Element | null} */
  let box = document.querySelector('fact-list');
  while (box && !(box.scrollHeight > box.clientHeight + 50 && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
  if (!box) throw new Error('the queue does not scroll');
  const list = box;
  const { left, top, width, height } = list.getBoundingClientRect();
  const blank = () => {
    const at = document.elementFromPoint(left + width / 3, top + height / 2);
    return !at?.closest('fact-list button, fact-list a, fact-list li, fact-list [role="option"]') || !at.closest('li, button, a, [role="option"]')?.textContent?.trim();
  };
  /** @type {number[]} */
  const gaps = [];
  let blanks = 0;
  let looked = 0;
  /** @param {number} n @param {(i: number) => void} move */
  const run = async (n, move) => {
    let before = performance.now();
    for (let i = 0; i < n; i++) {
      move(i);
      await frame();
      const now = performance.now();
      gaps.push(now - before);
      before = now;
      looked++;
      if (blank()) blanks++;
    }
  };
  await run(frames, () => { list.scrollTop += step; });
  const { scrollTop } = list;
  await run(jumps * 10, (i) => { if (i % 10 === 0) list.scrollTop = ((i / 10 + 1) * 0.618_034 % 1) * list.scrollHeight; });
  const row = document.querySelector('fact-list li, fact-list [role="option"], fact-list button')?.getBoundingClientRect().height ?? 0;
  return { gaps, blanks, looked, scrolled: scrollTop, reach: row ? Math.round(list.scrollHeight / row) : 0, rows: document.querySelectorAll('fact-list button').length };
};
