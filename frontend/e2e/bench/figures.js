import { readFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';

/**
 * What was measured, against what was asked.
 * @typedef {{name: string, where: string, n: number, value: number, unit: string, target: number | null, at?: 'most' | 'least', more?: string}} Figure
 */

/** @param {number[]} values @param {number} share between 0 and 1 */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? NaN;
}

/** @param {number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A figure without a target is said for comparison and can be neither. @param {Figure} f @returns {'pass' | 'miss' | ''} */
export function word({ value, target, at = 'most' }) {
  if (target === null) return '';
  return (at === 'most' ? value <= target : value >= target) ? 'pass' : 'miss';
}

/** @param {number} value */
const short = (value) => (Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(Math.abs(value) < 10 ? 2 : 1));

/** One line a figure. @param {Figure} f */
export function line(f) {
  const asked = f.target === null ? '' : `${f.at === 'least' ? '>=' : '<='} ${short(f.target)}`;
  return [f.where.padEnd(9), f.name.padEnd(46), `${short(f.value)} ${f.unit}`.padStart(14), asked.padStart(10), word(f).padEnd(4), `n=${f.n}`, f.more ?? ''].join('  ').trimEnd();
}

/** What the machine was doing beside: figures of a busy one say little. */
export async function surroundings() {
  const running = (await readFile('/proc/loadavg', 'utf8').catch(() => '')).split(' ')[3] ?? '';
  return { at: new Date().toISOString(), cores: cpus().length, cpu: cpus()[0]?.model ?? '', load: loadavg().map((l) => Math.round(l * 100) / 100), running };
}
