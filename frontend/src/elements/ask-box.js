import { html } from '../html.js';
import { icon } from '../icons.js';
import { Part, composing } from '../part.js';

/**
 * The composer: one quiet line that grows. Enter sends, Shift+Enter breaks the
 * line, an input method's Enter does neither, Escape stops a running answer.
 *
 *     <ask-box></ask-box>   .view = {busy, stopping, editing, placeholder}
 *     emits ask {text}, stop, edit-cancel
 */
class AskBox extends Part {
  #view = { busy: false, stopping: false, editing: false, placeholder: '' };

  actions = {
    send: () => this.#send(),
    stop: () => this.#stop(),
    'edit-cancel': () => this.emit('edit-cancel'),
  };

  /** @param {{busy: boolean, stopping: boolean, editing: boolean, placeholder: string}} view */
  set view(view) {
    this.#view = view;
    this.draw();
  }

  get text() { return this.#field?.value ?? ''; }

  set text(text) {
    const field = this.#field;
    if (!field) return;
    field.value = text;
    this.#grow();
  }

  focus() { this.#field?.focus(); }

  get #field() { return this.querySelector('textarea'); }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('keydown', (e) => this.#key(e), { signal });
    this.addEventListener('input', () => this.#grow(), { signal });
  }

  // Events

  /** @param {KeyboardEvent} e */
  #key(e) {
    if (composing(e)) return;
    if (e.key === 'Enter' && !e.shiftKey) {
      e.preventDefault();
      if (!this.#view.busy) this.#send();
    } else if (e.key === 'Escape') {
      e.stopPropagation();
      if (this.#view.busy) this.#stop();
      else if (this.#view.editing) this.emit('edit-cancel');
    }
  }

  #send() {
    const text = this.text.trim();
    if (!text) {
      this.focus();
      return;
    }
    this.text = '';
    this.emit('ask', { text });
    this.focus(); // the pressed button is gone
  }

  #stop() {
    this.emit('stop');
    this.focus();
  }

  #grow() {
    const field = this.#field;
    if (!field) return;
    field.style.height = 'auto';
    field.style.height = `${Math.min(field.scrollHeight, 240)}px`;
    this.emit('draft', { text: field.value });
  }

  // Render

  render() {
    const { busy, stopping, editing, placeholder } = this.#view;
    return html`<form data-send="${busy ? 'stop' : 'send'}">
      <p class="editing" ${editing ? '' : html`hidden`}>Asking this question again in other words. <button type="button" class="link" data-do="edit-cancel">Leave it as it is</button></p>
      <div class="ask-line"><textarea name="question" rows="1" aria-label="Your question" placeholder="${placeholder}"></textarea>
      ${busy ? html`<button data-key="stop" class="round" aria-label="Stop" title="Stop (Esc)" ${stopping ? html`disabled` : ''}>${icon('stop')}</button>`
    : html`<button data-key="send" class="round primary" aria-label="Send" title="Send (Enter)">${icon('send')}</button>`}</div>
    </form>`;
  }
}

export const defineAskBox = () => customElements.define('ask-box', AskBox);
export { AskBox };
