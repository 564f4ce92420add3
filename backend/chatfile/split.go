package chatfile

import (
	"bytes"
	"fmt"

	"errata/backend"
)

// MostChat is how many bytes of a file one chat may take.
const MostChat = 32 << 20

// Place says how far a file is read. A file begins with the zero value, and the
// next piece gets what Split gave with the one before.
type Place struct {
	Chats    int   `json:"chats"` // that were passed, unreadable ones too
	Inside   bool  `json:"inside,omitempty"`
	Single   bool  `json:"single,omitempty"` // the file is one chat, no list of them
	Ended    bool  `json:"ended,omitempty"`
	Skipping *scan `json:"skipping,omitempty"` // inside a chat that is too large
}

// Part is one chat of a file, or what is wrong in its place.
type Part struct {
	Number  int // from 1
	JSON    []byte
	Problem string
}

// scan follows JSON to the end of a value.
type scan struct {
	Depth   int  `json:"depth"`
	Text    bool `json:"text,omitempty"`
	Escaped bool `json:"escaped,omitempty"`
}

// step takes a byte and says whether a list, an object or a text ends with it.
func (s *scan) step(c byte) bool {
	switch {
	case s.Escaped:
		s.Escaped = false
	case s.Text && c == '\\':
		s.Escaped = true
	case c == '"':
		s.Text = !s.Text
		return !s.Text && s.Depth == 0
	case s.Text:
	case c == '{' || c == '[':
		s.Depth++
	case c == '}' || c == ']':
		s.Depth--
		return s.Depth <= 0
	}
	return false
}

// Split takes the whole chats off a piece of a file and says how many bytes of it
// are done with; the next piece begins behind them. When nothing is done with and
// the piece is not the last, a longer one is needed. A chat of more than MostChat
// bytes is named and passed over.
func Split(piece []byte, at Place, last bool) (parts []Part, next Place, read int, err error) {
	i := 0
	if !at.Inside {
		if i, err = open(piece, &at, last); err != nil || !at.Inside {
			return nil, at, i, err
		}
	}
	for {
		if at.Skipping != nil {
			if i = at.skip(piece, i); at.Skipping != nil {
				return at.cut(parts, last), at, len(piece), nil
			}
		}
		for i < len(piece) && (blank(piece[i]) || piece[i] == ',') {
			i++
		}
		if i == len(piece) && !at.Ended {
			return at.cut(parts, last), at, i, nil
		}
		if at.Ended || piece[i] == ']' {
			at.Ended = true
			return parts, at, len(piece), nil
		}
		end, s := value(piece, i, last)
		switch {
		case end > 0:
			at.Chats++
			at.Ended = at.Single
			parts = append(parts, Part{Number: at.Chats, JSON: piece[i:end]})
			i = end
		case last:
			return at.cut(parts, true), at, len(piece), nil
		case len(piece)-i >= MostChat:
			at.Chats++
			at.Ended, at.Skipping = at.Single, &s
			parts = append(parts, Part{Number: at.Chats, Problem: fmt.Sprintf("it is larger than %d MB.", MostChat>>20)})
			return parts, at, len(piece), nil
		default:
			return parts, at, i, nil
		}
	}
}

// open finds the beginning of the list, or of the only chat.
func open(piece []byte, at *Place, last bool) (int, error) {
	i := 0
	if len(piece) < 4 && !last {
		return 0, nil // too short to tell
	}
	if bytes.HasPrefix(piece, []byte("\uFEFF")) {
		i = len("\uFEFF")
	}
	for i < len(piece) && blank(piece[i]) {
		i++
	}
	wrong := func(message, hint string) error {
		return backend.Errorf(backend.CodeInvalid, "chats.import", "%s Nothing was imported.", message).WithHint(hint)
	}
	const choose = "Choose the conversations.json of ChatGPT's export, or the file that “Export Chats” of Open WebUI writes."
	switch {
	case i == len(piece) && !last:
		return 0, nil
	case i == len(piece):
		return 0, wrong("The file is empty.", choose)
	case piece[i] == '[':
		at.Inside = true
		return i + 1, nil
	case piece[i] == '{':
		at.Inside, at.Single = true, true
		return i, nil
	case bytes.HasPrefix(piece[i:], []byte("PK\x03\x04")):
		return 0, wrong("This is a ZIP archive.", "Unpack it and choose the conversations.json inside.")
	}
	return 0, wrong("The file is not a list of chats in JSON.", choose)
}

// skip goes to the end of a chat that is too large, if it is in this piece.
func (at *Place) skip(piece []byte, i int) int {
	for ; i < len(piece); i++ {
		if at.Skipping.step(piece[i]) {
			at.Skipping = nil
			return i + 1
		}
	}
	return i
}

// cut says that a file ends before its list does.
func (at *Place) cut(parts []Part, last bool) []Part {
	if !last {
		return parts
	}
	at.Ended = true
	return append(parts, Part{Number: at.Chats + 1, Problem: "the file breaks off here. It may not have been written to its end."})
}

// value finds the end of the value that begins at i, 0 when it is not in the piece.
func value(piece []byte, i int, last bool) (end int, s scan) {
	if c := piece[i]; c != '{' && c != '[' && c != '"' {
		for end = i + 1; end < len(piece); end++ {
			if c := piece[end]; c == ',' || c == ']' || blank(c) {
				return end, s
			}
		}
		if last {
			return end, s
		}
		return 0, s
	}
	for end = i; end < len(piece); end++ {
		if s.step(piece[end]) {
			return end + 1, s
		}
	}
	return 0, s
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
