package dataset

import (
	"bufio"
	"encoding/json"
	"io"

	"errata/backend"
)

// WriteRows writes the trainer's JSONL: one backend.Row a line.
func WriteRows(w io.Writer, rows []backend.Row) error {
	return writeLines(w, rows, func(r backend.Row) (any, bool) { return r, true })
}

func writeLines(w io.Writer, rows []backend.Row, line func(backend.Row) (any, bool)) error {
	buffered := bufio.NewWriter(w)
	enc := json.NewEncoder(buffered)
	enc.SetEscapeHTML(false)
	for _, r := range rows {
		value, ok := line(r)
		if !ok {
			continue
		}
		if err := enc.Encode(value); err != nil {
			return backend.Wrap(err, backend.CodeUnavailable, "dataset.write", "The rows could not be written.")
		}
	}
	return backend.Wrap(buffered.Flush(), backend.CodeUnavailable, "dataset.write", "The rows could not be written.")
}
