// Package watch looks after incoming/, where trainers put finished adapters. It
// proves what arrived, byte by byte, and moves it on.
//
//	fsnotify ─┐ (a hint)                       ┌─ right ──> Accept ──> adapters/<sha256>/
//	          ├─> Scan: manifest, size, hash, ─┤
//	timer ────┘         strict headers         ├─ wrong ──> Quarantine ──> quarantine/<name>-<n>/
//	                                           └─ not finished: looked at again
//
// An event is only a hint (a queue may overflow, a network folder sends none):
// every hint, every error of the watcher and a timer lead to the same scan. The
// package never opens a file that is not listed in a manifest or is of a kind it
// does not know, never follows a link, never decides whose an adapter is and
// never writes to the store.
package watch
