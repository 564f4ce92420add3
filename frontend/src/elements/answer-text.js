import { finished } from '../blocks.js';
import { underline } from '../claim.js';
import { html, morph } from '../html.js';
import { icon } from '../icons.js';
import { markdownMarkup } from '../markdown.js';
import { Part } from '../part.js';

/**
 * The text of an answer as Markdown, also while it is written: blocks that are
 * finished are drawn once, only the last one again with every piece. When it is done
 * each block of code can be copied and the claim is underlined.
 *
 *     <answer-text></answer-text>   .view = {text, streaming, claim}   .write(text)   emits copy-code {text}
 */
class AnswerText extends Part {
  #text = '';
  #streaming = false;
  #claim = '';
  #drawn = '';
  /** How much of the text stands as finished blocks. */
  #done = 0;
  /** Whether what is drawn belongs to another text. */
  #fresh = true;
  /** When the next piece may be drawn, so that drawing never takes most of the time. */
  #next = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #later;

  actions = {
    /** @param {HTMLElement} b */
    'copy-code': (b) => this.emit('copy-code', { text: b.closest('.code')?.querySelector('code')?.textContent?.replace(/\n$/, '') ?? '' }),
  };

  /** @param {{text: string, streaming: boolean, claim: string}} view */
  set view({ text, streaming, claim }) {
    this.#streaming = streaming;
    this.#claim = claim;
    if (streaming) this.write(text);
    else {
      this.#text = text;
      this.draw();
    }
  }

  /** The whole text so far. @param {string} text */
  write(text) {
    const before = this.#text;
    this.#text = text;
    if (!text.startsWith(before)) this.#fresh = true;
    if (!this.isConnected || this.#later) return;
    const wait = this.#next - performance.now();
    if (wait <= 0) this.#append();
    else this.#later = setTimeout(() => this.#append(), wait);
  }

  /** The underlined claim, for the note beside it to stand on its height. */
  get mark() { return this.querySelector('mark.claim'); }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    document.addEventListener('formulas', () => { this.#drawn = ''; this.#fresh = true; this.draw(); }, { signal });
  }

  disconnected() { this.#wait(); }

  #wait() {
    clearTimeout(this.#later);
    this.#later = undefined;
  }

  // Render

  #append() {
    this.#wait();
    if (!this.isConnected || !this.#streaming) return;
    const start = performance.now();
    let page = this.querySelector('.streaming');
    if (!page || this.#fresh) {
      this.#done = 0;
      this.#fresh = false;
      this.replaceChildren();
      morph(this, html`<div class="streaming"><div class="last"></div></div>`);
      page = /** @type {Element} */ (this.querySelector('.streaming'));
    }
    const last = /** @type {Element} */ (page.lastElementChild);
    const end = finished(this.#text, this.#done);
    if (end > this.#done) {
      morph(last, markdownMarkup(this.#text.slice(this.#done, end)));
      last.before(...last.childNodes);
      this.#done = end;
    }
    morph(last, markdownMarkup(this.#text.slice(end)));
    this.#drawn = '';
    const now = performance.now();
    this.#next = now + Math.min(3 * (now - start), 100);
  }

  draw() {
    if (!this.isConnected) return;
    if (this.#streaming) {
      this.write(this.#text);
      return;
    }
    const wanted = `${this.#claim}\n${this.#text}`;
    if (wanted === this.#drawn) return;
    this.#wait();
    this.#drawn = wanted;
    this.#fresh = true;
    this.replaceChildren();
    morph(this, markdownMarkup(this.#text));
    for (const pre of this.querySelectorAll('pre')) this.#frame(pre);
    if (this.#claim) underline(this, this.#claim, 'This sentence was checked');
  }

  /** A head over a block of code with its language and a button. @param {Element} pre */
  #frame(pre) {
    const frame = document.createElement('div');
    frame.className = 'code';
    const head = document.createElement('div');
    head.className = 'code-head';
    morph(head, html`<span>${pre.querySelector('code')?.getAttribute('data-language') ?? ''}</span><button class="tool" data-do="copy-code" aria-label="Copy the code" title="Copy the code">${icon('copy')}</button>`);
    pre.replaceWith(frame);
    frame.append(head, pre);
  }
}

export const defineAnswerText = () => customElements.define('answer-text', AnswerText);
export { AnswerText };
