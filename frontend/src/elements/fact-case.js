import { html } from '../html.js';
import { Part, composing, filled, find, valueOf } from '../part.js';
import { t, told } from '../speech.js';
import { proofSide } from '../views.js';
import { ago, count, day, exact, factStates, verdicts } from '../words.js';
import { givers } from './fact-list.js';
import { QuoteList } from './quote-list.js';

/** @import {Fact, FactCheck, FactUpdate, Rule, UrgentFact} from '../types.d.ts' */

/**
 * One fact as a case to decide: its evidence first, then old and new value, then
 * the buttons.
 *
 *     <fact-case></fact-case>   .view = {fact, urgent, now, due}, due: when a rule approves it
 *     .edited(id) once an edit was taken
 *     emits fact-open, fact-approve, fact-reject, fact-undo, fact-recheck, fact-renew {id}, fact-edit {id, update}
 */
class FactCase extends Part {
  /** @type {{fact: Fact | null, urgent?: UrgentFact, now: number, due?: string}} */
  #view = { fact: null, now: 0 };
  #editing = '';

  actions = {
    approve: () => this.emit('fact-approve', { id: this.#view.fact?.id }),
    reject: () => this.emit('fact-reject', { id: this.#view.fact?.id }),
    undo: () => this.emit('fact-undo', { id: this.#view.fact?.id }),
    renew: () => this.emit('fact-renew', { id: this.#view.fact?.id }),
    /** @param {HTMLElement} b */
    beside: (b) => this.emit('fact-open', { id: b.dataset.id }),
    recheck: () => this.emit('fact-recheck', { id: this.#view.fact?.id }),
    edit: () => this.edit(),
    /** @param {HTMLElement} form */
    'edit-save': (form) => this.#save(form),
    'edit-cancel': () => this.#close(),
  };

  /** @param {{fact: Fact | null, urgent?: UrgentFact, now: number, due?: string}} view */
  set view(view) {
    if (view.fact?.id !== this.#view.fact?.id) this.#editing = '';
    this.#view = view;
    this.draw();
  }

  /** Opens the editor in place. */
  edit() {
    const { fact } = this.#view;
    if (!fact || (fact.state !== 'proposed' && fact.state !== 'approved')) return;
    this.#editing = fact.id;
    this.emit('fact-open', { id: fact.id }); // a fact that arrives meanwhile must not take its place
    this.draw();
    find(this, '[name="answer"]').focus();
  }

  /** Closes the editor of a fact whose edit was taken; a refused one stays open. @param {string} id */
  edited(id) { if (this.#editing === id) this.#close(); }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    this.addEventListener('keydown', (e) => {
      if (composing(e) || e.key !== 'Escape' || !this.#editing) return;
      e.stopPropagation();
      this.#close();
    }, { signal });
  }

  // Events

  #close() {
    this.#editing = '';
    this.draw();
    this.querySelector('button')?.focus();
  }

  /** @param {HTMLElement} form */
  #save(form) {
    if (!filled(form)) return;
    /** @type {FactUpdate} */
    const update = {
      question: valueOf(this, 'question').trim(), answer: valueOf(this, 'answer').trim(), old_answer: valueOf(this, 'old_answer').trim(),
      aliases: valueOf(this, 'aliases').split(',').map((a) => a.trim()).filter(Boolean),
    };
    this.emit('fact-edit', { id: this.#editing, update });
  }

  // Render

  render() {
    const { fact: f } = this.#view;
    if (!f) return html``;
    const passages = f.passages ?? [];
    return html`<article aria-label="${f.question}">
      <h2>${f.question}</h2>
      <section class="case-evidence" aria-label="Evidence">
        ${passages.length ? html`<quote-list></quote-list>` : html`<p class="hint">No evidence is attached; this fact came ${givers[f.proposed_by] ?? t`from ${f.proposed_by}`}.</p>`}
      </section>
      ${this.#editing === f.id ? this.#editor(f) : this.#values(f)}
    </article>`;
  }

  drawn() {
    const list = this.querySelector('quote-list');
    if (list instanceof QuoteList) list.view = { passages: this.#view.fact?.passages ?? [], now: this.#view.now };
  }

  /** @param {Fact} f */
  #values(f) {
    const disputes = f.disputes && f.state === 'proposed';
    const { urgent, now } = this.#view;
    const expired = urgent?.why === 'expired';
    const open = f.state === 'proposed' || f.state === 'approved' || f.state === 'rejected';
    return html`${disputes ? html`<p class="case-moved"><strong>The evidence has moved.</strong> “${f.old_answer}” is approved; the newer evidence says “${f.answer}”. No dataset is made until you decide: approve the new answer, or reject it to keep the old one.</p>` : ''}
      ${urgent?.why === 'conflict' ? beside(urgent, now) : ''}${expired ? html`<p class="case-moved"><strong>It has expired.</strong> It was trusted until ${day(f.expires_at)}; since then it is neither taught nor remembered. Check it again, or say that it is still true.</p>` : ''}
      <dl class="proof large">${f.old_answer ? html`<div><dt>${f.disputes ? t`Approved before` : t`Model said`}</dt><dd>${proofSide(f.old_answer, f.answer, 'del')}</dd></div>` : ''}
        <div><dt>Will be taught</dt><dd>${f.old_answer ? proofSide(f.old_answer, f.answer, 'ins') : html`<ins>${f.answer}</ins>`}</dd></div></dl>
      ${f.state === 'proposed' && this.#view.due ? html`<p class="case-rule">A rule approves this <time datetime="${this.#view.due}" title="${exact(this.#view.due)}">${Date.parse(this.#view.due) > this.#view.now ? t`after ${exact(this.#view.due)}` : t`at its next look`}</time>, unless you decide.</p>` : ''}
      <p class="case-meta">${factStates[f.state]}${f.decided_by ? html` by ${f.decided_by === 'person' ? t`you` : f.decided_by}, <time datetime="${f.decided_at ?? ''}" title="${exact(f.decided_at)}">${day(f.decided_at)}</time>` : ''}.
        ${f.rule ? ruled(f.rule) : ''}
        ${f.aliases?.length ? t`Also right: ${f.aliases.join(', ')}.` : ''} ${f.expires_at ? t`Trusted until ${day(f.expires_at)}.` : ''} ${f.checked ? again(f.checked) : ''}
        ${f.passages?.length ? t`${count(f.passages.length, 'passage')} kept with it.` : ''}</p>
      <div class="buttons">
        ${expired ? html`<button class="primary" data-do="renew">Still true <kbd>A</kbd></button>` : ''}
        ${open && f.state !== 'approved' ? html`<button class="primary" data-do="approve">Approve <kbd>A</kbd></button>` : ''}
        ${f.state === 'proposed' || f.state === 'approved' ? html`<button data-do="edit">Edit <kbd>E</kbd></button>` : ''}
        ${open && f.state !== 'rejected' ? html`<button data-do="reject">Reject <kbd>R</kbd></button>` : ''}
        ${f.state === 'approved' ? html`<button data-do="recheck">Check again</button>` : ''}
        ${f.previous ? html`<button class="quiet" data-do="undo">Undo <kbd>U</kbd></button>` : ''}
      </div>`;
  }

  /** @param {Fact} f */
  #editor(f) {
    return html`<form data-key="editor-${f.id}" data-send="edit-save" aria-label="Edit this fact">
      <label for="case-q">Question</label><textarea id="case-q" name="question" rows="2" required>${f.question}</textarea>
      <label for="case-a">Will be taught</label><input id="case-a" name="answer" value="${f.answer}" required autocomplete="off">
      <label for="case-o">Old answer</label><input id="case-o" name="old_answer" value="${f.old_answer}" autocomplete="off">
      <label for="case-l">Also right, separated by commas</label><input id="case-l" name="aliases" value="${(f.aliases ?? []).join(', ')}" autocomplete="off">
      <div class="buttons"><button class="primary">Save</button><button type="button" class="quiet" data-do="edit-cancel">Cancel</button></div>
    </form>`;
  }
}

/** The answers that a fact disagrees with. @param {UrgentFact} urgent @param {number} now */
const beside = ({ beside: others }, now) => html`<div class="case-moved"><p><strong>Another answer stands beside it.</strong> Approve the one that you trust, and reject the other; an approved one is replaced.</p>
  <ul>${others.map((o) => html`<li data-key="${o.id}"><ins>${o.answer}</ins> <span class="hint">${factStates[o.state]}, ${givers[o.proposed_by] ?? o.proposed_by}, ${ago(o.created_at, now)}</span> ${o.state === 'proposed' ? html`<button class="link" data-do="beside" data-id="${o.id}">Open</button>` : ''}</li>`)}</ul></div>`;

/** On what ground a rule approved it. @param {Rule} r */
const ruled = (r) => html`<span class="case-rule">It rests on ${(r.domains ?? []).join(' and ')}; of such verdicts ${Math.round(r.confidence * 100)} in 100 are right; it had waited ${count(r.wait_hours, 'hour')}.</span>`;

/** What the last look at the evidence gave. @param {FactCheck} c */
const again = (c) => html`Checked again <time datetime="${c.at}" title="${exact(c.at)}">${day(c.at)}</time>: ${c.value ? t`the evidence says “${c.value}”.` : `${verdicts[c.kind].word.toLowerCase()}. ${c.kind === 'not_enough_evidence' ? told(c.sentence) : ''}`}`;

export const defineFactCase = () => customElements.define('fact-case', FactCase);
export { FactCase };
