import { JSDOM } from 'jsdom';

/**
 * A page for tests of elements and rooms. Import it first: the modules of the page
 * need a document while they load.
 */
const dom = new JSDOM('<!doctype html><html lang="en"><head><title>Errata</title></head><body></body></html>', { url: 'http://127.0.0.1/', pretendToBeVisual: true, runScripts: 'outside-only' });

for (const name of ['window', 'document', 'location', 'navigator', 'HTMLElement', 'HTMLInputElement', 'HTMLTextAreaElement', 'HTMLSelectElement', 'HTMLAnchorElement', 'Element', 'Node', 'NodeFilter', 'Text', 'Event', 'CustomEvent',
  'FileReader', 'File', 'Blob', 'KeyboardEvent', 'MouseEvent', 'InputEvent', 'customElements', 'getComputedStyle', 'DocumentFragment', 'DOMParser', 'XMLSerializer', 'MutationObserver', 'AbortController', 'AbortSignal']) {
  Object.defineProperty(globalThis, name, { value: /** @type {any} */ (dom.window)[name], configurable: true, writable: true });
}
const quiet = { matches: false, addEventListener() {}, removeEventListener() {} };
Object.assign(globalThis, { matchMedia: () => quiet, innerWidth: 1280, devicePixelRatio: 1, CSS: { escape: (/** @type {string} */ s) => s } });

export const page = dom.window;

/** Lets promises and events that are under way finish. */
export const settle = async (rounds = 12) => {
  for (let i = 0; i < rounds; i++) await new Promise((resolve) => { setTimeout(resolve, 1); });
};

/** Draws markup of a test's own. @param {string} markup */
export const put = (markup) => {
  document.body.innerHTML = markup;
  return document.body;
};

/** @param {EventTarget} target @param {string} key @param {KeyboardEventInit & {keyCode?: number}} [more] */
export const press = (target, key, more = {}) => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }));

/** @param {HTMLInputElement | HTMLTextAreaElement} field @param {string} text */
export const type = (field, text) => {
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
};
