package watch

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
)

// Limits of an adapter's header; a right one is far below all of them.
const (
	ggufVersion  = 3
	maxGGUFHead  = 8 << 20 // bytes
	maxPairs     = 128
	maxText      = 64 << 10 // bytes
	maxArray     = 64 << 10 // elements
	maxAlignment = 64 << 10
	maxAlpha     = 1 << 20
)

// Value types of GGUF (github.com/ggml-org/ggml, docs/gguf.md).
const (
	ggufUint32  = 4
	ggufFloat32 = 6
	ggufText    = 8
	ggufArray   = 9
)

// ggufWidth are the bytes of the value types of fixed size, by number.
var ggufWidth = map[uint32]int64{0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

// ggmlBlock are elements and bytes of one block of the tensor types an adapter
// may have: F32, F16, Q8_0, BF16.
var ggmlBlock = map[uint32][2]int64{0: {1, 4}, 1: {1, 2}, 8: {32, 34}, 30: {1, 2}}

var loraTensor = regexp.MustCompile(`^blk\.(?:0|[1-9][0-9]{0,3})\.((?:attn_(?:q|k|v|output)|ffn_(?:gate|up|down))\.weight)\.lora_([ab])$`)

// ggufReader reads a header, trusting no length in it. After the first error
// every read gives zero values and err says why.
type ggufReader struct {
	in   *bufio.Reader
	size int64 // of the file
	pos  int64
	err  error
}

func (r *ggufReader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
}

// room says whether n more bytes of header can be.
func (r *ggufReader) room(n int64) bool {
	if r.err == nil && (n < 0 || n > min(r.size, maxGGUFHead)-r.pos) {
		r.fail("its header ends in the middle")
	}
	return r.err == nil
}

func (r *ggufReader) bytes(n int64) []byte {
	if !r.room(n) {
		return nil
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r.in, b); err != nil {
		r.fail("its header cannot be read")
		return nil
	}
	r.pos += n
	return b
}

func (r *ggufReader) skip(n int64) {
	if !r.room(n) {
		return
	}
	if _, err := r.in.Discard(int(n)); err != nil {
		r.fail("its header cannot be read")
	}
	r.pos += n
}

func (r *ggufReader) u32() uint32 {
	if b := r.bytes(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

func (r *ggufReader) u64() uint64 {
	if b := r.bytes(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *ggufReader) text() string {
	n := r.u64()
	if n > maxText {
		r.fail("a text in its header has %d bytes", n)
		return ""
	}
	return string(r.bytes(int64(n)))
}

// ggufHead is what of the pairs matters for an adapter.
type ggufHead struct {
	texts     map[string]string
	alpha     float32
	hasAlpha  bool
	alignment int64
}

// pairs reads n key-value pairs.
func (r *ggufReader) pairs(n uint64) ggufHead {
	h := ggufHead{texts: map[string]string{}, alignment: 32}
	seen := map[string]bool{}
	for range n {
		key, kind := r.text(), r.u32()
		if r.err != nil {
			return h
		}
		if key == "" || seen[key] {
			r.fail("the key %q occurs twice or is empty", key)
			return h
		}
		seen[key] = true
		switch {
		case kind == ggufText:
			h.texts[key] = r.text()
		case key == "adapter.lora.alpha" && kind == ggufFloat32:
			h.alpha, h.hasAlpha = math.Float32frombits(r.u32()), true
		case key == "general.alignment" && kind == ggufUint32:
			h.alignment = int64(r.u32())
		case key == "adapter.lora.alpha", key == "general.alignment":
			r.fail("%q has the wrong type", key)
		case kind == ggufArray:
			r.array(key)
		case ggufWidth[kind] > 0:
			r.skip(ggufWidth[kind])
		default:
			r.fail("%q has the unknown type %d", key, kind)
		}
	}
	if a := h.alignment; r.err == nil && (a < 8 || a > maxAlignment || a&(a-1) != 0) {
		r.fail("its alignment is %d", a)
	}
	return h
}

func (r *ggufReader) array(key string) {
	kind, n := r.u32(), r.u64()
	switch {
	case r.err != nil:
	case n > maxArray:
		r.fail("%q has %d elements", key, n)
	case kind == ggufText:
		for range n {
			if r.text(); r.err != nil {
				return
			}
		}
	case ggufWidth[kind] > 0:
		r.skip(int64(n) * ggufWidth[kind])
	default:
		r.fail("%q is a list of the unknown type %d", key, kind)
	}
}

// begin reads magic, version and the two counts.
func begin(f *io.SectionReader) (r *ggufReader, tensors, pairs uint64) {
	r = &ggufReader{in: bufio.NewReaderSize(io.NewSectionReader(f, 0, f.Size()), 64<<10), size: f.Size()}
	if string(r.bytes(4)) != "GGUF" {
		r.err = errors.New("it is not a GGUF file")
		return r, 0, 0
	}
	if v := r.u32(); r.err == nil && v != ggufVersion {
		r.fail("it has GGUF version %d, not %d", v, ggufVersion)
	}
	return r, r.u64(), r.u64()
}

// checkMerged looks only whether a file is a GGUF at all: its hash says the rest.
func checkMerged(f *io.SectionReader) error {
	r, _, _ := begin(f)
	return r.err
}

// checkAdapter reads the header of a LoRA adapter with the checks of its loader
// (github.com/ggml-org/llama.cpp, src/llama-adapter.cpp) and more: names of known
// matrices only, both halves of each with shapes that fit, the same shape in
// every layer, and tensors that fill the file without gap or overlap.
func checkAdapter(f *io.SectionReader, arch string) error {
	r, tensors, pairs := begin(f)
	if r.err != nil {
		return r.err
	}
	if pairs == 0 || pairs > maxPairs || tensors == 0 || tensors > maxTensors {
		return fmt.Errorf("its header counts %d pairs and %d tensors", pairs, tensors)
	}
	h := r.pairs(pairs)
	if r.err != nil {
		return r.err
	}
	switch {
	case h.texts["general.type"] != "adapter":
		return errors.New("it is not an adapter")
	case h.texts["adapter.type"] != "lora":
		return errors.New("it is not a LoRA adapter")
	case h.texts["general.architecture"] != arch:
		return fmt.Errorf("it is for the architecture %q, its manifest says %q", h.texts["general.architecture"], arch)
	case !h.hasAlpha || !(h.alpha >= 0 && h.alpha <= maxAlpha):
		return errors.New("it has no usable alpha")
	}
	return r.tensors(tensors, h.alignment)
}

// half is one of the two matrices of an adapted one.
type half struct{ columns, rows int64 }

// tensors reads n descriptions and proves that they fill the file.
func (r *ggufReader) tensors(n uint64, alignment int64) error {
	halves := map[string][2]half{} // by name without suffix
	modules := map[string]string{}
	next, end := int64(0), int64(0)
	for range n {
		name := r.text()
		dims := r.u32()
		if r.err == nil && dims != 2 {
			r.fail("tensor %q has %d dimensions", name, dims)
		}
		t := half{int64(r.u64()), int64(r.u64())}
		kind, offset := r.u32(), r.u64()
		if r.err != nil {
			return r.err
		}
		parts := loraTensor.FindStringSubmatch(name)
		block, known := ggmlBlock[kind]
		switch {
		case parts == nil:
			return fmt.Errorf("tensor %q is none of an adapter", name)
		case !known:
			return fmt.Errorf("tensor %q has the type %d", name, kind)
		case t.columns < 1 || t.rows < 1 || t.columns > maxDimension || t.rows > maxDimension || t.columns%block[0] != 0:
			return fmt.Errorf("tensor %q has an impossible shape", name)
		case offset != uint64(next):
			return fmt.Errorf("tensor %q does not follow the one before it", name)
		}
		// At most 2^24 * 2^24 * 4 bytes a tensor; the sum is held under the file's size.
		end = next + t.columns/block[0]*block[1]*t.rows
		next = (end + alignment - 1) / alignment * alignment
		if end > r.size {
			return fmt.Errorf("tensor %q lies outside the file", name)
		}
		base, which := name[:len(name)-len(".lora_a")], int(parts[2][0]-'a')
		pair := halves[base]
		if pair[which] != (half{}) {
			return fmt.Errorf("tensor %q occurs twice", name)
		}
		pair[which] = t
		halves[base] = pair
		modules[base] = parts[1]
	}
	data := (r.pos + alignment - 1) / alignment * alignment
	if r.size < data+end || r.size > data+next {
		return errors.New("its tensors do not fill the file")
	}
	return checkHalves(halves, modules)
}

func checkHalves(halves map[string][2]half, modules map[string]string) error {
	shapes := map[string]half{}
	for base, pair := range halves {
		a, b := pair[0], pair[1]
		switch whole := (half{a.columns, b.rows}); {
		case a == (half{}) || b == (half{}):
			return fmt.Errorf("one half of %q is missing", base)
		case a.rows != b.columns:
			return fmt.Errorf("the halves of %q do not fit: rank %d and %d", base, a.rows, b.columns)
		case shapes[modules[base]] != (half{}) && shapes[modules[base]] != whole:
			return fmt.Errorf("%q has another shape than in other layers", base)
		default:
			shapes[modules[base]] = whole
		}
	}
	return nil
}
