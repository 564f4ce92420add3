/**
 * Draws an element once it comes near the screen, or when the page has nothing
 * else to do: a long chat opens with what is seen, and all of it is there for a
 * search in the page or a screen reader some moments later.
 */

/** How far off the screen an element is drawn already. */
const margin = '1200px';

/** @type {Map<Element, () => void>} */
const waiting = new Map();

/** @type {IntersectionObserver | null} */
const observer = typeof IntersectionObserver === 'undefined' ? null : new IntersectionObserver((entries) => {
  for (const e of entries) if (e.isIntersecting) arrive(e.target);
}, { rootMargin: margin });

/**
 * Calls `draw` once, when the element comes near; the signal ends the wait.
 * @param {Element} element @param {() => void} draw @param {AbortSignal} signal
 */
export function whenNear(element, draw, signal) {
  if (!observer) {
    draw();
    return;
  }
  waiting.set(element, draw);
  observer.observe(element);
  signal.addEventListener('abort', () => forget(element));
  rest();
}

/** @param {Element} element */
function forget(element) {
  waiting.delete(element);
  observer?.unobserve(element);
}

/** @param {Element} element */
function arrive(element) {
  const draw = waiting.get(element);
  forget(element);
  if (draw) keepPlace(element, draw);
}

/**
 * What is read must not move when something above it grows. Chromium sees to that
 * by itself, WebKit does not.
 * @param {Element} element @param {() => void} draw
 */
function keepPlace(element, draw) {
  const scroller = CSS.supports('overflow-anchor', 'auto') ? null : element.closest('.chat-page');
  const before = scroller && element.getBoundingClientRect();
  draw();
  if (!scroller || !before || before.top >= scroller.getBoundingClientRect().top) return;
  scroller.scrollTop += element.getBoundingClientRect().height - before.height;
}

let resting = false;

/** Draws the others one by one, the last first, whenever nothing else is to do. */
function rest() {
  if (resting || !waiting.size) return;
  resting = true;
  const next = () => {
    resting = false;
    const element = [...waiting.keys()].at(-1);
    if (element) arrive(element);
    rest();
  };
  if ('requestIdleCallback' in globalThis) requestIdleCallback(next);
  else setTimeout(next, 60);
}
