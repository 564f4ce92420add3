// Package engine finds the Ollama that serves the models, or starts the bundled
// one, and brings models into it by the digest of their weights.
//
//	OLLAMA_HOST ──> a running one ──> the bundled one (started on first need)
//	                        │
//	                     Address ──> ollama.Client ──(API)──> Engine
//
//	in the engine ─> in the cache ─> the library ─> joined parts ─> a file of the user's
//	        └──────────────┴──────────────┴──────────────┴──> model with our template
//
// Engine satisfies the port of the same name in flow. What it promises:
//
//   - Nothing is started or asked before the first call that needs an engine.
//   - A child of ours dies with us, with its model runners; one that died is
//     started again once within a minute, then its end is an error.
//   - A model's served name carries the hash of its weights
//     (backend.EngineName); a model of the user's is never changed or removed.
//   - Weights whose SHA-256 is listed are used only when it is right; a wrong
//     file is moved aside.
//
// It never speaks HTTP itself, never stops an engine that it did not start, and
// never downloads without being asked by Install.
package engine
