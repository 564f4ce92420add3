import { put, settle } from './page.js';
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { find } from '../src/part.js';
import { called, click, field, open, text } from './house.js';

beforeEach(() => { put(''); });

/** @param {string} selector @param {string} value */
async function choose(selector, value) {
  field(selector).value = value;
  field(selector).dispatchEvent(new window.Event('change', { bubbles: true }));
  await settle();
}

describe('what goes on by itself', () => {
  test('an approved fact is checked again, and what speaks against it waits for a decision', async () => {
    const fake = await open('#/review', (w) => { w.facts = w.facts.filter((/** @type {any} */ f) => f.id === 'f4'); });
    await choose('review-room [name="state"]', '');
    await click('[data-do="recheck"]');
    assert.deepEqual(called(fake, 'RecheckFacts')[0][1], ['f4']);
    await settle();
    await click('fact-list button');
    assert.match(text('.case-moved'), /evidence has moved.*“Keir Starmer” is approved.*“Somebody else”/);
    assert.equal(text('fact-case dt'), 'Approved before');
    await click('fact-list li:last-child button');
    assert.match(text('.case-meta'), /Checked again .*: the evidence says “Somebody else”/);
  });
  test('what a rule approves is announced, marked and taken back', async () => {
    const rule = { name: 'two_sources', confidence: 0.95, calibration: 'c', domains: ['a.com', 'b.com'], wait_hours: 24 };
    const fake = await open('#/review', (w) => { w.rules = { on: true, wait_hours: 24, left: 9, waiting: [{ fact_id: 'f1', at: '2030-01-02T10:00:00Z', rule }] }; });
    assert.match(text('review-room .hint'), /after 24 hours; 1 on the way, 9 more before the next training/);
    assert.match(text('p.case-rule'), /A rule approves this after .*2030.*unless you decide/);
    const f = { ...fake.world.facts[0], state: 'approved', previous: 'proposed', decided_by: 'rule', decided_at: '2030-01-02T10:00:00Z', rule };
    fake.world.facts[0] = f;
    fake.emit('fact.changed', 'f1', f);
    fake.emit('facts.ruled', '', [f]);
    await settle();
    assert.match(text('.toast'), /1 correction approved by rule/);
    await choose('review-room [name="state"]', 'approved');
    assert.match(text('fact-list'), /Approved by rule/);
    assert.match(text('.case-meta'), /Approved by rule, 2 Jan 2030.*a\.com and b\.com; of such verdicts 95 in 100 are right/);
    await click('[data-do="undo"]');
    assert.deepEqual(called(fake, 'UndoFact'), [['f1']]);
  });
  test('extractor and judge are chosen among what is installed here, with their cost', async () => {
    let away = true;
    const fake = await open('#/settings', (w) => {
      w.settings.judge = 'gone:1';
      w.models.push({ ...w.models[2], name: 'far:1', remote: true }, { ...w.models[2], name: 'small:1', chat_memory: 1_500_000_000 });
    }, { SaveSettings: (s) => { if (away) throw new Error('{"code":"not_found","message":"small:1 is not installed, so it cannot be the extractor; nothing was changed.","hint":"Install it."}'); fake.world.settings = s; return s; } });
    const said = (/** @type {string} */ name) => find(document, `#set-${name}`).parentElement?.querySelector('.hint')?.textContent ?? '';
    const offered = (/** @type {string} */ name) => [...document.querySelectorAll(`#set-${name} option`)].map((o) => /** @type {HTMLOptionElement} */ (o).value);
    assert.deepEqual(offered('extractor'), ['', 'qwen2.5:1.5b-instruct', 'llama3:latest', 'small:1'], 'installed, and on this machine');
    assert.equal(field('[name="extractor"]').value, '');
    assert.match(said('extractor'), /copies values out of answers and evidence; a model of its own takes more memory/);
    assert.deepEqual([field('[name="judge"]').value, offered('judge').at(-1)], ['gone:1', 'gone:1'], 'what is gone is shown as it is');
    assert.match(said('judge'), /gone:1 is not installed.*choose another/);
    await choose('[name="extractor"]', 'small:1');
    assert.equal(called(fake, 'SaveSettings').at(-1)?.[0].extractor, 'small:1');
    assert.match(text('.toast'), /cannot be the extractor; nothing was changed/);
    assert.equal(field('[name="extractor"]').value, '', 'what was refused goes back');
    away = false;
    await choose('[name="extractor"]', 'small:1');
    assert.match(said('extractor'), /about 1\.5 GB of memory/);
    await choose('[name="judge"]', '');
    assert.deepEqual([fake.world.settings.extractor, fake.world.settings.judge], ['small:1', '']);
  });
  test('the schedule of re-checks is seen and paused, approval by rule is chosen', async () => {
    const fake = await open('#/settings', (w) => { w.rechecks = { paused: false, every_days: 7, facts: 3, due: 1, disputed: 1 }; w.settings.recheck_days = 3; });
    assert.equal(field('[name="recheck_days"]').value, '3', 'what was set elsewhere is shown as it is');
    const effect = () => find(document, '#set-recheck_days').parentElement?.textContent?.replace(/\s+/g, ' ') ?? '';
    assert.match(effect(), /3 facts: 1 due now\. 1 in dispute: decide in Review\./);
    await choose('[name="recheck"]', 'paused');
    assert.equal(called(fake, 'SaveSettings').at(-1)?.[0].recheck, 'paused');
    await choose('[name="recheck_days"]', '30');
    assert.equal(called(fake, 'SaveSettings').at(-1)?.[0].recheck_days, 30);
    assert.ok(called(fake, 'RecheckPlan').length >= 3, 'what is due then is asked again');
    assert.equal(document.querySelector('[name="approval_hours"]'), null);
    await choose('[name="approval"]', 'automatic');
    assert.equal(called(fake, 'SaveSettings').at(-1)?.[0].approval, 'automatic');
    await choose('[name="approval_hours"]', '72');
    assert.equal(called(fake, 'SaveSettings').at(-1)?.[0].approval_hours, 72);
  });
});
