import { readdir, readFile } from 'node:fs/promises';

/** What a program and its children take while nothing happens. */

/** @param {number} pid @returns {Promise<number[]>} it and all below it */
export async function family(pid) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (let i = 0; i < all.length; i++) all.push(...(children.get(all[i]) ?? []));
  return all;
}

/** Clock ticks a second, as every Linux counts them. */
const hertz = 100;

/** Seconds of CPU that processes have used. @param {number[]} pids */
async function used(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / hertz;
}

/** Share of one core, in percent, over some seconds. @param {number} pid @param {number} seconds */
export async function idleCPU(pid, seconds) {
  const pids = await family(pid);
  const before = await used(pids);
  await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
  return ((await used(pids)) - before) / seconds * 100;
}

/** Memory in MB, what is shared counted by share. @param {number} pid */
export async function memory(pid) {
  let kb = 0;
  for (const p of await family(pid)) kb += Number(/^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${p}/smaps_rollup`, 'utf8').catch(() => ''))?.[1] ?? 0);
  return kb / 1024;
}
