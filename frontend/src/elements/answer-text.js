import { underline } from '../claim.js';
import { html, morph } from '../html.js';
import { markdownMarkup } from '../markdown.js';
import { Part } from '../part.js';

/**
 * The text of an answer: plain while it is written, Markdown when it is done, the
 * claim underlined when it was checked.
 *
 *     <answer-text></answer-text>   .text  .streaming  .claim
 */
class AnswerText extends Part {
  #text = '';
  #streaming = false;
  #claim = '';
  #shown = '';
  #drawn = '';

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

  /** The whole text so far; only its new end is appended. @param {string} text */
  write(text) {
    this.#text = text;
    if (!this.isConnected) return;
    if (!this.querySelector('.streaming') || !text.startsWith(this.#shown)) {
      morph(this, html`<p class="streaming"></p>`);
      this.querySelector('.streaming')?.replaceChildren();
      this.#shown = '';
    }
    if (text.length > this.#shown.length) this.querySelector('.streaming')?.append(text.slice(this.#shown.length));
    this.#shown = text;
    this.#drawn = '';
  }

  /** The underlined claim, for the note beside it to stand on its height. */
  get mark() { return this.querySelector('mark.claim'); }

  // Render

  draw() {
    if (!this.isConnected) return;
    if (this.#streaming) {
      this.write(this.#text);
      return;
    }
    const wanted = `${this.#claim}\n${this.#text}`;
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    this.#shown = '';
    this.replaceChildren();
    morph(this, markdownMarkup(this.#text));
    if (this.#claim) underline(this, this.#claim, 'This sentence was checked');
  }
}

export const defineAnswerText = () => customElements.define('answer-text', AnswerText);
export { AnswerText };
