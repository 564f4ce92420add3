package watch

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
)

const (
	maxTensorsHeader = 16 << 20 // bytes; the format itself allows 100 MB
	maxTensors       = 8192
	maxTensorName    = 512
	maxDimension     = 1 << 24
)

// sizes of the types that an adapter may have, in bytes.
var sizes = map[string]int64{"F64": 8, "F32": 4, "F16": 2, "BF16": 2}

// checkSafetensors reads the header of a file by the rules of the format
// (github.com/huggingface/safetensors, README): length, JSON without a key
// twice, and tensors that fill the rest without gap or overlap.
func checkSafetensors(f *io.SectionReader) error {
	var head [8]byte
	if _, err := f.ReadAt(head[:], 0); err != nil {
		return errors.New("it has no header")
	}
	length := binary.LittleEndian.Uint64(head[:])
	if length < 2 || length > maxTensorsHeader || int64(length) > f.Size()-8 {
		return fmt.Errorf("its header has the impossible length %d", length)
	}
	b := make([]byte, length)
	if _, err := f.ReadAt(b, 8); err != nil {
		return errors.New("its header cannot be read")
	}
	if b[0] != '{' {
		return errors.New("its header does not begin with a brace")
	}
	if err := strictJSON(b); err != nil {
		return fmt.Errorf("its header is not JSON as it should be: %w", err)
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(b, &entries); err != nil {
		return errors.New("its header is not an object")
	}
	if meta, ok := entries["__metadata__"]; ok {
		var texts map[string]string
		if json.Unmarshal(meta, &texts) != nil {
			return errors.New("its metadata are not texts")
		}
		delete(entries, "__metadata__")
	}
	return checkLayout(entries, f.Size()-8-int64(length))
}

// checkLayout proves that the tensors fill room bytes exactly.
func checkLayout(entries map[string]json.RawMessage, room int64) error {
	if len(entries) == 0 || len(entries) > maxTensors {
		return fmt.Errorf("it has %d tensors", len(entries))
	}
	type span struct{ from, to int64 }
	spans := make([]span, 0, len(entries))
	for name, raw := range entries {
		if name == "" || len(name) > maxTensorName {
			return errors.New("a tensor has an impossible name")
		}
		var fields map[string]json.RawMessage
		var t struct {
			DType   string  `json:"dtype"`
			Shape   []int64 `json:"shape"`
			Offsets []int64 `json:"data_offsets"`
		}
		if json.Unmarshal(raw, &fields) != nil || json.Unmarshal(raw, &t) != nil || len(fields) != 3 ||
			fields["dtype"] == nil || fields["shape"] == nil || fields["data_offsets"] == nil {
			return fmt.Errorf("tensor %q is not described by type, shape and offsets", name)
		}
		size, ok := sizes[t.DType]
		if !ok {
			return fmt.Errorf("tensor %q has the type %q", name, t.DType)
		}
		if len(t.Shape) == 0 || len(t.Shape) > 4 || len(t.Offsets) != 2 {
			return fmt.Errorf("tensor %q has an impossible shape", name)
		}
		for _, d := range t.Shape {
			// size stays under the file's own, so that it cannot overflow.
			if d < 1 || d > maxDimension || size > room {
				return fmt.Errorf("tensor %q has an impossible shape", name)
			}
			size *= d
		}
		from, to := t.Offsets[0], t.Offsets[1]
		if from < 0 || to < from || to > room || to-from != size {
			return fmt.Errorf("tensor %q lies outside the file or has another size than its shape", name)
		}
		spans = append(spans, span{from, to})
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].from < spans[j].from })
	end := int64(0)
	for _, s := range spans {
		if s.from != end {
			return errors.New("its tensors overlap or leave a gap")
		}
		end = s.to
	}
	if end != room {
		return errors.New("bytes are left behind its last tensor")
	}
	return nil
}
