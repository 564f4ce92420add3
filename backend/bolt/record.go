package bolt

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.etcd.io/bbolt"

	"errata/backend"
)

const (
	recordSchema = 1
	maxIDBytes   = 512
	maxUnpacked  = 1 << 30 // bytes of one packed record
)

// Damage is one thing in the file that is not as it was written.
type Damage struct {
	Bucket  string `json:"bucket"`
	ID      string `json:"id"`
	Problem string `json:"problem"`
}

// Error says what is damaged where.
func (d Damage) Error() string { return fmt.Sprintf("%s %q: %s", d.Bucket, d.ID, d.Problem) }

func (d Damage) wrapped() error {
	return (&backend.Error{Code: backend.CodeInternal, Err: d,
		Message: fmt.Sprintf("The record %q of %q is damaged and was not used.", d.ID, d.Bucket)}).
		WithHint("Restore a backup from before the damage; everything else can still be read.")
}

// envelope is the body of a record. TX is the transaction that wrote it, so that
// Salvage can tell the newest copy.
type envelope[T any] struct {
	Schema int    `json:"schema"`
	TX     uint64 `json:"tx"`
	Data   T      `json:"data"`
}

// sum covers the bucket and the key too, so that a record under a wrong id
// fails like one with a wrong byte.
func sum(bucket string, key, body []byte) []byte {
	h := sha256.New()
	h.Write([]byte(bucket))
	h.Write([]byte{0})
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(key))))
	h.Write(key)
	h.Write(body)
	return h.Sum(nil)
}

// unseal returns the body of a stored value whose hash is right.
func unseal(bucket string, key, value []byte) ([]byte, error) {
	if len(value) < sha256.Size {
		return nil, Damage{bucket, string(key), "it is shorter than its hash"}
	}
	body := value[sha256.Size:]
	if subtle.ConstantTimeCompare(value[:sha256.Size], sum(bucket, key, body)) != 1 {
		return nil, Damage{bucket, string(key), "its SHA-256 does not fit"}
	}
	return body, nil
}

// table is one record bucket: how its records are named and listed.
type table[T any] struct {
	bucket string
	noun   string                  // for messages: "fact"
	packed bool                    // bodies are gzip
	id     func(*T) string         // the record's key
	index  func(*T) []entry        // may be nil
	after  func(*tx, *T, *T) error // called with the record before (may be nil) and after (nil: deleted)
}

func (t *table[T]) name() string { return t.bucket }

func (t *table[T]) decode(key, value []byte) (rec T, written uint64, err error) {
	body, err := unseal(t.bucket, key, value)
	if err != nil {
		return rec, 0, err
	}
	if t.packed {
		if body, err = unpack(body); err != nil {
			return rec, 0, Damage{t.bucket, string(key), "it cannot be unpacked: " + err.Error()}
		}
	}
	var e envelope[T]
	if err := json.Unmarshal(body, &e); err != nil {
		return rec, 0, Damage{t.bucket, string(key), "it is not the JSON of a " + t.noun + ": " + err.Error()}
	}
	if e.Schema > recordSchema {
		return rec, 0, Damage{t.bucket, string(key), fmt.Sprintf("its schema %d is newer than %d", e.Schema, recordSchema)}
	}
	fillEmpty(&e.Data)
	if t.id(&e.Data) != string(key) {
		return rec, 0, Damage{t.bucket, string(key), fmt.Sprintf("it calls itself %q", t.id(&e.Data))}
	}
	return e.Data, e.TX, nil
}

func (t *table[T]) encode(written uint64, key []byte, rec *T) ([]byte, error) {
	body, err := json.Marshal(envelope[*T]{recordSchema, written, rec})
	if err != nil {
		return nil, &backend.Error{Code: backend.CodeInvalid, Err: err,
			Message: fmt.Sprintf("The %s %q cannot be stored; nothing was changed.", t.noun, key)}
	}
	if t.packed {
		if body, err = pack(body); err != nil {
			return nil, err
		}
	}
	return append(sum(t.bucket, key, body), body...), nil
}

func pack(body []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func unpack(body []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(r, maxUnpacked+1))
	if err == nil && len(out) > maxUnpacked {
		err = errors.New("it is larger than a record may be")
	}
	return out, err
}

func checkID(noun, id string) error {
	switch {
	case id == "":
		return backend.Errorf(backend.CodeInvalid, "", "The %s has no id; nothing was stored.", noun)
	case len(id) > maxIDBytes:
		return backend.Errorf(backend.CodeInvalid, "", "The id of the %s has %d bytes; at most %d fit.", noun, len(id), maxIDBytes)
	case strings.ContainsRune(id, 0) || !utf8.ValidString(id):
		return backend.Errorf(backend.CodeInvalid, "", "The id of the %s is not text.", noun)
	}
	return nil
}

// checkRef is checkID for the id of something else, which may be left out.
func checkRef(noun, id string) error {
	if id == "" {
		return nil
	}
	return checkID(noun, id)
}

func (t *table[T]) missing(id string) error {
	return backend.Errorf(backend.CodeNotFound, "", "There is no %s %q.", t.noun, id)
}

// find gets a record; found is false when there is none.
func (t *table[T]) find(tx *tx, id string) (rec T, found bool, err error) {
	if id == "" || len(id) > bbolt.MaxKeySize {
		return rec, false, nil
	}
	value := tx.in(t.bucket).Get([]byte(id))
	if value == nil {
		return rec, false, nil
	}
	rec, _, err = t.decode([]byte(id), value)
	if err != nil {
		return rec, false, asDamage(err)
	}
	return rec, true, nil
}

func asDamage(err error) error {
	var d Damage
	if errors.As(err, &d) {
		return d.wrapped()
	}
	return err
}

func (t *table[T]) get(tx *tx, id string) (T, error) {
	rec, found, err := t.find(tx, id)
	if err == nil && !found {
		err = t.missing(id)
	}
	return rec, err
}

func (t *table[T]) has(tx *tx, id string) bool {
	return id != "" && tx.in(t.bucket).Get([]byte(id)) != nil
}

// add stores a new record.
func (t *table[T]) add(tx *tx, rec *T) error {
	if id := t.id(rec); t.has(tx, id) {
		return backend.Errorf(backend.CodeConflict, "", "There is already a %s %q; it was left as it is.", t.noun, id)
	}
	return t.put(tx, rec)
}

// put stores a record and its index entries over what was there.
func (t *table[T]) put(tx *tx, rec *T) error {
	id := t.id(rec)
	before, found, err := t.find(tx, id)
	if err != nil {
		return err
	}
	key := []byte(id)
	value, err := t.encode(uint64(tx.ID()), key, rec)
	if err != nil {
		return err
	}
	if err := tx.in(t.bucket).Put(key, value); err != nil {
		return err
	}
	var old *T
	if found {
		old = &before
	}
	return t.reindex(tx, key, old, rec)
}

// remove deletes a record with its index entries; a damaged one is left alone.
func (t *table[T]) remove(tx *tx, id string) error {
	before, err := t.get(tx, id)
	if err != nil {
		return err
	}
	if err := tx.in(t.bucket).Delete([]byte(id)); err != nil {
		return err
	}
	return t.reindex(tx, []byte(id), &before, nil)
}

func (t *table[T]) entries(rec *T) []entry {
	if t.index == nil || rec == nil {
		return nil
	}
	return t.index(rec)
}

func (t *table[T]) reindex(tx *tx, id []byte, before, now *T) error {
	kept := map[string]bool{}
	fresh := t.entries(now)
	for _, e := range fresh {
		kept[e.bucket+"\x00"+string(e.key)] = true
	}
	had := map[string]bool{}
	for _, e := range t.entries(before) {
		name := e.bucket + "\x00" + string(e.key)
		had[name] = true
		if kept[name] {
			continue
		}
		if err := tx.in(e.bucket).Delete(e.key); err != nil {
			return err
		}
	}
	for _, e := range fresh {
		if had[e.bucket+"\x00"+string(e.key)] {
			continue
		}
		if err := tx.in(e.bucket).Put(e.key, id); err != nil {
			return err
		}
	}
	if t.after == nil {
		return nil
	}
	return t.after(tx, before, now)
}

// change runs do on a copy of the record and stores the result. do is pure.
// check, if any, sees the record before and after.
func (t *table[T]) change(tx *tx, id string, do func(*T) error, check func(before, now *T) error) (T, error) {
	rec, err := t.get(tx, id)
	if err != nil {
		return rec, err
	}
	before, err := t.get(tx, id)
	if err != nil {
		return rec, err
	}
	if err := pure(do, &rec); err != nil {
		return before, err
	}
	if t.id(&rec) != id {
		return before, backend.Errorf(backend.CodeInvalid, "", "The id of a %s cannot change; nothing was changed.", t.noun)
	}
	if check != nil {
		if err := check(&before, &rec); err != nil {
			return before, err
		}
	}
	if err := t.put(tx, &rec); err != nil {
		return before, err
	}
	fillEmpty(&rec)
	return rec, nil
}

// pure runs a caller's function; its panic ends the transaction like an error,
// so that the store stays usable.
func pure[T any](do func(*T) error, rec *T) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &backend.Error{Code: backend.CodeInternal, Err: fmt.Errorf("panic: %v", r), Message: "The change failed badly; nothing was changed."}
		}
	}()
	return do(rec)
}
