import { html, morph } from './html.js';
import { t } from './speech.js';

/**
 * Finds an element or throws: a missing element is a mistake of ours, and a
 * silent null would show it somewhere else.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function find(root, selector) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no element matches ${selector}`);
  return found;
}

/**
 * Finds a text field, a text area or a choice and gives its value.
 * @param {ParentNode} root
 * @param {string} name
 */
export function valueOf(root, name) {
  const field = find(root, `[name="${name}"]`);
  if (field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio')) return String(field.checked);
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) return field.value;
  throw new Error(`${name} is not a field`);
}

/**
 * Whether a key belongs to an input method that is composing a word: it must
 * neither send, stop nor close anything.
 * @param {KeyboardEvent} e
 */
export const composing = (e) => e.isComposing || e.keyCode === 229;

/**
 * Whether the fields that a form needs are filled in; if not, the browser says so
 * at the first one. Blanks alone count as nothing.
 * @param {HTMLElement} part of a form, or the form
 */
export function filled(part) {
  const form = part.closest('form');
  if (!form) throw new Error('there is no form around');
  for (const field of form.querySelectorAll('[required]')) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue;
    field.setCustomValidity(field.value.trim() ? '' : t`Fill this in.`);
    field.addEventListener('input', () => field.setCustomValidity(''), { once: true });
  }
  return form.reportValidity();
}

/**
 * The base of every custom element here: it draws what render() gives, and calls
 * the action that a pressed `data-do` or a sent form's `data-send` names.
 * Everything it listens to ends when it leaves the page.
 */
export class Part extends HTMLElement {
  /** @type {AbortController | null} */
  #abort = null;
  /** @type {Record<string, (target: HTMLElement) => unknown>} */
  actions = {};
  /** What was asked once and is gone for good at the second press. */
  asked = '';

  // Lifecycle

  connectedCallback() {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.addEventListener('click', (e) => this.#act(e, 'data-do'), { signal });
    this.addEventListener('focusout', () => this.sure(''), { signal });
    document.addEventListener('language', () => this.draw(), { signal });
    this.addEventListener('submit', (e) => { e.preventDefault(); this.#act(e, 'data-send'); }, { signal });
    this.connected(signal);
    this.draw();
  }

  disconnectedCallback() {
    this.#abort?.abort();
    this.#abort = null;
    this.disconnected();
  }

  /** @param {AbortSignal} _signal ends with the element's stay on the page */
  connected(_signal) {}

  disconnected() {}

  // Events

  /** @param {Event} e @param {string} attribute */
  #act(e, attribute) {
    if (!(e.target instanceof Element)) return;
    const target = e.target.closest(`[${attribute}]`);
    if (!(target instanceof HTMLElement) || ownerOf(target) !== this) return;
    const action = this.actions[target.getAttribute(attribute) ?? ''];
    if (!action) return;
    e.preventDefault();
    action(target);
  }

  /**
   * Whether a press may go ahead with what cannot be undone: only the second one in
   * a row may. Until then `asked` names it, for its button to say so.
   * @param {string} what
   */
  sure(what) {
    const yes = what !== '' && this.asked === what;
    const next = yes ? '' : what;
    if (this.asked === next) return yes;
    this.asked = next;
    this.draw();
    return yes;
  }

  /** @param {string} name @param {unknown} [detail] */
  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  // Render

  render() { return html``; }

  /** Gives drawn children their properties. */
  drawn() {}

  draw() {
    if (!this.isConnected) return;
    morph(this, this.render());
    this.drawn();
  }
}

/** The nearest part around an element. @param {Element} element */
function ownerOf(element) {
  for (let e = element.parentElement; e; e = e.parentElement) if (e instanceof Part) return e;
  return null;
}
