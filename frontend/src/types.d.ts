/** The backend's nouns, as their JSON looks. Durations are nanoseconds, times RFC 3339. */

export type VerdictKind = 'supported' | 'outdated' | 'contradicted' | 'not_enough_evidence' | 'not_checkable';
export type FactState = 'proposed' | 'approved' | 'rejected' | 'superseded' | 'expired';
export type RunState = 'requested' | 'running' | 'finished' | 'failed' | 'cancelled' | 'interrupted';
export type VersionState = 'candidate' | 'current' | 'retired' | 'rejected' | 'deleted';

export interface Chat { id: string; title: string; folder?: string; pinned?: boolean; manner?: Manner; created_at: string; updated_at: string; deleted_at?: string }
/** How a chat is answered and checked; what is not set is as Settings say. */
export interface Manner { version?: string; system?: string; sampling?: Sampling | null; local?: boolean }
export interface Sampling { temperature: number; top_p?: number; repeat_penalty?: number; seed: number; num_ctx: number; num_predict: number }
export interface Preset { name: string; system?: string; sampling?: Sampling | null }
/** One that a chat can be answered by. */
export interface Answerer { version: string; name: string; model: string; bytes?: number; current?: boolean; other?: boolean; loaded?: boolean }
export interface Question { id: string; chat_id: string; parent_id?: string; text: string; created_at: string }
export interface Answer {
  id: string; question_id: string; chat_id: string; version_id?: string; version_name: string; model: string; adapter_sha256?: string;
  text: string; state: 'streaming' | 'complete' | 'interrupted'; reason?: string; source: 'weights' | 'memory' | 'documents' | 'clock' | 'imported';
  sampling?: Sampling; other?: boolean; left_out?: number; memory_fact_ids?: string[]; prompt_tokens: number; output_tokens: number; tokens_per_second: number; created_at: string; finished_at: string;
}
export interface Rating { verdict_id: string; agree: boolean; note?: string; created_at: string }
export interface Turn { question: Question; answers: Answer[] | null; verdicts: Record<string, Verdict> | null; ratings: Record<string, Rating> | null }
export interface ChatView { chat: Chat; turns: Turn[]; /** by verdict */ taught?: Record<string, FactState> | null; /** by answer */ memory?: Record<string, Recalled[]> | null }
export interface Asked { chat: Chat; question: Question; answer: Answer; memory?: Recalled[] | null }
/** An approved fact that an answer was given; `said` when the answer says it. */
export interface Recalled { fact: Fact; said: boolean }

export interface Claim { id: string; answer_id: string; short: string; type: string; sentence: string; hedged: boolean; by: string }
export interface Passage {
  id: string; provider: string; url: string; domain: string; title: string; text: string; published_at?: string; date_source: string;
  fetched_at: string; quote?: string; value?: string; flags?: string[] | null; supports?: 'answer' | 'rival' | '';
}
export interface Cluster { value: string; weight: number; domains: string[] | null; newest?: string; passage_ids: string[] | null; trusted: boolean; strong?: number }
export interface Verdict {
  id: string; answer_id: string; question_id: string; question: string; class: string; kind: VerdictKind; reason: string; sentence: string; imported?: boolean; local?: boolean;
  claim: Claim; rival_value?: string; rival_from?: string; tier?: string; confidence: number; calibrated: boolean; confidence_raw: number; calibration?: string; withheld?: VerdictKind; clusters: Cluster[] | null;
  passages: Passage[] | null; queries: string[] | null; providers: string[] | null; failures?: ProviderFailure[] | null; extractor?: string; extractor_title?: string; judge: string; judge_title?: string; calls: number; took: number; created_at: string;
}
export interface ProviderFailure { provider: string; code: string; message: string; offline: boolean }
/** One step of a check, as it happens. */
export interface Step { name: string; text?: string; queries?: string[] | null; count?: number; /** which of them is being read, from 1 */ at?: number }

export interface Fact {
  id: string; question: string; answer: string; aliases?: string[] | null; old_answer?: string; valid_from?: string; expires_at?: string; class?: string;
  verdict_id?: string; passages: Passage[] | null; proposed_by: string; state: FactState; previous?: FactState; decided_by?: string;
  decided_at?: string; created_at: string; updated_at: string; checked?: FactCheck; disputes?: string; rule?: Rule; by_hand?: boolean; local?: boolean;
}
/** What approved a fact in a person's place. */
export interface Rule { name: string; confidence: number; calibration: string; domains: string[] | null; wait_hours: number }
export interface RulePlan { on: boolean; wait_hours: number; left: number; waiting: { fact_id: string; at: string; rule: Rule }[] }
/** A later look at the evidence of an approved fact. */
export interface FactCheck { at: string; kind: VerdictKind; reason: string; sentence: string; value?: string; calibrated: boolean; confidence: number }
export interface Rechecked { fact: Fact; verdict: Verdict; proposed?: Fact }
export interface RecheckPlan { paused: boolean; every_days: number; facts: number; due: number; next?: string; disputed: number }
export interface FactUpdate { question?: string; answer?: string; old_answer?: string; aliases?: string[]; expires_at?: string }
export interface FactFilter { state?: FactState; query?: string }
export interface FactRange extends FactFilter { without?: string[]; from?: number; limit?: number }
export interface FactPart { facts: Fact[]; total: number }
/** What is loaded of a list of facts, by place; null cannot be read. Without leaves out those that stand on top; aside is the open one while its place is not known. */
export interface Places { total: number; at: Map<number, Fact | null>; aside: Fact | null; without: string[] }
export interface Imported { format: string; facts: Fact[]; known: number; problems: string[] }
/** A file that was looked at and waits for a decision. */
export interface Incoming { name: string; text: string; found: Imported }
/** A fact to decide before the others, with those that it disagrees with. */
export interface UrgentFact { fact: Fact; why: 'moved' | 'conflict' | 'expired'; beside: Fact[] }
/** A line of the queue: urgent ones first. */
export interface InboxItem { fact: Fact; urgent?: UrgentFact }
/** The lines of the queue. One is undefined until it is loaded. */
export interface InboxLines { top: number; length: number; at(i: number): InboxItem | null | undefined; place(id: string): number; aside: InboxItem | null }
export interface BulkPlan { count: number; left: number }
/** What a file of chats brought; `at` is handed back with its next piece. */
export interface ImportedChats {
  read: number; at: Record<string, unknown>; added: string[]; grown: number; known: number; questions: number; answers: number;
  left_out: Record<string, number>; problems: string[];
}

export interface Row { id: string; kind: string; fact?: string; form?: string; prompt: string; completion: string; weight: number }
export interface Probe { id: string; kind: string; fact?: string; question: string; accept?: string[]; reject?: string[] }
export interface Dataset {
  id: string; number: number; hash: string; parent_id?: string; fact_ids: string[] | null; anchor_ids: string[] | null; recipe: string; model: string;
  base_sha256: string; row_count: number; counts: Record<string, number> | null; created_at: string;
}
export interface Anchor { id: string; question: string; answers: string[]; source: string }
export interface DatasetView { dataset: Dataset; content: { facts: Fact[] | null; anchors: Anchor[] | null; rows: Row[] | null; probes: Probe[] | null } }
export interface DatasetDiff { from: string; to: string; added: Fact[] | null; changed: Fact[] | null; removed: Fact[] | null }

export interface RunProgress {
  stage: string; step: number; total: number; loss: number; kl: number; learned: number; facts: number; given_up?: number; row_passes: number;
  rows_per_second: number; tokens_per_second?: number; elapsed_seconds: number; eta_seconds: number; peak_memory_mb: number;
}
export interface Run {
  id: string; dataset_id: string; dataset_hash: string; model: string; recipe: string; seed: number; engine: string; max_minutes?: number;
  state: RunState; failure?: string; message?: string; hint?: string; progress: RunProgress; adapter_id?: string; version_id?: string;
  created_at: string; started_at?: string; ended_at?: string;
}
/** One raw line of the trainer. */
export interface TrainerLine { type: string; step?: number; total?: number; loss?: number | null; kl?: number | null; learned?: unknown; message?: string; [field: string]: unknown }
export interface RunView { run: Run; events: TrainerLine[] }

export interface Metric { value: number; lo: number; hi: number; n: number }
export interface GateCheck { name: string; metric: Metric; asked: number; tolerated?: number; at_most: boolean; passed: boolean; words: string }
export interface Gate { passed: boolean; checks: GateCheck[] | null; /** measured, and decides nothing */ beside?: Figure[] }
export interface Figure { name: string; metric: Metric }
export interface Version {
  id: string; number: number; model: string; base_sha256: string; adapter_id?: string; dataset_id?: string; run_id?: string;
  served_as: 'base' | 'adapter' | 'merged' | ''; engine_name: string; state: VersionState; note?: string; gate?: Gate; created_at: string; promoted_at?: string;
  given_up_fact_ids?: string[];
}
export interface ProbeResult { probe: Probe; answer: string; right: boolean; before?: string; leaked?: boolean }
export interface Scorecard { id: string; version_id: string; dataset_id: string; metrics: Record<string, Metric>; results: ProbeResult[] | null; created_at: string }
export interface BoardCell { mark: 'filled' | 'half' | 'hollow' | 'kept' | 'blank'; answer: string }
export interface BoardLine { fact_id: string; question: string; cells: BoardCell[]; taught: number; lost: number }
export interface Scoreboard { columns: { version_id: string; name: string; state: VersionState }[]; lines: BoardLine[] }
export interface Side { version_id: string; version_name: string; adapter_sha256: string; engine_name: string }
export interface ComparedPrompt { question: string; kind: string; fact?: string; a: string; b: string; a_right?: boolean; b_right?: boolean }
export interface Comparison { id: string; a: Side; b: Side; prompts: ComparedPrompt[] | null; paired?: Paired; created_at: string }
export interface Paired { n: number; better: number; worse: number; p: number; words: string }
export interface Arrival { id: string; name: string; state: 'stranger' | 'quarantined' | 'discarded' | 'imported'; reason: string; dir: string; seen_at: string }

export interface Settings {
  confirmed: boolean; model: string; extractor?: string; judge?: string; providers: Record<string, boolean> | null; library_folders: string[] | null;
  allowed_origins: string[] | null; approval: string; training: string; serve_as: string; memory: boolean; auto_check: boolean; theme: string; google_cx?: string; searxng?: string; recheck?: string; recheck_days?: number; approval_hours?: number; automatic_since?: string;
  /** empty: as the system */ language?: string; /** percent, 0: 100 */ zoom?: number; letters?: string; notify?: string; presets?: Preset[] | null; cluster?: Remote | null;
}
/** Other machines that train. */
export interface Remote { kind: string; address: string; gpus: number; cpus: number; models: string }
export interface Hello { version: string; door: string; home: string; settings: Settings; first_run: boolean; can_open: boolean; can_choose?: boolean; can_notify?: boolean; documents: string }
export interface Machine { os: string; cpu: string; cores: number; memory: number; available: number; gpu: string; disk: number }
export interface EngineStatus { address: string; version: string; source: string; adapters: boolean; gpu_share: number }
export interface Problem { part: string; message: string; hint: string }
export interface Cycle { checked: number; right: number; due: boolean }
export interface Status { engine: EngineStatus; model: string; current: Version; cycle: Cycle; trainer: boolean; machine: Machine; problems: Problem[] }
/** An empty setting means a key, which is kept as a secret. */
export interface ProviderNeed { setting: string; label: string; example?: string }
export interface ProviderHealth { name: string; title: string; on: boolean; local: boolean; ready: boolean; message: string; sends: string; needs: ProviderNeed[] }
export interface ModelInfo {
  name: string; digest: string; base_sha256: string; size: number; parameters?: string; quantization?: string; licence?: string;
  listed: boolean; installed: boolean; trainable: boolean; title?: string; bytes?: number; chat_memory?: number; train_memory?: number; remote?: boolean;
}
export interface Document { id: string; path: string; title: string; bytes: number; status: string; reason?: string; published_at?: string }
export interface Backup { path: string; at: string; bytes: number }
/** What a provider did when it was asked for a test; `took` in nanoseconds. */
export interface ProviderTest { ok: boolean; message: string; found: number; sent: string[] | null; took: number }
export interface Progress { what: string; done: number; total: number }
export interface ModelProgress { request: string; stage: string; done: number; total: number }

export interface Event { seq: number; at: string; topic: string; id?: string; data?: any }

/** A request under way, whoever made it. */
export interface Running { request: string; op: string; of: string; since?: string; asked?: Asked; text?: string; pieces?: number; progress?: ModelProgress }
/** The end of one. */
export interface Finished { op: string; of: string; error?: Failure }

/** What goes on when the window is closed, and what is decided then. */
export interface Work { training: boolean; ops: string[] }
export type Leaving = 'hide' | 'end' | 'stay';

/** What a user can do: the exported methods of the API, with their arguments. */
export interface Methods {
  Hello(): Hello; Status(): Status; Settings(): Settings; SaveSettings(s: Settings): Settings;
  Providers(): ProviderHealth[]; SetSecret(name: string, value: string): string; DeleteSecret(name: string): void;
  Models(): ModelInfo[]; InstallModel(request: string, name: string): ModelInfo; ImportModel(request: string, file: string): ModelInfo;
  Documents(): Document[]; RescanLibrary(request: string): Document[]; OpenLink(link: string): void; Backup(): string; Backups(): Backup[]; RestoreBackup(path: string): void; EraseAll(word: string): void; ExportAll(request: string): string;
  CanRepair(): boolean; Repair(): void; ChoosePath(kind: 'folder' | 'document' | 'model'): string; NotifyDesktop(title: string, text: string): void; Leave(how: Leaving): void;
  InspectModel(file: string): ModelInfo; SearchLibrary(question: string): Passage[]; TestProvider(name: string): ProviderTest;
  Chats(f: { query?: string; deleted?: boolean; after?: string; limit?: number }): Chat[]; Chat(id: string): ChatView;
  RenameChat(id: string, title: string): Chat; PinChat(id: string, pinned: boolean): Chat; DeleteChat(id: string): Chat; RestoreChat(id: string): Chat;
  MoveChat(id: string, folder: string): Chat; SetManner(id: string, manner: Manner): Chat; SavePresets(presets: Preset[]): Settings;
  Answerers(): Answerer[]; LoadModel(request: string, version: string): void; EjectModel(version: string): void; AddDocument(request: string, name: string, data: string): Document;
  EmptyTrash(): number; ExportChat(id: string, format: string, leaf: string): string; DeleteChats(ids: string[]): number; SaveFile(name: string, text: string): string;
  ImportChats(request: string, input: { piece: string; at: ImportedChats['at']; last: boolean }): ImportedChats;
  Ask(request: string, input: { chat_id?: string; parent_id?: string; question_id?: string; text?: string; version?: string; manner?: Manner }): Asked;
  Cancel(request: string): void; Running(): Running[]; Check(request: string, answerID: string): Verdict; Rate(verdictID: string, agree: boolean, note: string): void;
  Cycle(): Cycle;
  FactPart(r: FactRange): FactPart; FactCounts(): Partial<Record<FactState, number>>; Teach(verdictID: string, edit: FactUpdate, approve: boolean): Fact;
  AddFact(f: Partial<Fact>, approve: boolean): Fact; EditFact(id: string, u: FactUpdate): Fact; ApproveFact(id: string): Fact; RejectFact(id: string): Fact;
  UndoFact(id: string): Fact; RecheckFacts(request: string, ids: string[]): Rechecked[]; RecheckPlan(): RecheckPlan; RulePlan(): RulePlan; ExportFacts(state: string): string; CheckFacts(text: string): Imported; ImportFacts(text: string): Imported;
  UrgentFacts(): UrgentFact[]; BulkPlan(query: string): BulkPlan; DecideFacts(request: string, input: { query: string; to: FactState; count: number }): { ids: string[] }; UndoFacts(ids: string[]): number;
  Datasets(): Dataset[]; Dataset(id: string): DatasetView; DiffDatasets(from: string, to: string): DatasetDiff; ExportDataset(id: string, format: string): string;
  BuildDataset(request: string, input: { model?: string; recipe?: string }): Dataset;
  Runs(): Run[]; Run(id: string): RunView; Train(request: string, input: { model?: string; recipe?: string; max_minutes?: number }): Run;
  StopRun(id: string, save: boolean): void; FinishRun(id: string): void; ResumeRun(id: string): Run; DiscardRun(id: string): Run; TrainerReady(): void; SetupTrainer(request: string): void; SetupRay(request: string): void;
  Versions(): Version[]; Scorecard(versionID: string): Scorecard; Score(request: string, versionID: string): Scorecard; Scoreboard(): Scoreboard;
  NoteVersion(id: string, note: string): Version; DeleteVersion(id: string): Version; ExportVersion(request: string, input: { version_id: string; merged: boolean; folder: string }): { folder: string; files: string[] };
  Compare(request: string, input: { a: string; b: string; prompts: string[] }): Comparison; Comparisons(): Comparison[];
  Promote(request: string, input: { version_id: string; force: boolean; reason: string }): Version; Rollback(request: string): Version;
  Arrivals(): Arrival[]; ImportArrival(id: string): Version; DiscardArrival(id: string): void;
}
export type Method = keyof Methods;

/** How calls travel: the window's bindings, a web socket, or a test's script. */
export interface Transport {
  /** A call that is given up before it went out never goes out. */
  call(method: string, args: unknown[], givenUp?: AbortSignal): Promise<any>;
  /** Starts listening; state is 'open', 'reconnecting' or 'token'. */
  listen(onEvent: (e: Event) => void, onState: (state: Connection) => void): void;
}
export type Connection = 'connecting' | 'open' | 'reconnecting' | 'token';

/**
 * An answer that is being written. `pieces` counts its pieces of text, `early` keeps
 * those that came before one that is missing. What is `adopted` has no call of this
 * page: its end comes as an event.
 */
export interface Stream {
  request: string; chatID: string; parentID: string; questionID: string; question: string; text: string; answerID: string; waiting: string; stopping: boolean;
  pieces: number; early: Record<number, string>; adopted?: boolean;
}
/** A check that runs; `since` is when it began, in ms. */
export interface Checking { request: string; steps: Step[]; since: number; adopted?: boolean }
/** A long call that outlives its room. */
export interface Job { request: string; name: string; what: string; done: number; total: number; error?: Failure; lines: string[]; adopted?: boolean; stopping?: boolean;
  /** it goes on where it was stopped */ pausable?: boolean; paused?: boolean; /** what it is about */ of?: string; /** bytes a second, and where it was counted from */ speed?: number; since?: { what: string; done: number; at: number } }
export interface Failure { code: string; message: string; hint: string; detail: string }
export interface Toast { id: number; text: string; hint?: string; kind: 'note' | 'error'; action?: string; run?: () => void }
/** What is read to a person who does not see the page. */
export interface Saying { n: number; text: string; urgent: boolean }
export interface Route { room: string; id: string }

/** The one state of the page. */
export interface State {
  connection: Connection; /** why Errata did not start; a backup may repair it */ broken: { failure: Failure; repairable: boolean } | null; route: Route; hello: Hello | null; settings: Settings | null; status: Status | null;
  chats: Chat[]; /** whether older ones can be loaded */ chatsLeft: boolean; chatQuery: string; /** of a chat that has not begun */ manner: Manner; answerers: Answerer[]; chat: ChatView | null; chatError: Failure | null; choices: Record<string, string>;
  streams: Record<string, Stream>; checking: Record<string, Checking>; draft: string; /** what stands in open editors of "Teach this fact", by answer */ teaching: Record<string, FactUpdate>;
  facts: Places; urgent: UrgentFact[]; incoming: Incoming | null; board: Scoreboard | null; factFilter: FactFilter; factID: string; counts: Partial<Record<FactState, number>>; cycle: Cycle | null;
  datasets: Dataset[]; runs: Run[]; runView: RunView | null; versions: Version[]; arrivals: Arrival[]; comparisons: Comparison[];
  rechecks: RecheckPlan | null; rules: RulePlan | null; models: ModelInfo[]; providers: ProviderHealth[]; documents: Document[];
  jobs: Record<string, Job>; imported: ImportedChats | null; toasts: Toast[]; saying: Saying | null; loads: Record<string, Failure | 'loading' | 'ready'>;
  backups: Backup[]; /** by provider */ tests: Record<string, ProviderTest | Failure | 'asked'>; /** a scan of the library */ reading: { done: number; total: number } | null;
  /** what a close of the window would end, while its person is asked */ closing: Work | null;
  sidebar: boolean; /** whether the system has a network */ online: boolean;
}
