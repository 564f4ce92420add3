/**
 * A scripted API. It holds a small world and answers every method of the real one;
 * `script` replaces single methods, `emit` sends events. It refers to nothing
 * outside itself, because the browser tests send it into a page as text.
 * @param {any} world
 * @param {Record<string, (...args: any[]) => any>} [script]
 */
export function fakeApi(world, script = {}) {
  let seq = 0;
  let id = 100;
  /** @type {((e: any) => void)[]} */
  const listeners = [];
  /** @type {((s: string) => void)[]} */
  const states = [];
  /** @type {[method: string, ...args: any[]][]} */
  const calls = [];
  const now = () => new Date().toISOString();
  /** @param {string} topic @param {string} on @param {any} data */
  const emit = (topic, on, data) => { for (const l of listeners) l({ seq: ++seq, at: now(), topic, id: on, data: JSON.parse(JSON.stringify(data)) }); };
  /** @param {string} code @param {string} message @param {string} [hint] */
  const error = (code, message, hint = '') => new Error(JSON.stringify({ code, message, hint, detail: `op: ${message}` }));
  /** @param {any[]} list @param {string} key */
  const one = (list, key) => {
    const found = list.find((x) => x.id === key);
    if (!found) throw error('not_found', 'There is nothing with this id.');
    return found;
  };
  /** @param {string} key @param {string} state */
  const decide = (key, state) => {
    const f = one(world.facts, key);
    Object.assign(f, { previous: f.state, state, decided_by: 'person', decided_at: now() });
    emit('fact.changed', key, f);
    return f;
  };
  const counts = () => {
    /** @type {Record<string, number>} */
    const n = {};
    for (const f of world.facts) n[f.state] = (n[f.state] ?? 0) + 1;
    return n;
  };
  /** @type {Record<string, (...args: any[]) => any>} */
  const methods = {
    Hello: () => ({ version: 'test', door: 'window', home: '/home/ada/.local/share/errata', settings: world.settings, first_run: !world.settings.confirmed, can_open: true, documents: '' }),
    Status: () => world.status, Settings: () => world.settings,
    SaveSettings: (s) => { world.settings = s; emit('settings.changed', '', s); return s; },
    Providers: () => world.providers, SetSecret: () => 'keyring', DeleteSecret: () => null, Models: () => world.models,
    InstallModel: (r, name) => { emit('model.progress', r, { request: r, stage: 'Downloading', done: 5, total: 10 }); const m = world.models.find((/** @type {any} */ x) => x.name === name); m.installed = true; return m; },
    ImportModel: (_r, file) => ({ name: file, installed: true }), Documents: () => world.documents, RescanLibrary: () => world.documents, OpenLink: () => null, Backup: () => '/home/ada/backup.db', Backups: () => world.backups ?? [], RestoreBackup: () => null, EraseAll: () => null, ExportAll: () => '/home/ada/errata.zip',
    CanRepair: () => Boolean(world.repairable), Repair: () => null, ChoosePath: () => '/home/ada/chosen', NotifyDesktop: () => null, Leave: () => null,
    InspectModel: (file) => ({ name: 'own', title: 'own', architecture: 'qwen2', parameters: '494M', quantization: 'Q4_K_M', size: 491_400_064, bytes: 491_400_064, chat_memory: 716_000_000, listed: false, installed: false, trainable: true, digest: '', base_sha256: '', file }),
    SearchLibrary: (q) => (world.documents.length && !q.includes('nothing') ? [{ id: 'l1', provider: 'library', url: world.documents[0].path, domain: 'library', title: world.documents[0].title, text: `A passage on ${q}.`, published_at: world.documents[0].published_at, date_source: 'text', fetched_at: now() }] : []),
    TestProvider: (name) => ({ ok: name !== 'google', message: name === 'google' ? 'Needs an API key.' : '', found: name === 'google' ? 0 : 3, sent: name === 'library' ? [] : ['capital of France'], took: 412_000_000 }),
    Chats: (f) => {
      const behind = f.after ? world.chats.findIndex((/** @type {any} */ c) => c.id === f.after) + 1 : 0;
      return world.chats.slice(behind).filter((/** @type {any} */ c) => !c.deleted_at && `${c.title} ${c.folder ?? ''}`.toLowerCase().includes((f.query ?? '').toLowerCase())).slice(0, f.limit || 50);
    },
    Chat: (key) => ({
      chat: one(world.chats, key), turns: key === 'chat1' ? world.turns : world.asked?.[key] ?? [],
      memory: world.memory ?? {}, taught: Object.fromEntries(world.facts.filter((/** @type {any} */ f) => f.verdict_id).reverse().map((/** @type {any} */ f) => [f.verdict_id, f.state])),
    }),
    RenameChat: (key, title) => Object.assign(one(world.chats, key), { title }), PinChat: (key, pinned) => Object.assign(one(world.chats, key), { pinned }),
    MoveChat: (key, folder) => Object.assign(one(world.chats, key), { folder }), SetManner: (key, manner) => Object.assign(one(world.chats, key), { manner }),
    SavePresets: (presets) => { world.settings = { ...world.settings, presets }; return world.settings; }, Answerers: () => world.answerers,
    LoadModel: (_r, version) => { for (const a of world.answerers) if (a.version === version) a.loaded = true; return null; }, EjectModel: (version) => { for (const a of world.answerers) if (a.version === version) a.loaded = false; return null; },
    AddDocument: (_r, name) => { const d = { id: `d${++id}`, path: `/home/ada/.local/share/errata/documents/${name}`, title: name, bytes: 10, status: name.endsWith('.pdf') ? 'unreadable' : 'indexed', reason: 'It is damaged.' }; world.documents.push(d); return d; },
    DeleteChat: (key) => Object.assign(one(world.chats, key), { deleted_at: now() }), RestoreChat: (key) => Object.assign(one(world.chats, key), { deleted_at: undefined }), EmptyTrash: () => 1,
    ExportChat: (key, format) => (format === 'json' ? '{}\n' : `# ${one(world.chats, key).title}\n`), SaveFile: (name) => `/home/ada/Downloads/${name}`,
    // A chat for every comma of the piece, which ends where the last one stands.
    ImportChats: (_r, { piece, at, last }) => {
      const text = atob(piece);
      const read = last ? text.length : text.lastIndexOf(',') + 1;
      const added = text.slice(0, read).split(',').slice(1).map(() => { const chat = { id: `chat${++id}`, title: `Imported ${id}`, created_at: now(), updated_at: now() }; world.chats.unshift(chat); return chat.id; });
      return { read, at: { chats: (at.chats ?? 0) + added.length }, added, grown: 0, known: 0, questions: added.length, answers: added.length, left_out: {}, problems: [] };
    },
    DeleteChats: (keys) => { for (const key of keys) one(world.chats, key).deleted_at = now(); return keys.length; },
    Ask: async (request, input) => {
      let chat = world.chats.find((/** @type {any} */ c) => c.id === input.chat_id);
      if (!chat) { chat = { id: `chat${++id}`, title: input.text ?? '', manner: input.manner, created_at: now(), updated_at: now() }; world.chats.unshift(chat); }
      const question = { id: input.question_id || `q${++id}`, chat_id: chat.id, parent_id: input.parent_id, text: input.text ?? 'again', created_at: now() };
      const answer = { id: `a${++id}`, question_id: question.id, chat_id: chat.id, version_name: 'v2', model: 'm', text: '', state: 'streaming', source: 'weights', prompt_tokens: 1, output_tokens: 2, tokens_per_second: 20, created_at: now(), finished_at: now() };
      emit('answer.started', answer.id, { chat, question, answer });
      for (const [i, piece] of ['The answer ', 'is **four', 'teen**.'].entries()) { await null; emit('answer.text', request, { request, text: piece, n: i + 1 }); }
      const asked = { chat, question, answer: { ...answer, text: 'The answer is **fourteen**.', state: 'complete' } };
      world.asked = { ...world.asked, [chat.id]: [...(world.asked?.[chat.id] ?? []), { question, answers: [asked.answer], verdicts: {}, ratings: {} }] };
      emit('answer.finished', answer.id, asked);
      return asked;
    },
    Cancel: () => null, Running: () => world.running ?? [],
    Check: (_r, key) => {
      emit('check.step', key, { name: 'claim', text: 'fourteen' });
      emit('check.step', key, { name: 'search', queries: ['the answer'] });
      const v = { ...world.turns[1].verdicts.a2, id: `v${++id}`, answer_id: key, claim: { ...world.turns[1].verdicts.a2.claim, short: 'fourteen', sentence: 'The answer is **fourteen**.' } };
      emit('verdict.added', key, v);
      return v;
    },
    Rate: () => null, Cycle: () => world.status.cycle,
    FactPart: (r) => {
      // Newest first; from and limit are places in what is left.
      const list = world.facts.filter((/** @type {any} */ x) => (!r.state || x.state === r.state) && (!r.query || x.question.toLowerCase().includes(r.query.toLowerCase())) && !r.without?.includes(x.id));
      return { facts: list.slice(r.from ?? 0, (r.from ?? 0) + (r.limit || 50)), total: list.length };
    },
    FactCounts: counts,
    Teach: (verdictID, edit, approve) => { const f = { id: `f${++id}`, proposed_by: 'verdict', passages: [], verdict_id: verdictID, ...edit, state: approve ? 'approved' : 'proposed', created_at: now(), updated_at: now() }; world.facts.unshift(f); emit('fact.added', f.id, f); return f; },
    AddFact: (f, approve) => { const x = { id: `f${++id}`, proposed_by: 'person', passages: [], ...f, state: approve ? 'approved' : 'proposed', created_at: now(), updated_at: now() }; world.facts.unshift(x); return x; },
    EditFact: (key, u) => Object.assign(one(world.facts, key), u), ApproveFact: (key) => decide(key, 'approved'), RejectFact: (key) => decide(key, 'rejected'),
    RecheckFacts: (_r, ids) => {
      const fact = one(world.facts, ids[0]);
      const moved = { ...fact, id: `f${++id}`, answer: 'Somebody else', old_answer: fact.answer, state: 'proposed', proposed_by: 'recheck', disputes: fact.id };
      Object.assign(fact, { checked: { at: now(), kind: 'contradicted', reason: 'rival_value', sentence: 'Two sources say otherwise.', value: moved.answer, calibrated: false, confidence: 0.8 } });
      world.facts.unshift(moved);
      emit('fact.added', moved.id, moved);
      return [{ fact, verdict: { kind: 'contradicted', sentence: 'Two sources say otherwise.' }, proposed: moved }];
    },
    RulePlan: () => world.rules ?? { on: false, wait_hours: 24, left: 10, waiting: [] },
    RecheckPlan: () => world.rechecks ?? { paused: false, every_days: 7, facts: 0, due: 0, disputed: 0 },
    UndoFact: (key) => Object.assign(one(world.facts, key), { state: 'proposed', previous: '' }), ExportFacts: () => '{}\n', 
    CheckFacts: (text) => methods.read(text),
    ImportFacts: (text) => { const found = methods.read(text); for (const f of found.facts) methods.AddFact(f, false); return found; },
    read: (text) => {
      const found = /** @type {any} */ ({ format: 'jsonl', facts: [], known: 0, problems: [] });
      for (const [i, line] of text.split('\n').entries()) {
        try { if (line) found.facts.push({ id: '', passages: [], ...JSON.parse(line) }); } catch { found.problems.push(`line ${i + 1}: It is not JSON.`); }
      }
      return found;
    },
    UrgentFacts: () => world.urgent ?? [],
    BulkPlan: (query) => { const n = methods.FactPart({ state: 'proposed', query }).total; return { count: n, left: 0 }; },
    DecideFacts: (_r, input) => {
      const ids = methods.FactPart({ state: 'proposed', query: input.query, limit: 1e6 }).facts.map((/** @type {any} */ f) => f.id);
      if (ids.length !== input.count) throw error('conflict', `It would be ${ids.length} facts now, not ${input.count}; nothing was decided.`);
      for (const key of ids) decide(key, input.to);
      emit('facts.many', '', ids.length);
      return { ids };
    },
    UndoFacts: (ids) => { for (const key of ids) methods.UndoFact(key); emit('facts.many', '', ids.length); return ids.length; },
    Datasets: () => world.datasets, Dataset: (key) => ({ dataset: one(world.datasets, key), content: world.content }), DiffDatasets: () => world.diff, ExportDataset: () => '{}\n', BuildDataset: () => world.datasets[0],
    Runs: () => world.runs, Run: (key) => ({ run: one(world.runs, key), events: world.lines }), Train: () => { const r = { ...world.runs[0], id: `r${++id}`, state: 'running' }; world.runs.unshift(r); return r; }, StopRun: () => null, FinishRun: () => null,
    ResumeRun: (key) => Object.assign(one(world.runs, key), { state: 'running' }), DiscardRun: (key) => Object.assign(one(world.runs, key), { state: 'cancelled' }), TrainerReady: () => { if (world.trainerMissing) throw error('unavailable', 'The trainer is not set up.', 'Set it up: it takes some minutes and 2 GB.'); return null; }, SetupTrainer: () => null, SetupRay: () => null,
    Versions: () => world.versions, Scoreboard: () => world.board, NoteVersion: (key, note) => Object.assign(one(world.versions, key), { note }),
    DeleteVersion: (key) => Object.assign(one(world.versions, key), { state: 'deleted', served_as: '', engine_name: '' }), ExportVersion: (_r, input) => ({ folder: `${input.folder || '/home/ada/.local/share/errata/exports'}/errata-v2-3f9a41c0`, files: ['adapter.gguf', 'Modelfile'] }),
    Scorecard: (key) => world.cards[key], Score: (_r, key) => world.cards[key] ?? world.cards.ver3, Compare: () => world.comparisons[0], Comparisons: () => world.comparisons,
    Promote: (_r, input) => { for (const v of world.versions) if (v.state === 'current') v.state = 'retired'; return Object.assign(one(world.versions, input.version_id), { state: 'current' }); }, Rollback: () => world.versions[1],
    Arrivals: () => world.arrivals, ImportArrival: () => world.versions[0], DiscardArrival: (key) => { one(world.arrivals, key).state = 'discarded'; return null; },
  };
  return {
    calls, emit, error, world, state: (/** @type {string} */ s) => { for (const f of states) f(s); },
    /** @param {string} method @param {any[]} args @returns {Promise<any>} */
    call: async (method, args) => {
      calls.push([method, ...args]);
      const f = script[method] ?? methods[method];
      if (!f) throw error('not_found', `There is no method ${method}.`);
      const out = await f(...args);
      return out === undefined || out === null ? out : JSON.parse(JSON.stringify(out));
    },
    /** @param {(e: any) => void} onEvent @param {(s: any) => void} onState */
    listen: (onEvent, onState) => { listeners.push(onEvent); states.push(onState); onState('open'); },
  };
}
