import { Part } from '../part.js';
import { t } from '../speech.js';
import uPlot from '../vendor/uplot.js';
import { decimal } from '../words.js';

/** @typedef {{step: number, loss: number | null, kl: number | null}} Point */

/** @param {number | null | undefined} value @param {number} places */
const figure = (value, places) => (typeof value === 'number' ? decimal(value, places) : t`unknown`);

/**
 * One chart: the answers' loss and the drift from the base, over steps. A text of
 * the last figures stands beside it for those who do not see it.
 *
 *     <run-chart></run-chart>   .points = [{step, loss, kl}]
 */
class RunChart extends Part {
  /** @type {Point[]} */
  #points = [];
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {ResizeObserver | null} */
  #observer = null;

  /** @param {Point[]} points */
  set points(points) {
    this.#points = points;
    this.draw();
  }

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    matchMedia?.('(prefers-color-scheme: dark)').addEventListener('change', () => this.#again(), { signal });
    if (typeof ResizeObserver === 'undefined') return;
    this.#observer = new ResizeObserver(() => this.#size());
    this.#observer.observe(this);
  }

  disconnected() {
    this.#observer?.disconnect();
    this.#plot?.destroy();
    this.#plot = null;
  }

  // Render

  draw() {
    if (!this.isConnected) return;
    const last = this.#points.at(-1);
    this.setAttribute('role', 'img');
    this.setAttribute('aria-label', last ? t`Step ${last.step}: loss ${figure(last.loss, 3)}, drift ${figure(last.kl, 4)}` : t`No figures yet`);
    const data = this.#data();
    if (this.#plot) this.#plot.setData(data);
    else if (this.#points.length) this.#make(data);
  }

  #again() {
    this.#plot?.destroy();
    this.#plot = null;
    this.draw();
  }

  /** @returns {uPlot.AlignedData} */
  #data() {
    return [this.#points.map((p) => p.step), this.#points.map((p) => p.loss), this.#points.map((p) => p.kl)];
  }

  /** @param {uPlot.AlignedData} data */
  #make(data) {
    if (!canDraw()) return;
    const css = getComputedStyle(this);
    const colour = (/** @type {string} */ name) => css.getPropertyValue(name).trim() || '#888';
    const axis = { stroke: colour('--faint'), grid: { stroke: colour('--rule'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
    this.#plot = new uPlot({
      width: this.clientWidth || 600, height: 240, cursor: { y: false }, legend: { live: true },
      scales: { x: { time: false }, loss: { range: (_u, _lo, hi) => [0, Math.max(hi, 0.1)] }, kl: { range: (_u, _lo, hi) => [0, Math.max(hi, 0.01)] } },
      axes: [axis, { ...axis, scale: 'loss', size: 48 }, { ...axis, scale: 'kl', side: 1, size: 56, grid: { show: false } }],
      series: [{ label: t`step`, value: (_u, v) => (v === null ? '' : String(v)) },
        { label: t`loss on the answers`, scale: 'loss', stroke: colour('--accent'), width: 1.5, value: (_u, v) => (v === null ? '' : decimal(v, 3)), points: { show: false } },
        { label: t`drift from the base (KL)`, scale: 'kl', stroke: colour('--outdated'), width: 1.5, dash: [4, 3], value: (_u, v) => (v === null ? '' : decimal(v, 4)), points: { show: false } }],
    }, data, this);
  }

  #size() {
    if (this.#plot && this.clientWidth && this.#plot.width !== this.clientWidth) this.#plot.setSize({ width: this.clientWidth, height: 240 });
  }
}

/** A page without a canvas, as in tests, has the label only. */
const canDraw = () => typeof Path2D !== 'undefined';

export const defineRunChart = () => customElements.define('run-chart', RunChart);
export { RunChart };
