import { html } from '../html.js';
import { Part } from '../part.js';
import { t, told } from '../speech.js';

/** @import {Arrival} from '../types.d.ts' */

/**
 * What turned up in incoming/ and is not ours, or is broken. Discarding deletes it,
 * so it takes a second press.
 *
 *     <arrival-list></arrival-list>   .arrivals   emits arrival-import {id}, arrival-discard {id}
 */
class ArrivalList extends Part {
  /** @type {Arrival[]} */
  #arrivals = [];

  actions = {
    /** @param {HTMLElement} b */
    import: (b) => this.emit('arrival-import', { id: b.dataset.id }),
    /** @param {HTMLElement} b */
    discard: (b) => { if (this.sure(b.dataset.id ?? '')) this.emit('arrival-discard', { id: b.dataset.id }); },
  };

  /** @param {Arrival[]} arrivals */
  set arrivals(arrivals) {
    this.#arrivals = arrivals;
    this.draw();
  }

  // Render

  render() {
    const open = this.#arrivals.filter((a) => a.state === 'stranger' || a.state === 'quarantined');
    return html`${open.length ? html`<section class="arrivals"><h2>Arrived</h2><ul class="lines">${open.map((a) => this.#arrival(a))}</ul></section>` : ''}`;
  }

  /** @param {Arrival} a */
  #arrival(a) {
    return html`<li data-key="${a.id}"><span><strong>${a.name}</strong> <span class="hint">${a.state === 'stranger' ? t`arrived, not ours` : t`quarantined`}: ${told(a.reason)}</span></span>
      <span class="buttons">${a.state === 'stranger' ? html`<button data-do="import" data-id="${a.id}">Import</button>` : ''}<button class="quiet" data-do="discard" data-id="${a.id}">${this.asked === a.id ? t`Discard for good?` : t`Discard`}</button></span></li>`;
  }
}

export const defineArrivalList = () => customElements.define('arrival-list', ArrivalList);
export { ArrivalList };
