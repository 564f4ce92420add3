import './page.js';
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { afterEach, describe, test } from 'node:test';
import { catalogue, toldParts } from '../src/catalogue/index.js';
import { speak, told } from '../src/speech.js';
import { saidInGo, wordsOfGo } from './said.js';

/** What no page shows, and why. @type {Record<string, string>} */
const unseen = {
  'The rows are written.': 'a remark of the code', 'Sends nothing.': 'a source for tests', 'Say hello.': 'a prompt', 'Name a colour.': 'a prompt',
  'Today is {0}. The current year is {1}.': 'a passage', '{0}: {1}: {2} (Wikidata).': 'a passage', 'Former values of {0} of {1}: {2}.': 'a passage',
};

describe('what Go says to the page', () => {
  test('is in the catalogue, sentence by sentence', async () => {
    const all = await saidInGo();
    assert.ok(all.size > 600, `${all.size} sentences were found`);
    assert.deepEqual([...all].filter(([said]) => !Object.hasOwn(catalogue.told, said) && !unseen[said]).map(([said, where]) => `${where}: ${said}`), []);
    assert.deepEqual(Object.keys(unseen).filter((said) => !all.has(said)), []);
  });
  test('is there once, and nothing that nobody says', async () => {
    assert.equal(Object.values(toldParts).flatMap((p) => Object.keys(p)).length, Object.keys(catalogue.told).length);
    const go = await wordsOfGo();
    assert.deepEqual(Object.keys(catalogue.told).filter((said) => said.endsWith('.') && !/\{\d+\}/.test(said) && !go.includes(said)), []);
  });
  test('is looked up wherever it is shown', async () => {
    const raw = [];
    for (const folder of ['elements', 'rooms']) {
      for (const name of await readdir(new URL(`../src/${folder}/`, import.meta.url))) {
        if (!name.endsWith('.js') || name === 'toast-list.js') continue; // a toast was looked up when it was made
        const code = await readFile(new URL(`../src/${folder}/${name}`, import.meta.url), 'utf8');
        for (const [shown] of code.matchAll(/\$\{(?:\w+\??\.)+(?:message|hint|sentence|reason)\}/g)) raw.push(`${folder}/${name}: ${shown}`);
      }
    }
    assert.deepEqual(raw, []);
  });
});

describe('a sentence from Go', () => {
  afterEach(() => speak('en'));
  const tests = [
    ['The disk is full. The model could not be written.', 'Die Platte ist voll. Das Modell ließ sich nicht schreiben.'],
    ['The GPU ran out of memory. Your facts and versions are unchanged.', 'Der Speicher der GPU reichte nicht. Deine Fakten und Versionen sind unverändert.'],
    ['The model m:1 could not be installed. The engine is busy.', 'Das Modell m:1 ließ sich nicht installieren. Die Engine ist beschäftigt.'],
    ['There is no fact "f.1".', 'Nicht vorhanden: Fakt "f.1".'],
    ['v3 did not pass its gate. New facts answered right: 1 of 4 (25%, between 5% and 70%); asked: at least 90%.', 'v3 hat die Prüfung nicht bestanden. Neue Fakten richtig beantwortet: 1 von 4 (25%, zwischen 5% und 70%); verlangt: mindestens 90%.'],
    ['line 3: It has no question.', 'Zeile 3: Es hat keine Frage.'],
    ['Asking the probes', 'Die Probefragen werden gestellt'],
    ['Nobody knows this. Stopped.', 'Nobody knows this. Angehalten.'],
  ];
  for (const [english, german] of tests) {
    test(english, async () => {
      await speak('de');
      assert.equal(told(english), german);
    });
  }
});
