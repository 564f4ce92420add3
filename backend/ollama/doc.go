// Package ollama speaks Ollama's API: chat, one-token labels with their
// probabilities, extraction by a JSON schema, and the store of models. It is
// the only importer of github.com/ollama/ollama/api.
//
//	messages ──Chat────> text, piece by piece, and Done only when the engine said so
//	messages ──Label───> probability of each one-token label, and their mass
//	messages ──Extract─> one JSON object that follows the schema
//	weights  ──Create──> blob by SHA-256 ──> model with our template ──> checked by Show
//
// It never starts a process, never chooses an address (Options.Address does),
// never talks to a model that runs on another computer, and never calls an
// answer complete without the engine's own "done".
package ollama
