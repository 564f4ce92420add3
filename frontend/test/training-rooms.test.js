import { put, settle } from './page.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { called, click, field, open, text } from './house.js';

beforeEach(() => { put(''); });

describe('training and versions', () => {
  test('trains, shows facts being learned, stops', async () => {
    const fake = await open('#/training', (w) => { w.runs = w.runs.slice(1); });
    assert.match(text('.before'), /Teach 1 fact to Qwen 2\.5 1\.5B Instruct on this CPU: about 2 min\./);
    await click('.before .primary');
    assert.equal(called(fake, 'Train').length, 1);
    const { id } = fake.world.runs[0];
    await settle();
    assert.equal(document.querySelectorAll('.fact-dots .recalled').length, 3);
    fake.emit('run.event', id, { type: 'probe', learned: ['f3'], lost: [] });
    assert.equal(document.querySelectorAll('.fact-dots .recalled').length, 4);
    await click('[data-do="pause"]');
    assert.deepEqual(called(fake, 'StopRun'), [[id, true]]);
    await click('[data-do="finish"]');
    assert.deepEqual(called(fake, 'FinishRun'), [[id]]);
    await click('[data-do="drop"]');
    assert.equal(called(fake, 'StopRun').length, 1, 'it is asked once more');
    await click('[data-do="drop"]');
    assert.deepEqual(called(fake, 'StopRun')[1], [id, false]);
  });
  test('a first training has a rough estimate, for the recipe chosen', async () => {
    await open('#/training', (w) => { w.runs = []; });
    assert.match(text('.before .lead'), /^Teach 1 fact to Qwen 2\.5 1\.5B Instruct: about 1–10 minutes on this machine, no run measured yet\.$/);
    const select = field('[name="recipe"]');
    select.value = 'original';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    assert.match(text('.before .lead'), /about \d+–\d+ minutes on this machine, no run measured yet\.$/);
    assert.doesNotMatch(text('.before .lead'), /1–10/);
  });
  test('a cluster trains where it is chosen, and nowhere else', async () => {
    const cluster = { kind: 'ray', address: 'http://10.0.0.5:8265', gpus: 1, cpus: 0, models: '' };
    const fake = await open('#/training', (w) => { w.facts[0].state = 'approved'; w.settings.cluster = cluster; });
    await click('.before button.primary');
    assert.equal(called(fake, 'Train')[0]?.[1].remote, undefined);
    const chosen = await open('#/training', (w) => { w.facts[0].state = 'approved'; w.settings.cluster = cluster; });
    const select = field('[name="where"]');
    select.value = 'ray';
    select.dispatchEvent(new Event('change', { bubbles: true }));
    assert.match(text('.before .lead'), /on the cluster at http:\/\/10\.0\.0\.5:8265\.$/);
    await click('.before button.primary');
    assert.deepEqual(called(chosen, 'Train')[0]?.[1].remote, cluster);
  });
  test('a missing trainer says so and sets itself up', async () => {
    const fake = await open('#/training', (w) => { w.runs = []; }, { TrainerReady: () => { throw new Error('{"code":"unavailable","message":"The trainer is not set up.","hint":"Set it up."}'); } });
    assert.match(text('training-room'), /The trainer is not set up/);
    await click('[data-do="setup"]');
    assert.equal(called(fake, 'SetupTrainer').length, 1);
  });
  test('what a training gave up is in memory alone, and said to be', async () => {
    const gaveUp = (/** @type {string[]} */ ...ids) => open('#/training', (w) => {
      w.versions.forEach((/** @type {any} */ v) => { v.given_up_fact_ids = ids; });
      Object.assign(w.runs[0].progress, { learned: 3, facts: 3, given_up: ids.length });
    });
    await gaveUp('f1');
    assert.match(text('run-end'), /One fact is kept in memory alone: trained into the weights, its answer spread to the questions beside it\./);
    assert.match(text('.figures-row'), /3 of 3, 1 in memory/);
    await gaveUp('f1', 'f2');
    assert.match(text('run-end'), /2 facts are kept in memory alone: trained into the weights, their answers spread to the questions beside them\./);
    await gaveUp();
    assert.doesNotMatch(text('training-room'), /in memory/);
  });
  test('an interrupted run is resumed or given up', async () => {
    const fake = await open('#/training', (w) => { Object.assign(w.runs[0], { state: 'interrupted', version_id: '', adapter_id: '' }); });
    await click('[data-do="discard"]');
    assert.equal(called(fake, 'DiscardRun').length, 1);
  });
  test('what carries further is shown and asked of nobody', async () => {
    await open('#/versions/ver3');
    assert.match(text('gate-view tr[data-key="negation"]'), /Old answer denied\s*75 % \(19 to 99, 4 asked\)\s*only shown/);
  });
  test('a version below the gate is promoted only with a reason', async () => {
    const fake = await open('#/versions');
    assert.equal(document.querySelector('.version.candidate [data-do="promote"]'), null);
    await click('.version.candidate [data-do="force"]');
    await click('form[data-send="force-send"] .primary');
    assert.equal(called(fake, 'Promote').length, 0);
    field('[name="reason"]').value = 'I read the eight answers.';
    await click('form[data-send="force-send"] .primary');
    assert.deepEqual(called(fake, 'Promote')[0][1], { version_id: 'ver3', force: true, reason: 'I read the eight answers.' });
  });
  test('the scoreboard and the comparison tell versions apart', async () => {
    await open('#/versions');
    const row = (/** @type {number} */ n) => [...document.querySelectorAll(`score-grid tbody tr:nth-child(${n}) .dot`)].map((d) => d.className);
    assert.deepEqual(row(4), ['dot recalled', 'dot recalled', 'dot lost']);
    assert.match(text('score-grid tbody tr:nth-child(4) .score-short'), /taught in v1, lost in v3/);
    assert.match(text('score-grid tbody tr:nth-child(2) .score-short'), /taught in v3, recalled in v3/);
    await click('score-grid [data-do="lost"]');
    assert.equal(document.querySelectorAll('score-grid tbody tr').length, 1);
    assert.match(text('compare-view'), /2 of 3 answers differ/);
    assert.match(text('compare-view'), /No difference that chance would not give \(p = 1\.00, 2 asked\)/);
    assert.match(text('.compare-heads'), /base no adapter ?v3 91be00d3aa17/);
  });
});
