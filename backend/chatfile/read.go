package chatfile

import (
	"encoding/json"
	"time"

	"errata/backend"
)

// Found is one chat of a file.
type Found struct {
	Tree     backend.ChatTree
	LeftOut  map[string]int // what of it was not taken, and how often: "tool outputs"
	Problems []string       // what is damaged in it and was left out
}

// Read reads one chat of ChatGPT's or Open WebUI's export. Times that are missing
// or cannot be are filled in from those around them, at the latest now.
func Read(raw []byte, now time.Time) (Found, error) {
	var shape struct {
		Mapping, Chat, History, Messages json.RawMessage
	}
	if err := json.Unmarshal(raw, &shape); err != nil {
		return Found{}, bad("It is not the JSON of a chat.", err)
	}
	f := &file{now: now, leftOut: map[string]int{}}
	var err error
	switch {
	case shape.Mapping != nil:
		err = f.chatGPT(raw)
	case shape.Chat != nil:
		err = f.openWebUI(raw)
	case shape.History != nil || shape.Messages != nil:
		err = f.openWebUI([]byte(`{"chat":` + string(raw) + `}`))
	default:
		err = bad("It is neither a chat of ChatGPT nor one of Open WebUI.", nil)
	}
	if err != nil {
		return Found{}, err
	}
	tree, lost, err := f.tree()
	found := Found{Tree: tree, LeftOut: f.leftOut}
	if f.unread > 0 {
		found.Problems = append(found.Problems, backend.Count(f.unread, "message")+" that cannot be read.")
	}
	if lost > 0 {
		found.Problems = append(found.Problems, backend.Count(lost, "message")+" that follow each other in a circle.")
	}
	return found, err
}

func bad(message string, err error) error {
	return &backend.Error{Code: backend.CodeInvalid, Op: "chats.import", Message: message, Err: err}
}

// file is a chat while it is read: both programs keep messages that name the one
// before them.
type file struct {
	now      time.Time
	product  string
	id       string // of the chat, "" where the file has none
	title    string
	model    string
	pinned   bool
	current  string // the message that was shown last
	from, to time.Time
	messages []message
	leftOut  map[string]int
	unread   int // messages that are not as their program writes them
}

// role is what a message is to us.
type role int

const (
	passed   role = iota // it only leads from one message to the next
	asked                // a question
	answered             // an answer, or a part of one
)

type message struct {
	id, parent string
	order      int // among those that follow the same one
	role       role
	text       string
	model      string
	broken     string // why it is no whole answer
	at         time.Time
}

// left counts what is not taken.
func (f *file) left(what string) { f.leftOut[what]++ }

// words is a text in a file; whatever else stands in its place is none.
type words string

// UnmarshalJSON never fails.
func (w *words) UnmarshalJSON(b []byte) error {
	var s string
	_ = json.Unmarshal(b, &s) // something else than a text
	*w = words(s)
	return nil
}

// moment is a time in seconds or milliseconds since 1970; whatever else stands in
// its place is none.
type moment time.Time

// UnmarshalJSON never fails.
func (m *moment) UnmarshalJSON(b []byte) error {
	var seconds float64
	_ = json.Unmarshal(b, &seconds) // something else than a number
	if seconds > 1e11 {
		seconds /= 1000
	}
	if seconds > 0 && seconds < 1e10 {
		*m = moment(time.UnixMilli(int64(seconds * 1000)).UTC())
	}
	return nil
}

// time is the moment if it can be: nothing was said later than now.
func (f *file) time(m moment) time.Time {
	if t := time.Time(m); !t.After(f.now) {
		return t
	}
	return f.now
}
