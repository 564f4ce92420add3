import { addDocuments } from '../documents.js';
import { AnswererList } from '../elements/answerer-list.js';
import { MannerForm } from '../elements/manner-form.js';
import { html } from '../html.js';
import { icon } from '../icons.js';
import { answerer, loadAnswerers, loadOrEject, manner, savePresets, searchesOut, setManner, standard } from '../manner.js';
import { Part, composing, find } from '../part.js';
import { figure, t } from '../speech.js';
import { store } from '../store.js';
import { contextOf, openLine } from '../thread.js';
import { size } from '../words.js';

/** @import {Preset} from '../types.d.ts' */

/**
 * The line under the question: who answers, whether checks search the web, the
 * chat's instructions, a document for the library, how full the context is.
 *
 *     <chat-foot></chat-foot>   .draft = what stands in the composer
 */
class ChatFoot extends Part {
  /** @type {'' | 'answerer' | 'manner'} */
  #panel = '';
  #waiting = '';
  #draft = '';

  actions = {
    answerer: () => this.#toggle('answerer'),
    manner: () => this.#toggle('manner'),
    web: () => void setManner({ local: !manner().local }),
    attach: () => find(this, 'input[type="file"]').click(),
  };

  /** @param {string} text */
  set draft(text) {
    if (text.length === this.#draft.length) return;
    this.#draft = text;
    this.draw();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ f) =>
      this.addEventListener(name, (e) => { e.stopPropagation(); f(/** @type {CustomEvent} */ (e).detail); }, { signal });
    on('answerer', ({ version }) => { this.#close(); void setManner({ version }); });
    on('answerer-memory', ({ answerer: a }) => void this.#memory(a));
    on('manner', (change) => void setManner(change).then((kept) => { if (kept) this.#close(); }));
    on('preset-save', ({ preset }) => void savePresets([...this.#presets.filter((p) => p.name !== preset.name), preset]));
    on('preset-delete', ({ name }) => void savePresets(this.#presets.filter((p) => p.name !== name)));
    on('panel-close', () => this.#close());
    this.addEventListener('keydown', (e) => {
      if (composing(e) || e.key !== 'Escape' || !this.#panel) return;
      e.stopPropagation();
      this.#close();
    }, { signal });
    this.addEventListener('change', (e) => {
      const field = e.target;
      if (!(field instanceof HTMLInputElement) || field.type !== 'file') return;
      void addDocuments([...field.files ?? []]);
      field.value = '';
    }, { signal });
    // A press beside the list closes it; what was typed into the form stays until it is closed.
    document.addEventListener('pointerdown', (e) => {
      if (this.#panel === 'answerer' && e.target instanceof Node && !this.contains(e.target)) this.#show('');
    }, { signal });
    store.watch(['route', 'chat', 'settings', 'status', 'manner', 'answerers', 'choices'], () => this.draw(), signal);
    void loadAnswerers();
  }

  // Events

  /** @param {'answerer' | 'manner'} panel */
  #toggle(panel) {
    if (this.#panel === panel) {
      this.#close();
      return;
    }
    this.#show(panel);
    if (panel === 'answerer') void loadAnswerers();
    const shown = this.querySelector('answerer-list, manner-form');
    if (shown instanceof HTMLElement) shown.focus();
  }

  /** Closes the panel; its button has the focus again. */
  #close() {
    const before = this.#panel;
    this.#show('');
    if (before) find(this, `[data-do="${before}"]`).focus();
  }

  /** @param {'' | 'answerer' | 'manner'} panel */
  #show(panel) {
    this.#panel = panel;
    this.draw();
  }

  /** @param {import('../types.d.ts').Answerer} a */
  async #memory(a) {
    this.#waiting = a.version;
    this.draw();
    await loadOrEject(a);
    this.#waiting = '';
    this.draw();
    // The pressed button was gone meanwhile.
    if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (this.querySelector(`[data-do="memory"][data-version="${CSS.escape(a.version)}"]`))?.focus();
  }

  // Render

  /** @returns {Preset[]} */
  get #presets() { return store.state.settings?.presets ?? []; }

  render() {
    const { status, settings } = store.state;
    const { version, system, sampling, local } = manner();
    const a = answerer();
    const name = a?.name ?? (version ? version.replace(/^model:/, '') : status?.current?.number ? `v${status.current.number}` : t`base`);
    const out = searchesOut();
    return html`<div class="foot-panel ${this.#panel}" ${this.#panel ? '' : html`hidden`}>
        ${this.#panel === 'answerer' ? html`<answerer-list data-key="answerer"></answerer-list>` : ''}${this.#panel === 'manner' ? html`<manner-form data-key="manner"></manner-form>` : ''}</div>
      <div class="foot-line">
      <button class="foot" data-do="answerer" aria-expanded="${this.#panel === 'answerer' ? 'true' : 'false'}" title="Who answers${a?.bytes ? html`: ${a.model}, ${size(a.bytes)}` : ''}"><span class="visually-hidden">Answered by </span>${name}${a?.loaded ? html`<span class="loaded" role="img" aria-label="in memory"></span>` : ''}${icon('up')}</button>
      ${out ? html`<button class="foot" data-do="web" aria-pressed="${local ? 'false' : 'true'}" title="${local ? html`Checks of this chat read only your documents` : html`Checks of this chat may search the web`}">${icon(local ? 'ring' : 'tick')}Search the web</button>`
    : html`<a class="foot" href="#/settings" title="No web source is switched on in Settings">Web search is off</a>`}
      <button class="foot" data-do="manner" aria-expanded="${this.#panel === 'manner' ? 'true' : 'false'}" title="What the model is told first, and how its words are drawn">${system || sampling ? icon('tick') : icon('settings')}Instructions</button>
      <button class="foot" data-do="attach" title="Put a document into the library; or drop it on the page">${icon('library')}Add document</button>
      <input type="file" multiple hidden accept=".txt,.md,.markdown,.html,.htm,.pdf" aria-label="Documents for the library">
      ${this.#meter(settings ? contextOf(openLine(store.state), sampling?.num_ctx ?? standard.num_ctx, this.#draft) : null)}</div>`;
  }

  /** @param {{used: number, room: number} | null} context */
  #meter(context) {
    if (!context?.used) return '';
    const { used, room } = context;
    const full = used > room * 0.75;
    return html`<span class="context ${full ? 'full' : ''}" title="${full ? html`The oldest turns are left out when the next answer needs their room; a line shows where` : html`What the next question takes with all before it`}"><meter min="0" max="${room}" value="${Math.min(used, room)}" aria-label="Context"></meter><span class="figures ${used > room / 2 ? '' : 'visually-hidden'}">${figure(used)} of ${figure(room)} tokens</span></span>`;
  }

  drawn() {
    const list = this.querySelector('answerer-list');
    if (list instanceof AnswererList) list.view = { answerers: store.state.answerers, chosen: manner().version ?? '', waiting: this.#waiting };
    const form = this.querySelector('manner-form');
    if (form instanceof MannerForm) form.view = { manner: manner(), presets: this.#presets, standard };
  }
}

export const defineChatFoot = () => customElements.define('chat-foot', ChatFoot);
export { ChatFoot };
