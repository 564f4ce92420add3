package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"errata/backend"
	"errata/backend/judge"
)

// replies is a model whose replies are kept in a file of its own: by its digest,
// and in it by the whole request. A call that is repeated gives the same reply
// and counts with the time that it took first. Replies are asked without chance,
// so that this changes nothing but the waiting.
type replies struct {
	inner   judge.Model
	program string
	have    map[string]kept
	file    *os.File

	calls  int
	waited time.Duration // here and now
	took   time.Duration // when the replies were made
	made   int           // replies that were not kept before
	err    error         // the first failure that is not the model's
}

// kept is a line of the file.
type kept struct {
	Key      string          `json:"k"`
	Reply    json.RawMessage `json:"r,omitempty"`
	Seconds  float64         `json:"s"`
	Unusable string          `json:"x,omitempty"` // why the reply could not be used
}

func openReplies(parts JudgeParts) (*replies, error) {
	r := &replies{inner: parts.Model, program: parts.Program, have: map[string]kept{}}
	digest := parts.Info.Digest
	if parts.Model == nil || parts.Replies == "" || digest == "" {
		return r, nil
	}
	sum := sha256.Sum256([]byte(digest))
	path := filepath.Join(parts.Replies, hex.EncodeToString(sum[:8])+".jsonl")
	failed := func(err error) error {
		return backend.Wrap(err, backend.CodeUnavailable, "bench.replies", "The model's replies cannot be kept in "+path+".")
	}
	if err := os.MkdirAll(parts.Replies, 0o700); err != nil {
		return nil, failed(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, failed(err)
	}
	for _, line := range linesOf(raw) {
		var k kept
		if json.Unmarshal(line, &k) == nil && k.Key != "" {
			r.have[k.Key] = k
		}
	}
	if r.file, err = openAppend(path, raw); err != nil {
		return nil, failed(err)
	}
	return r, nil
}

func (r *replies) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}

// begin starts the account of a row.
func (r *replies) begin() { r.calls, r.waited, r.took = 0, 0, 0 }

func (r *replies) spent() (calls int, waited, took time.Duration) { return r.calls, r.waited, r.took }

// failure is what kept a model from being asked. A judge turns it into "not
// enough evidence", which would be a wrong figure here.
func (r *replies) failure() error { return r.err }

// ask gives the reply to a request, kept or new; call makes a new one.
func (r *replies) ask(ctx context.Context, kind string, request any, call func() (any, error)) (json.RawMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	r.calls++
	started := time.Now()
	defer func() { r.waited += time.Since(started) }()
	b, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(append([]byte(kind+"\x00"), b...))
	key := hex.EncodeToString(sum[:])
	if k, ok := r.have[key]; ok {
		r.took += time.Duration(k.Seconds * float64(time.Second))
		return k.result()
	}
	reply, err := call()
	r.made++
	took := time.Since(started)
	r.took += took
	k := kept{Key: key, Seconds: took.Seconds()}
	switch {
	case errors.Is(err, backend.ErrUnusable), errors.Is(err, backend.ErrTooLong):
		k.Unusable = err.Error()
	case err != nil:
		r.err = err
		return nil, err
	default:
		if k.Reply, err = json.Marshal(reply); err != nil {
			return nil, err
		}
	}
	r.keep(k)
	return k.result()
}

func (r *replies) keep(k kept) {
	r.have[k.Key] = k
	if r.file == nil {
		return
	}
	b, err := json.Marshal(k)
	if err == nil {
		_, err = r.file.Write(append(b, '\n'))
	}
	if err != nil && r.err == nil {
		r.err = backend.Wrap(err, backend.CodeUnavailable, "bench.replies", "A reply of the model could not be kept.")
	}
}

func (k kept) result() (json.RawMessage, error) {
	if k.Unusable != "" {
		return nil, &backend.Error{Code: backend.CodeUnavailable, Op: "bench.replies", Message: k.Unusable, Err: backend.ErrUnusable}
	}
	return k.Reply, nil
}

// Label implements the port.
func (r *replies) Label(ctx context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	var out backend.LabelResult
	raw, err := r.ask(ctx, "label", req, func() (any, error) { return r.inner.Label(ctx, req) })
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	return out, err
}

// Extract implements the port.
func (r *replies) Extract(ctx context.Context, req backend.ExtractRequest, out any) error {
	raw, err := r.ask(ctx, "extract", req, func() (any, error) {
		var reply json.RawMessage
		err := r.inner.Extract(ctx, req, &reply)
		return reply, err
	})
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return backend.Wrap(d.Decode(out), backend.CodeUnavailable, "bench.replies", "The model's structured answer does not follow its schema.")
}

// Chat implements the port; a kept reply comes in one piece.
func (r *replies) Chat(ctx context.Context, req backend.ChatRequest, onText func(piece string) error) (backend.ChatResult, error) {
	var out backend.ChatResult
	raw, err := r.ask(ctx, "chat", req, func() (any, error) {
		return r.inner.Chat(ctx, req, func(string) error { return nil })
	})
	if err == nil {
		err = json.Unmarshal(raw, &out)
	}
	if err == nil && onText != nil {
		err = onText(out.Text)
	}
	return out, err
}
