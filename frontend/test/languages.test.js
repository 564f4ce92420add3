import { put } from './page.js';
import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { catalogue, parts } from '../src/catalogue/index.js';
import { counts } from '../src/catalogue/words.js';
import { html } from '../src/html.js';
import { count, language, languageFor, languages, speak, t, told } from '../src/speech.js';
import { textsOf } from '../src/texts.js';
import { day, size } from '../src/words.js';
import { click, open, text } from './house.js';
import { spokenInSource } from './spoken.js';

const spoken = await spokenInSource();
/** The values and elements of a text, in no order. @param {string} text */
const held = (text) => (text.match(/\{\d+\}|<\/?[a-z][^>]*>/g) ?? []).sort().join(' ');
describe('the catalogue', () => {
  test('holds every text that the page says, in every language', () => {
    const missing = [...spoken.texts].filter(([key]) => !Object.hasOwn(catalogue.texts, key)).map(([key, where]) => `${where}: ${key}`);
    assert.deepEqual(missing, []);
    assert.deepEqual([...spoken.counts].filter(([key]) => !Object.hasOwn(counts, key)), []);
    for (const list of [catalogue.texts, catalogue.counts, catalogue.told]) for (const [key, said] of Object.entries(list)) assert.deepEqual([said.length, said.every(Boolean)], [languages.length - 1, true], key);
  });
  test('holds nothing that nobody says, and nothing twice', () => {
    assert.deepEqual(Object.keys(catalogue.texts).filter((key) => !spoken.texts.has(key)), []);
    assert.equal(Object.values(parts).flatMap((p) => Object.keys(p)).length, Object.keys(catalogue.texts).length);
  });
  test('keeps the values and the elements of a text', () => {
    for (const [key, said] of Object.entries(catalogue.texts)) for (const s of said) assert.equal(held(s), held(key), key);
    for (const [key, said] of Object.entries(catalogue.told)) for (const s of said) assert.equal(held(s.replaceAll('{~', '{')), held(key), key);
    for (const [key, said] of Object.entries(counts)) for (const s of said.join('|').split('|')) assert.ok(s.includes('{0}'), key);
  });
  test('is asked when a text is drawn, not while the page loads', () => assert.deepEqual(spoken.early, []));
  test('is asked for every word in the markup', () => assert.deepEqual(spoken.mute, []));
});

describe('a text', () => {
  const of = (/** @type {TemplateStringsArray} */ strings, /** @type {unknown[]} */ ..._values) => textsOf(strings);
  test('reaches to the next element that stands for itself', () => {
    assert.deepEqual(of`<p>Open <a href="${1}">Settings</a> now, ${2}.</p><span>More</span>`, ['Open <a href="{0}">Settings</a> now, {1}.', 'More']);
    assert.deepEqual(of`<p><strong>All</strong></p><li><code>${1}</code></li>`, ['All']);
    assert.deepEqual(of`<button aria-label="Remove ${1}" class="big">Remove</button>`, ['Remove', 'Remove {0}']);
    assert.deepEqual([of`disabled`, of`aria-current="page"`, of`<input placeholder="/home/you">`, of`<i>${1}</i>`].flat(), []);
  });
});

describe('another language', () => {
  afterEach(() => speak('en'));
  after(() => { put(''); });
  test('is spoken in markup, sentences, counts, dates and sentences from Go, and values stay', async () => {
    await speak('de');
    assert.equal(language(), 'de');
    assert.equal(document.documentElement.lang, 'de-DE');
    assert.equal(String(html`<button title="Not now">Add</button>`), '<button title="Nicht jetzt">Hinzufügen</button>');
    assert.equal(String(html`<p>${'Add'} <b>x</b></p>`), '<p>Add <b>x</b></p>');
    assert.equal(t`${'Add'} is installed.`, 'Add ist installiert.');
    assert.deepEqual([count(1, 'fact'), count(1234, 'fact')], ['1 Fakt', '1.234 Fakten']);
    assert.equal(size(1_500_000_000), '1,5 GB');
    assert.equal(day('2026-11-01T00:00:00Z'), '1. Nov. 2026');
    assert.equal(told('Two sources say otherwise; the newest was two days old.'), 'Zwei Quellen sagen etwas anderes; der neueste war zwei Tage alt.');
    assert.equal(told('This was right before; now it is two.'), 'Früher stimmte das; jetzt ist es two.');
    assert.equal(told('A sentence of nobody.'), 'A sentence of nobody.');
    await speak('zh');
    assert.equal(count(3, 'fact'), '3 条事实');
    await speak('nobody');
    assert.equal(language(), 'zh');
  });
  test('is the chosen one, else that of the system', () => {
    assert.deepEqual([languageFor('de'), languageFor(''), languageFor('xx')], ['de', 'en', 'en']);
  });
  test('is chosen in Settings, and everything that is drawn follows at once', async () => {
    const fake = await open('#/settings');
    const field = /** @type {HTMLSelectElement} */ (document.querySelector('#set-language'));
    field.value = 'de';
    field.dispatchEvent(new window.Event('change', { bubbles: true }));
    await click('[data-do="fold"]');
    assert.equal(fake.world.settings.language, 'de');
    assert.equal(text('.room h1'), 'Einstellungen');
    assert.match(text('.room-links'), /Durchsicht.*Datensätze/);
    await fake.call('SaveSettings', [{ ...fake.world.settings, language: 'en' }]);
    await click('[data-do="fold"]');
    assert.equal(text('.room h1'), 'Settings');
  });
});
