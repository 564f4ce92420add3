package traintest

import (
	"bytes"
	"encoding/binary"
	"math"
)

// Tensor is one tensor of a file for tests, of 32-bit floats.
type Tensor struct {
	Name  string
	Shape []uint64 // as NumPy says it: rows first
	Data  []float32
}

// bytesOf are the tensor's values in little endian.
func (t Tensor) bytesOf() []byte {
	b := make([]byte, 0, 4*len(t.Data))
	for _, v := range t.Data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// GGUF builds an adapter file: format version 3, little endian, alignment 32
// (github.com/ggml-org/ggml docs/gguf.md).
func GGUF(architecture string, alpha float32, tensors []Tensor) []byte {
	var b bytes.Buffer
	put := func(v any) { _ = binary.Write(&b, binary.LittleEndian, v) }
	text := func(s string) { put(uint64(len(s))); b.WriteString(s) }
	pair := func(key, value string) { text(key); put(uint32(8)); text(value) }
	b.WriteString("GGUF")
	put(uint32(3))
	put(uint64(len(tensors)))
	put(uint64(4))
	pair("general.type", "adapter")
	pair("general.architecture", architecture)
	pair("adapter.type", "lora")
	text("adapter.lora.alpha")
	put(uint32(6))
	put(alpha)
	var data []byte
	for _, t := range tensors {
		text(t.Name)
		put(uint32(len(t.Shape)))
		for i := len(t.Shape) - 1; i >= 0; i-- {
			put(t.Shape[i])
		}
		put(uint32(0)) // GGML_TYPE_F32
		put(uint64(len(data)))
		data = append(data, t.bytesOf()...)
		data = append(data, make([]byte, (32-len(data)%32)%32)...)
	}
	b.Write(make([]byte, (32-b.Len()%32)%32))
	b.Write(data)
	return b.Bytes()
}
