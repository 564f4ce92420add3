// Package bolt is the only durable state of Errata: one bbolt file, errata.db.
//
//	        chats      facts       datasets     runs      versions    settings
//	          │          │            │           │           │           │
//	          └──────────┴─────┬──────┴───────────┴───────────┴───────────┘
//	                           │  one exported method = one transaction
//	              record bucket│                 index buckets
//	id ─> SHA-256 │ {"schema":1,"tx":42,"data":…}   scope·position·id ─> id
//	                           │
//	                       errata.db ──WriteTo──> backups/ (3 recent + 7 daily)
//	                           │
//	  Check, Salvage: read the pages themselves, never trust a length or an id
//
// A record is verified each time it is read: its hash covers its bucket, its id
// and its body, so that a flipped bit, and also a record that turns up under
// another id, is an error and never an answer. A single read of a damaged record
// fails with CodeInternal; a list leaves it out and Damaged counts it. Every
// list has an index written in the same transaction as its records, so that a
// page costs the same at a hundred records and at a million.
//
// The package never calls out of a transaction: the functions that callers give
// to Change methods run inside one and must be pure (no I/O, no clock, no call
// of the store, which would deadlock). It never runs without fsync, starts no
// goroutine of its own, and hands out values, never a part of the mapped file.
//
// Deleting frees a record's pages for reuse; the file never shrinks, and the old
// bytes stay in it until something else is written there.
package bolt
