package backend

import "time"

// Event tells a door what happened. Topic names the noun and the verb, as in
// "answer.text", "check.step", "run.progress", "version.changed"; Seq grows by
// one an event, so that a door sees a gap.
type Event struct {
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
	Topic string    `json:"topic"`
	ID    string    `json:"id,omitempty"` // of the noun
	Data  any       `json:"data,omitempty"`
}

// DemoTopic stands before the topics of a demo's progress, which belongs to
// another home than the one that a door shows.
const DemoTopic = "demo."

// ChatFilter selects chats, pinned and newest first; zero fields select all
// that are not deleted.
type ChatFilter struct {
	Query   string `json:"query,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
	After   string `json:"after,omitempty"`
	Limit   int    `json:"limit,omitempty"` // 0 means 50
}

// Arrived is one finished folder of incoming/. Problem says in one sentence what
// is wrong with it, empty when every hash and header is right.
type Arrived struct {
	Name     string
	Dir      string
	ID       string // SHA-256 of manifest.json, empty without one
	Manifest Manifest
	Problem  string
}
