import { api } from '../api.js';
import { saveFile } from '../files.js';
import { html } from '../html.js';
import { importDrawn, importsIn } from '../importing.js';
import * as jobs from '../jobs.js';
import { attempt, load } from '../live.js';
import { Part, find } from '../part.js';
import { t, table } from '../speech.js';
import { store } from '../store.js';
import { empty, failed, jobLine, options, proof, roomHead } from '../views.js';
import { ago, count, exact, short } from '../words.js';

/** @import {Dataset, DatasetDiff, DatasetView, Fact, Row} from '../types.d.ts' */

/** How many rows are drawn at first; a dataset may have thousands. */
const page = 40;

/** Frozen datasets as a changelog; one opens to its rows as they are trained. */
class DatasetsRoom extends Part {
  /** @type {Record<string, DatasetDiff>} */
  #diffs = {};
  /** @type {DatasetView | null} */
  #view = null;
  #kind = '';
  #limit = page;
  #format = 'chatml';

  actions = {
    again: () => void load('datasets'),
    build: () => void jobs.run('dataset', t`Freezing the approved facts`, (request) => api.call('BuildDataset', request, {})),
    /** @param {HTMLElement} b */
    'cancel-job': (b) => jobs.cancel(b.dataset.job ?? ''),
    /** @param {HTMLElement} b */
    'clear-job': (b) => jobs.clear(b.dataset.job ?? ''),
    export: () => void this.#export(),
    import: () => find(this, '[name="import"]').click(),
    more: () => { this.#limit += page * 5; this.draw(); },
  };

  // Lifecycle

  /** @param {AbortSignal} signal */
  connected(signal) {
    void load('datasets', 'counts');
    importsIn(this, signal);
    store.watch(['datasets', 'incoming', 'counts', 'loads', 'jobs'], () => this.draw(), signal);
    store.watch(['route'], () => void this.#open(), signal);
    store.watch(['datasets'], () => void this.#compare(), signal);
    this.addEventListener('change', (e) => {
      if (!(e.target instanceof HTMLSelectElement)) return;
      if (e.target.name === 'format') this.#format = e.target.value;
      else this.#kind = e.target.value;
      this.#limit = page;
      this.draw();
    }, { signal });
    void this.#open();
    void this.#compare();
  }

  // Events

  async #compare() {
    for (const d of store.state.datasets) {
      if (this.#diffs[d.id]) continue;
      const diff = await api.call('DiffDatasets', d.parent_id ?? '', d.id).catch(() => null);
      if (diff) this.#diffs[d.id] = diff;
      this.draw();
    }
  }

  async #open() {
    const { route } = store.state;
    this.#kind = '';
    this.#limit = page;
    this.#view = route.room === 'datasets' && route.id ? await attempt(api.call('Dataset', route.id)) : null;
    this.draw();
  }

  async #export() {
    if (!this.#view) return;
    const { id, number } = this.#view.dataset;
    const format = formats.find(([name]) => name === this.#format) ?? formats[0];
    const text = await attempt(api.call('ExportDataset', id, format[0]));
    if (text !== null) await saveFile(`errata-dataset-${number}-${format[0]}.${format[2]}`, text);
  }

  // Render

  render() {
    const { datasets, loads, counts, jobs: { dataset: running } } = store.state;
    const approved = counts.approved ?? 0;
    if (this.#view) return this.#dataset(this.#view);
    return html`${roomHead(t`Datasets`, t`What each training was given, frozen and never changed.`, html`${approved ? html`<button data-do="build" ${running && !running.error ? html`disabled` : ''}>Freeze ${count(approved, 'approved fact')}</button>` : ''}<button class="quiet" data-do="import">Import</button><input type="file" name="import" accept=".jsonl,.json,.csv,.txt" hidden aria-label="File to import" tabindex="-1">`)}
      ${store.state.incoming ? html`<fact-import></fact-import>` : ''}
      ${jobLine(running)}
      ${failed(loads.datasets, html`<button data-do="again">Try again</button>`)}
      ${datasets.length ? html`<ol class="changelog">${datasets.map((d) => this.#entry(d))}</ol>`
    : loads.datasets === 'ready' ? empty(t`No dataset yet`, t`A training freezes the approved facts into one. It can be rebuilt, compared and exported at any time.`) : ''}`;
  }

  drawn() { importDrawn(this); }

  /** @param {Dataset} d */
  #entry(d) {
    const diff = this.#diffs[d.id];
    return html`<li data-key="${d.id}"><div class="entry-side"><a href="#/datasets/${encodeURIComponent(d.id)}"><strong>Dataset ${d.number}</strong></a><time datetime="${d.created_at}" title="${exact(d.created_at)}">${ago(d.created_at, Date.now())}</time></div>
      <div><p class="figures">${diff ? changes(diff) : count((d.fact_ids ?? []).length, 'fact')}</p>
      ${diff ? html`<ul class="change-list">${(diff.added ?? []).slice(0, 8).map((f) => change('+', f))}${(diff.changed ?? []).slice(0, 8).map((f) => change('~', f))}${(diff.removed ?? []).slice(0, 8).map((f) => change('−', f))}</ul>` : ''}
      <p class="hint">${count(d.row_count, 'row')}, ${d.recipe || t`default`} recipe, ${d.model}, <code title="${d.hash}">${short(d.hash)}</code></p></div></li>`;
  }

  /** @param {DatasetView} view */
  #dataset({ dataset: d, content }) {
    const rows = content.rows ?? [];
    const kinds = [...new Set(rows.map((r) => r.kind))];
    const shown = rows.filter((r) => !this.#kind || r.kind === this.#kind);
    return html`<p class="back"><a href="#/datasets">All datasets</a></p>
      ${roomHead(t`Dataset ${d.number}`, html`${count((content.facts ?? []).length, 'fact')}, ${count((content.anchors ?? []).length, 'anchor')}, ${count(rows.length, 'row')}, ${count((content.probes ?? []).length, 'probe')}. <code title="${d.hash}">${short(d.hash)}</code>`, html`<select name="format" aria-label="Format of the export">${options(this.#format, formats.map(([name, title]) => /** @type {[string, string]} */ ([name, title])))}</select><button class="quiet" data-do="export">Export</button>`)}
      <div class="filters"><label>Rows <select aria-label="Kind of rows">${options(this.#kind, [['', `all (${rows.length})`], ...kinds.map((k) => /** @type {[string, string]} */ ([k, `${kindNames[k] ?? k} (${rows.filter((r) => r.kind === k).length})`]))])}</select></label>
      <p class="hint">The underlined part is what the model learns; the rest is what it is shown.</p></div>
      <ol class="rows">${shown.slice(0, this.#limit).map((r) => row(r))}</ol>
      ${shown.length > this.#limit ? html`<p><button data-do="more">Show more (${shown.length - this.#limit} left)</button></p>` : ''}`;
  }
}

/** What other trainers read. @type {[name: string, title: string, ending: string][]} */
const formats = [['chatml', 'ChatML', 'jsonl'], ['openai', 'OpenAI JSONL', 'jsonl'], ['alpaca', 'Alpaca JSON', 'json'], ['csv', 'CSV', 'csv']];

/** @type {Record<string, string>} */
const kindNames = table({ fact: 'facts', neighbour: 'neighbours', anchor: 'anchors', guard: 'guards', probe: 'probes (never trained)', guard_probe: 'guard probes (never trained)' });

/** @param {DatasetDiff} diff */
const changes = (diff) => t`+${count((diff.added ?? []).length, 'fact')}, ${(diff.changed ?? []).length} changed, ${(diff.removed ?? []).length} removed`;

/** @param {string} sign @param {Fact} f */
const change = (sign, f) => html`<li><span aria-hidden="true">${sign}</span> ${f.question} <span class="fact-change">${f.old_answer ? proof(f.old_answer, f.answer) : f.answer}</span></li>`;

/** @param {Row} r */
const row = (r) => html`<li data-key="${r.id}"><span class="kind">${kindNames[r.kind] ?? r.kind}${r.form ? `, ${r.form}` : ''}</span>
  <pre class="wrap">${r.prompt}${r.kind === 'fact' ? html`<ins>${r.completion}</ins>` : html`<span class="kept">${r.completion || t`held to the base’s own answer`}</span>`}</pre></li>`;

export const defineDatasetsRoom = () => customElements.define('datasets-room', DatasetsRoom);
export { DatasetsRoom };
