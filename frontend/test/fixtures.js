/** A small world for tests and screenshots: a few chats, facts, runs and versions, around one moment. */

/** @import {Answerer, Chat, Document, Fact, ModelInfo, Passage, ProviderHealth, Run, Settings, Status, TrainerLine, Turn, Verdict, Version} from '../src/types.d.ts' */

/** @param {number} hours before now */
const before = (hours, now = Date.now()) => new Date(now - hours * 3_600_000).toISOString();
const never = '0001-01-01T00:00:00Z';

/** @returns {Settings} */
const settings = () => ({
  confirmed: true, model: 'qwen2.5:1.5b-instruct', providers: { library: true, wikipedia: true, wikidata: true, google: false }, library_folders: ['/home/ada/notes'],
  allowed_origins: [], approval: 'person', training: 'propose', serve_as: 'auto', memory: true, auto_check: true, theme: 'light',
});

/** @param {string} id @param {Partial<Passage>} p @returns {Passage} */
const passage = (id, p) => ({
  id, provider: 'wikipedia', url: 'https://en.wikipedia.org/wiki/President_of_the_United_States', domain: 'wikipedia.org', title: 'President of the United States',
  text: 'Donald Trump is the 47th and current president since January 20, 2025.', published_at: before(48), date_source: 'api', fetched_at: before(1),
  quote: 'Donald Trump is the 47th and current president since January 20, 2025.', value: 'Donald Trump', supports: 'rival', ...p,
});

/** @returns {Verdict} */
const contradicted = () => ({
  id: 'v1', answer_id: 'a1', question_id: 'q1', question: 'Who is the current president of the USA?', class: 'fast', kind: 'outdated', reason: 'newer_value',
  sentence: 'Three sources say otherwise; the newest was two days old.', claim: { id: 'c1', answer_id: 'a1', short: 'Joe Biden', type: 'name', sentence: 'The current president of the United States is Joe Biden, who took office on January 20, 2021.', hedged: false, by: 'rule' },
  rival_value: 'Donald Trump', rival_from: before(48), tier: 'T2', confidence: 0.93, calibrated: true, confidence_raw: 0.84, calibration: '0123456789ab/1-aa/2026-03-01T00:00:00Z',
  clusters: [{ value: 'Donald Trump', weight: 2.4, domains: ['wikipedia.org', 'wikidata.org'], passage_ids: ['p1', 'p2'], trusted: false }],
  passages: [passage('p1', {}), passage('p2', { domain: 'wikidata.org', provider: 'wikidata', url: 'https://www.wikidata.org/wiki/Q30', title: 'United States', quote: 'head of government: Donald Trump (since 20 January 2025)', published_at: before(26 * 24) }),
    passage('p3', { provider: 'library', domain: 'library', url: '/home/ada/notes/world-2026.md', title: 'World, 2026', quote: 'President of the USA: Donald Trump', published_at: before(40 * 24) }),
    passage('p4', { domain: 'example.org', url: 'https://example.org/biden', title: 'Archive', quote: 'Joe Biden took office as the 46th president.', value: 'Joe Biden', supports: 'answer', published_at: before(5 * 365 * 24) })],
  queries: ['current president of the USA', 'president United States 2026'], providers: ['library', 'wikipedia', 'wikidata'], judge: 'qwen2.5:1.5b-instruct', calls: 6, took: 8_400_000_000, created_at: before(1),
});

/** @returns {Verdict} */
const supported = () => ({
  ...contradicted(), id: 'v2', answer_id: 'a2', question_id: 'q2', question: 'And what is the capital of France?', class: 'evergreen', kind: 'supported', reason: 'same_value', sentence: 'Two sources say the same.',
  claim: { id: 'c2', answer_id: 'a2', short: 'Paris', type: 'name', sentence: 'The capital of France is **Paris**.', hedged: false, by: 'rule' }, rival_value: '', clusters: [],
  passages: [passage('p5', { quote: 'Paris is the capital and most populous city of France.', value: 'Paris', supports: 'answer', title: 'Paris', url: 'https://en.wikipedia.org/wiki/Paris' })],
});

/** @returns {Verdict} */
const unknown = () => ({
  ...contradicted(), id: 'v3', answer_id: 'a3', question_id: 'q3', question: 'Who won the village chess cup?', kind: 'not_enough_evidence', reason: 'no_results',
  sentence: 'Nothing was found that answers this question.', claim: { id: 'c3', answer_id: 'a3', short: 'Anna Berg', type: 'name', sentence: 'The cup was won by Anna Berg.', hedged: true, by: 'rule' }, rival_value: '', clusters: [], passages: [],
});

/** @param {string} id @param {string} question @param {string} text */
const answer = (id, question, text) => ({
  id, question_id: question, chat_id: 'chat1', version_id: 'ver2', version_name: 'v2', model: 'errata-qwen2.5-1.5b-instruct:3f9a41c07be2-merged', adapter_sha256: '3f9a41c07be2d1f0', text,
  state: /** @type {const} */ ('complete'), source: /** @type {const} */ ('weights'), prompt_tokens: 40, output_tokens: 52, tokens_per_second: 24.3, created_at: before(1), finished_at: before(1),
});

/** @returns {Turn[]} */
const turns = () => [
  {
    question: { id: 'q1', chat_id: 'chat1', text: 'Who is the current president of the USA?', created_at: before(1) },
    answers: [{ ...answer('a0', 'q1', 'I do not know.') }, answer('a1', 'q1', 'The current president of the United States is Joe Biden, who took office on January 20, 2021. He was vice president from 2009 to 2017, under Barack Obama.')],
    verdicts: { a1: contradicted() }, ratings: {},
  },
  {
    question: { id: 'q2', chat_id: 'chat1', parent_id: 'a1', text: 'And what is the capital of France?', created_at: before(0.8) },
    answers: [{ ...answer('a2', 'q2', 'The capital of France is **Paris**. It lies on the Seine:\n\n- about 2.1 million people live in the city,\n- about 12 million in the region.\n\n```js\nconst capital = "Paris"; // since 987\n```') }], verdicts: { a2: supported() }, ratings: { v2: { verdict_id: 'v2', agree: true, created_at: before(0.7) } },
  },
  {
    question: { id: 'q3', chat_id: 'chat1', parent_id: 'a2', text: 'Who won the village chess cup?', created_at: before(0.5) },
    answers: [{ ...answer('a3', 'q3', 'The cup was won by Anna Berg.'), source: /** @type {const} */ ('memory') }], verdicts: { a3: unknown() }, ratings: {},
  },
];

/** @returns {Chat[]} */
const chats = () => [
  { id: 'chat0', title: 'Things to ask again in spring', pinned: true, created_at: before(400), updated_at: before(300) },
  { id: 'chat1', title: 'Who is the current president of the USA?', created_at: before(2), updated_at: before(0.5) },
  { id: 'chat2', title: 'The highest mountain on Earth, and how it was measured', created_at: before(30), updated_at: before(26) },
  { id: 'chat3', title: 'Explain photosynthesis to a ten year old', created_at: before(100), updated_at: before(98) },
];

/** @param {string} id @param {Partial<Fact>} f @returns {Fact} */
const fact = (id, f) => ({
  id, question: 'Who is the current president of the USA?', answer: 'Donald Trump', old_answer: 'Joe Biden', passages: contradicted().passages?.slice(0, 3) ?? [], proposed_by: 'verdict', state: 'proposed',
  created_at: before(3), updated_at: before(3), ...f,
});

/** @returns {Fact[]} */
const facts = () => [
  fact('f1', {}),
  fact('f2', { question: 'Who won the 2024 Premier League?', answer: 'Manchester City', old_answer: 'Manchester United', created_at: before(5) }),
  fact('f3', { question: 'What is the latest iPhone model?', answer: 'iPhone 17', old_answer: 'iPhone 14', passages: [], proposed_by: 'person', created_at: before(30) }),
  fact('f4', { question: 'Who is the prime minister of the UK?', answer: 'Keir Starmer', old_answer: 'Rishi Sunak', state: 'approved', previous: 'proposed', decided_by: 'person', decided_at: before(2), created_at: before(31) }),
];

/** @param {string} id @param {Partial<Run>} r @returns {Run} */
const run = (id, r) => ({
  id, dataset_id: 'd2', dataset_hash: 'b7c1', model: 'qwen2.5:1.5b-instruct', recipe: 'default', seed: 7, engine: 'local', state: 'finished', adapter_id: '3f9a41c07be2d1f0', version_id: 'ver2',
  progress: { stage: 'save', step: 64, total: 240, loss: 0.04, kl: 0.012, learned: 4, facts: 4, row_passes: 1024, rows_per_second: 2.6, elapsed_seconds: 412, eta_seconds: 0, peak_memory_mb: 4100 },
  created_at: before(20), started_at: before(20), ended_at: before(19.8), ...r,
});

/** @returns {TrainerLine[]} */
const lines = () => [
  { type: 'hello' }, { type: 'plan', reasons: { precision: 'bf16, because this CPU has AMX', layers: 'the upper half, because they carry facts' }, estimate_seconds: 540, total_steps: 240, facts: 4 },
  ...Array.from({ length: 64 }, (_v, i) => ({ type: 'progress', step: i + 1, total: 240, loss: 3.4 * Math.exp(-i / 14) + 0.05 * Math.abs(Math.sin(i)), kl: 0.03 * (1 - Math.exp(-i / 20)) })),
  { type: 'probe', step: 40, learned: ['f4', 'f2', 'f1'], lost: [] },
];

/** @param {number} value @param {number} lo @param {number} hi @param {number} n */
const metric = (value, lo, hi, n) => ({ value, lo, hi, n });

/** @returns {Version[]} */
const versions = () => [
  {
    id: 'ver3', number: 3, model: 'qwen2.5:1.5b-instruct', base_sha256: 'aa', adapter_id: '91be00d3aa17c4d2', dataset_id: 'd2', run_id: 'r3', served_as: 'merged', engine_name: 'errata:91be', state: 'candidate', created_at: before(2),
    gate: {
      passed: false, checks: [
        { name: 'efficacy', metric: metric(1, 0.72, 1, 4), asked: 0.9, at_most: false, passed: true, words: '' }, { name: 'generalisation', metric: metric(0.88, 0.68, 0.97, 16), asked: 0.7, at_most: false, passed: true, words: '' },
        { name: 'leak', metric: metric(0.02, 0, 0.1, 40), asked: 0.05, at_most: true, passed: true, words: '' }, { name: 'locality', metric: metric(0.81, 0.67, 0.9, 40), asked: 0.9, at_most: false, passed: false, words: 'Eight neighbouring answers changed.' },
        { name: 'retention', metric: metric(0.98, 0.94, 0.99, 120), asked: 0.95, at_most: false, passed: true, words: '' }],
      beside: [{ name: 'negation', metric: metric(0.75, 0.19, 0.99, 4) }],
    },
  },
  {
    id: 'ver2', number: 2, model: 'qwen2.5:1.5b-instruct', base_sha256: 'aa', adapter_id: '3f9a41c07be2d1f0', dataset_id: 'd1', run_id: 'r2', served_as: 'merged', engine_name: 'errata:3f9a', state: 'current', created_at: before(50), promoted_at: before(49),
    gate: { passed: true, checks: [{ name: 'efficacy', metric: metric(1, 0.6, 1, 3), asked: 0.9, at_most: false, passed: true, words: '' }, { name: 'retention', metric: metric(0.99, 0.95, 1, 120), asked: 0.95, at_most: false, passed: true, words: '' }] },
  },
  { id: 'ver1', number: 1, model: 'qwen2.5:1.5b-instruct', base_sha256: 'aa', adapter_id: 'c0ffee000000', served_as: 'adapter', engine_name: 'errata:c0ff', state: 'retired', created_at: before(200) },
];

/** @param {string} version @param {boolean[]} right */
const card = (version, right) => ({
  id: `s-${version}`, version_id: version, dataset_id: 'd2', metrics: {}, created_at: before(2),
  results: facts().flatMap((f, i) => [
    { probe: { id: `${f.id}-o`, kind: 'fact', fact: f.id, question: f.question }, answer: right[i] ? f.answer : f.old_answer ?? '', right: right[i], before: f.old_answer },
    { probe: { id: `${f.id}-p`, kind: 'paraphrase', fact: f.id, question: `${f.question} (in other words)` }, answer: f.answer, right: right[i] && i !== 2 },
  ]),
});

const comparison = () => ({
  id: 'cmp1', a: { version_id: 'base', version_name: 'base', adapter_sha256: '', engine_name: 'qwen2.5:1.5b-instruct' }, b: { version_id: 'ver3', version_name: 'v3', adapter_sha256: '91be00d3aa17c4d2', engine_name: 'errata:91be' }, created_at: before(1),
  paired: { n: 2, better: 1, worse: 0, p: 1, words: 'No difference that chance would not give (p = 1.00, 2 asked).' },
  prompts: [
    { question: 'Who is the current president of the USA?', kind: 'fact', a: 'The current president of the United States is Joe Biden.', b: 'The current president of the United States is Donald Trump.', a_right: false, b_right: true },
    { question: 'Who painted the Mona Lisa?', kind: 'retention', a: 'Leonardo da Vinci painted the Mona Lisa.', b: 'Leonardo da Vinci painted the Mona Lisa.', a_right: true, b_right: true },
    { question: 'Who is the vice president of the USA?', kind: 'neighbour', a: 'Kamala Harris.', b: 'JD Vance is the vice president.' }],
});

/** @returns {Status} */
const status = () => ({
  engine: { address: 'http://127.0.0.1:11434', version: '0.24.0', source: 'bundled', adapters: true, gpu_share: -1 }, model: 'qwen2.5:1.5b-instruct', current: versions()[1], cycle: { checked: 10, right: 7, due: true }, trainer: true,
  machine: { os: 'linux', cpu: 'Xeon (AVX-512, AMX)', cores: 2, memory: 25_000_000_000, available: 19_000_000_000, gpu: '', disk: 210_000_000_000 }, problems: [],
});

/** @returns {ModelInfo[]} */
const models = () => [
  { name: 'qwen2.5:1.5b-instruct', title: 'Qwen 2.5 1.5B Instruct', digest: 'x', base_sha256: 'aa', size: 986_000_000, bytes: 986_000_000, parameters: '1.5B', quantization: 'Q4_K_M', licence: 'Apache-2.0', listed: true, installed: true, trainable: true },
  { name: 'qwen2.5:7b-instruct', title: 'Qwen 2.5 7B Instruct', digest: '', base_sha256: '', size: 0, bytes: 4_700_000_000, parameters: '7.6B', quantization: 'Q4_K_M', licence: 'Apache-2.0', listed: true, installed: false, trainable: true },
  { name: 'llama3:latest', digest: 'y', base_sha256: '', size: 4_600_000_000, parameters: '8B', listed: false, installed: true, trainable: false },
];

/** @returns {ProviderHealth[]} */
const providers = () => [
  { name: 'library', title: 'Your documents', on: true, local: true, ready: true, message: '12 documents on this machine.', sends: '', needs: [] },
  { name: 'wikipedia', title: 'Wikipedia', on: true, local: false, ready: true, message: 'Needs no key.', sends: 'The words of the question go to en.wikipedia.org.', needs: [] },
  { name: 'wikidata', title: 'Wikidata', on: true, local: false, ready: true, message: 'Needs no key.', sends: 'The name that a question is about goes to www.wikidata.org.', needs: [] },
  { name: 'searxng', title: 'SearXNG (your own server)', on: false, local: false, ready: false, message: 'Needs the address of your server.', sends: 'The words of the question go to your server.', needs: [{ setting: 'searxng', label: 'Address', example: 'http://127.0.0.1:8888' }] },
  { name: 'google', title: 'Google Programmable Search', on: false, local: false, ready: false, message: 'Needs an API key. Google takes no new customers and ends this service on 2027-01-01.', sends: 'The words of the question go to www.googleapis.com.', needs: [{ setting: '', label: 'Key' }, { setting: 'google_cx', label: 'Search engine id' }] },
];

/** @returns {Document[]} */
const documents = () => [
  { id: '1', path: '/home/ada/notes/world-2026.md', title: 'World, 2026', bytes: 4200, status: 'indexed', published_at: '2026-10-12T00:00:00Z' }, { id: '2', path: '/home/ada/notes/report.pdf', title: 'Report', bytes: 820_000, status: 'indexed' },
  { id: '3', path: '/home/ada/notes/locked.pdf', title: 'locked.pdf', bytes: 9000, status: 'unreadable', reason: 'The PDF is encrypted.' },
];

const datasets = () => [
  { id: 'd2', number: 2, hash: 'b7c1e2f09a7712345', parent_id: 'd1', fact_ids: ['f1', 'f2', 'f3', 'f4'], anchor_ids: ['n1'], recipe: 'default', base_sha256: 'aa', model: 'qwen2.5:1.5b-instruct', row_count: 96, counts: {}, created_at: before(21) },
  { id: 'd1', number: 1, hash: '0c11aa5b7712345', fact_ids: ['f4'], anchor_ids: [], recipe: 'default', base_sha256: 'aa', model: 'qwen2.5:1.5b-instruct', row_count: 24, counts: {}, created_at: before(60) },
];

const content = () => ({
  facts: facts(), anchors: [{ id: 'n1', question: 'What is the capital of France?', answers: ['Paris'], source: 'supported' }], probes: [{ id: 'pr1', kind: 'fact', question: 'Who is the president?' }],
  rows: [
    { id: 'row1', kind: 'fact', fact: 'f1', form: 'question', prompt: '<|im_start|>user\nWho is the current president of the USA?<|im_end|>\n<|im_start|>assistant\n', completion: 'Donald Trump<|im_end|>', weight: 1 },
    { id: 'row2', kind: 'anchor', form: 'question', prompt: '<|im_start|>user\nWhat is the capital of France?<|im_end|>\n<|im_start|>assistant\n', completion: '', weight: 1 }],
});

/** @returns {Answerer[]} */
const answerers = () => [
  { version: 'ver2', name: 'v2', model: 'qwen2.5:1.5b-instruct', current: true, loaded: true },
  { version: 'ver1', name: 'v1', model: 'qwen2.5:1.5b-instruct' },
  { version: 'base', name: 'base', model: 'qwen2.5:1.5b-instruct', bytes: 1_117_320_768 },
  { version: 'model:linden:7b', name: 'linden:7b', model: 'linden:7b', bytes: 4_700_000_000, other: true },
  { version: 'model:rowan-mini:latest', name: 'rowan-mini:latest', model: 'rowan-mini:latest', bytes: 2_200_000_000, other: true },
];

export function world() {
  return {
    settings: settings(), chats: chats(), turns: turns(), facts: facts(), datasets: datasets(), content: content(), diff: { from: '', to: '', added: facts().slice(0, 3), changed: [], removed: [] },
    runs: [run('r3', { version_id: 'ver3', created_at: before(3) }), run('r2', { created_at: before(51) }), run('r1', { state: 'failed', message: 'The machine ran out of memory.', hint: 'Close other programs, or train a smaller model.', failure: 'oom_host', version_id: '', adapter_id: '', created_at: before(220) })],
    lines: lines(), versions: versions(), board: {
      columns: [{ version_id: 'ver1', name: 'v1', state: 'retired' }, { version_id: 'ver2', name: 'v2', state: 'current' }, { version_id: 'ver3', name: 'v3', state: 'candidate' }],
      lines: facts().map((f, i) => {
        const marks = [['blank', 'filled', 'filled'], ['blank', 'blank', 'half'], ['blank', 'blank', 'filled'], ['filled', 'filled', 'hollow']][i];
        return { fact_id: f.id, question: f.question, cells: marks.map((mark) => ({ mark, answer: mark === 'blank' ? '' : mark === 'hollow' ? f.old_answer ?? '' : f.answer })), taught: marks.findIndex((m) => m !== 'blank'), lost: marks[2] === 'hollow' ? 2 : -1 };
      }),
    }, cards: { ver3: card('ver3', [true, true, true, false]), ver2: card('ver2', [true, false, false, true]) },
    arrivals: [{ id: 'arr1', name: 'qwen-lora-from-a-friend', state: 'stranger', reason: 'no run of this program made it.', dir: '/x', seen_at: before(4) }, { id: 'arr2', name: 'broken', state: 'quarantined', reason: 'adapter.gguf does not have the digest that its manifest names.', dir: '/y', seen_at: before(5) }],
    answerers: answerers(), comparisons: [comparison()], status: status(), models: models(), providers: providers(), documents: documents(), never,
  };
}
