package train

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"errata/backend"
)

const (
	maxLine  = 1 << 20 // bytes of one line of the protocol
	maxWrong = 20      // wrong lines that end a run
)

// known are the events of protocol 1; any other is ignored, so that a newer
// trainer may say more.
var known = map[string]bool{
	"hello": true, "plan": true, "stage": true, "progress": true, "probe": true, "heartbeat": true,
	"leak": true, "checkpoint": true, "artifact": true, "error": true, "bye": true,
}

// Stalled is the type of the event that Local adds when a trainer falls silent.
const Stalled = "stalled"

// readLines hands each line of r to put, without its end; a line over maxLine
// comes as nil. It returns when r ends or put says no.
func readLines(r io.Reader, put func(line []byte) bool) {
	in := bufio.NewReaderSize(r, 64<<10)
	var line []byte
	long := false
	for {
		piece, err := in.ReadSlice('\n')
		if !long {
			line = append(line, piece...)
		}
		if len(line) > maxLine {
			line, long = nil, true
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if whole := bytes.TrimSpace(line); long || len(whole) > 0 {
			if long {
				whole = nil
			}
			if !put(whole) {
				return
			}
		}
		if err != nil {
			return
		}
		line, long = nil, false
	}
}

// decode reads one event; ok is false when the line is not one at all.
func decode(line []byte) (e backend.TrainerEvent, ok bool) {
	if len(line) == 0 || line[0] != '{' || !utf8.Valid(line) {
		return e, false
	}
	var kind struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(line, &kind) != nil || kind.Type == "" {
		return e, false
	}
	if !known[kind.Type] {
		return backend.TrainerEvent{Type: kind.Type}, true
	}
	if json.Unmarshal(line, &e) != nil {
		return e, false
	}
	e.Raw = line
	return e, true
}
