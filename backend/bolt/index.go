package bolt

import (
	"bytes"
	"container/heap"
	"encoding/binary"
	"errors"
	"time"

	"go.etcd.io/bbolt"

	"errata/backend"
)

const (
	pageSize    = 50
	maxPageSize = 1000
)

// entry is one line of an index bucket; its value is the record's id.
//
//	bucket: scope · 0 · position · id
type entry struct {
	bucket string
	key    []byte
}

// at makes an entry. position sorts inside the scope; its first byte is never
// 0xFF, which stands for the end of a scope.
func at(bucket, scope string, position []byte, id string) entry {
	return entry{bucket, join(scope, position, []byte(id))}
}

func join(scope string, parts ...[]byte) []byte {
	key := append([]byte(scope), 0)
	for _, p := range parts {
		key = append(key, p...)
	}
	return key
}

// stamp is a time that sorts as bytes: seconds since 1970 with the sign bit
// flipped, then nanoseconds.
func stamp(t time.Time) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// hit is one index entry: its whole key, the part after the scope (which is the
// same in every index that orders the same records), and the record's id.
type hit struct{ key, suffix, id []byte }

// stream gives index entries downwards: the highest suffix below limit, or at
// it when including. A nil limit starts at the top; ok is false at the end.
// Limits only ever fall.
type stream interface {
	below(limit []byte, including bool) (h hit, ok bool)
}

// postings streams one scope of one index bucket.
type postings struct {
	c      *bbolt.Cursor
	prefix []byte // scope and its zero byte
	now    hit
	state  int
}

const (
	unread = iota
	standing
	ended
)

func scopeOf(tx *tx, bucket, scope string) *postings {
	return &postings{c: tx.in(bucket).Cursor(), prefix: join(scope)}
}

func (p *postings) below(limit []byte, including bool) (hit, bool) {
	if p.state == ended {
		return hit{}, false
	}
	if p.state == standing && limit != nil {
		if c := bytes.Compare(p.now.suffix, limit); c < 0 || c == 0 && including {
			return p.now, true
		}
		if key, id, found := p.near(limit, including); found {
			return p.stand(key, id)
		}
	}
	return p.stand(p.seekDown(limit, including))
}

// seekDown searches from the root; a nil limit means the end of the scope.
func (p *postings) seekDown(limit []byte, including bool) (key, id []byte) {
	target := append(bytes.Clone(p.prefix), limit...)
	if limit == nil {
		target = append(target, 0xFF)
	}
	switch key, id = p.c.Seek(target); {
	case key == nil:
		return p.c.Last()
	case !including || !bytes.Equal(key, target):
		return p.c.Prev()
	}
	return key, id
}

// nearSteps are tried before a search from the root, which costs as much as many of them.
const nearSteps = 4

// near looks for the entry by steps down from where it stands.
func (p *postings) near(limit []byte, including bool) (key, id []byte, found bool) {
	for range nearSteps {
		key, id = p.c.Prev()
		if !bytes.HasPrefix(key, p.prefix) {
			return key, id, true // the end
		}
		if c := bytes.Compare(key[len(p.prefix):], limit); c < 0 || c == 0 && including {
			return key, id, true
		}
	}
	return nil, nil, false
}

func (p *postings) stand(key, id []byte) (hit, bool) {
	if !bytes.HasPrefix(key, p.prefix) {
		p.state = ended
		return hit{}, false
	}
	p.state, p.now = standing, hit{key, key[len(p.prefix):], id}
	return p.now, true
}

// anyOf streams what stands in at least one part. The parts lie in a heap by
// where they stand, so that a step costs little among thousands of words.
type anyOf struct {
	parts   []*postings
	started bool
}

func (a *anyOf) below(limit []byte, including bool) (hit, bool) {
	if !a.started {
		a.started = true
		live := a.parts[:0]
		for _, p := range a.parts {
			if _, ok := p.below(limit, including); ok {
				live = append(live, p)
			}
		}
		a.parts = live
		heap.Init(a)
	}
	for len(a.parts) > 0 {
		top := a.parts[0]
		before := top.now.suffix
		h, ok := top.below(limit, including)
		switch {
		case !ok:
			heap.Pop(a)
		case bytes.Equal(before, h.suffix):
			return h, true
		default:
			heap.Fix(a, 0)
		}
	}
	return hit{}, false
}

func (a *anyOf) Len() int { return len(a.parts) }
func (a *anyOf) Less(i, j int) bool {
	return bytes.Compare(a.parts[i].now.suffix, a.parts[j].now.suffix) > 0
}
func (a *anyOf) Swap(i, j int) { a.parts[i], a.parts[j] = a.parts[j], a.parts[i] }
func (a *anyOf) Push(p any)    { a.parts = append(a.parts, p.(*postings)) }

func (a *anyOf) Pop() any {
	last := a.parts[len(a.parts)-1]
	a.parts = a.parts[:len(a.parts)-1]
	return last
}

// allOf streams what stands in every part.
type allOf []stream

func (a allOf) below(limit []byte, including bool) (hit, bool) {
	for {
		h, ok := a[0].below(limit, including)
		if !ok {
			return hit{}, false
		}
		limit, including = h.suffix, true
		agreed := true
		for _, s := range a[1:] {
			other, ok := s.below(h.suffix, true)
			if !ok {
				return hit{}, false
			}
			if !bytes.Equal(other.suffix, h.suffix) {
				limit, agreed = other.suffix, false
				break
			}
		}
		if agreed {
			return h, true
		}
	}
}

func limitOf(limit int) int {
	switch {
	case limit <= 0:
		return pageSize
	case limit > maxPageSize:
		return maxPageSize
	}
	return limit
}

// page reads at most limit records of a stream, highest first, below after (nil:
// from the top). Damaged ones are noted and left out. limit < 0 reads all.
func (t *table[T]) page(tx *tx, index string, s stream, after []byte, limit int) ([]T, error) {
	return t.pageOf(tx, index, s, after, limit, func(*T) bool { return true })
}

// pageOf is page for a stream that more than one index made; belongs says
// whether a record fits what the others promised.
func (t *table[T]) pageOf(tx *tx, index string, s stream, after []byte, limit int, belongs func(*T) bool) ([]T, error) {
	out := []T{}
	for limit < 0 || len(out) < limit {
		h, ok := s.below(after, false)
		if !ok {
			break
		}
		after = h.suffix
		rec, ok, err := t.read(tx, index, h, belongs)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, rec)
		}
	}
	return out, nil
}

// read reads the record of a hit; ok is false when it is damaged or does not belong.
func (t *table[T]) read(tx *tx, index string, h hit, belongs func(*T) bool) (rec T, ok bool, err error) {
	if rec, ok, err = t.listed(tx, index, h.key, h.id); ok && !belongs(&rec) {
		tx.note(Damage{t.bucket, string(h.id), "a list promised another state of it"})
		ok = false
	}
	return rec, ok, err
}

// children reads a whole scope upwards.
func (t *table[T]) children(tx *tx, index, scope string) ([]T, error) {
	out := []T{}
	prefix := join(scope)
	c := tx.in(index).Cursor()
	for key, id := c.Seek(prefix); bytes.HasPrefix(key, prefix); key, id = c.Next() {
		rec, ok, err := t.listed(tx, index, key, id)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, rec)
		}
	}
	return out, nil
}

// newest reads the highest record of a scope.
func (t *table[T]) newest(tx *tx, index, scope string) (rec T, found bool, err error) {
	recs, err := t.page(tx, index, scopeOf(tx, index, scope), nil, 1)
	if err != nil || len(recs) == 0 {
		return rec, false, err
	}
	return recs[0], true, nil
}

// listed reads the record that an index entry names; ok is false when the
// record is damaged or does not belong there, which is noted.
func (t *table[T]) listed(tx *tx, index string, key, id []byte) (rec T, ok bool, err error) {
	value := tx.in(t.bucket).Get(id)
	if value == nil {
		tx.note(Damage{index, string(id), "the list names a record that is not there"})
		return rec, false, nil
	}
	rec, _, err = t.decode(id, value)
	if err != nil {
		var d Damage
		if !errors.As(err, &d) {
			return rec, false, err
		}
		tx.note(d)
		return rec, false, nil
	}
	for _, e := range t.entries(&rec) {
		if e.bucket == index && bytes.Equal(e.key, key) {
			return rec, true, nil
		}
	}
	tx.note(Damage{index, string(id), "the list names a record that does not belong there"})
	return rec, false, nil
}

// cursor finds where a page goes on: at the record last seen.
func cursor[T any](tx *tx, t *table[T], after string, position func(*T) []byte) ([]byte, error) {
	if after == "" {
		return nil, nil
	}
	rec, found, err := t.find(tx, after)
	if err != nil {
		return nil, err
	}
	if !found {
		e := backend.Errorf(backend.CodeNotFound, "", "The %s %q, after which the list should go on, is gone.", t.noun, after)
		return nil, e.WithHint("Load the list again from its top.")
	}
	return append(position(&rec), after...), nil
}
