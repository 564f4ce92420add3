// Package secret keeps the keys of evidence providers in the system keyring.
//
//	Set ──> system keyring ──> Get
//	   └──> memory of this session, when there is no keyring
//
// It never writes a key to a file, never logs one, and its Key type shows
// itself as [redacted] wherever it is printed, logged or encoded.
package secret

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"

	"github.com/zalando/go-keyring"

	"errata/backend"
)

const redacted = "[redacted]"

// Key is a secret value. Only Reveal gives it away. It points to its value
// because fmt prints the unexported fields of a struct without asking their
// methods; a pointer inside a struct is printed as an address.
type Key struct{ value *string }

// NewKey wraps a secret value.
func NewKey(value string) Key { return Key{&value} }

// Reveal returns the secret itself, for the one request that needs it.
func (k Key) Reveal() string {
	if k.value == nil {
		return ""
	}
	return *k.value
}

// Empty says whether there is no secret.
func (k Key) Empty() bool { return k.Reveal() == "" }

// String hides the secret.
func (k Key) String() string {
	if k.Empty() {
		return ""
	}
	return redacted
}

// GoString hides the secret from %#v.
func (k Key) GoString() string { return "secret.Key(" + k.String() + ")" }

// Format hides the secret from every verb, also from %x and %d.
func (k Key) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(k.String())) }

// LogValue hides the secret from structured logs.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText hides the secret from encoders, JSON among them.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// MarshalJSON hides the secret.
func (k Key) MarshalJSON() ([]byte, error) { return []byte(`"` + k.String() + `"`), nil }

// Options of a Store. The zero value is the store of Errata.
type Options struct {
	Service string // name in the keyring; empty: "errata"
}

// Store keeps keys by name. It is safe for concurrent use.
type Store struct {
	service string
	mu      sync.Mutex
	session map[string]Key
}

// New makes a store; nothing is opened until a key is needed.
func New(o Options) *Store {
	if o.Service == "" {
		o.Service = "errata"
	}
	return &Store{service: o.Service, session: map[string]Key{}}
}

// maxKey is what every keyring takes (Windows: 2,560 bytes).
const maxKey = 2500

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,63}$`)

func checkName(name string) error {
	if !nameForm.MatchString(name) {
		return backend.Errorf(backend.CodeInvalid, "secret", "%q is not the name of a key.", name)
	}
	return nil
}

// Set keeps a key. kept says whether it outlives this session; it is false when
// the machine has no keyring, and the key then stays in memory only.
func (s *Store) Set(ctx context.Context, name, value string) (kept bool, err error) {
	if err := checkName(name); err != nil {
		return false, err
	}
	value = strings.TrimSpace(value)
	switch {
	case value == "":
		return false, backend.Errorf(backend.CodeInvalid, "secret.set", "The key is empty.").WithHint("Remove the key instead.")
	case len(value) > maxKey:
		return false, backend.Errorf(backend.CodeInvalid, "secret.set", "The key is longer than %d bytes; it was not kept.", maxKey)
	case strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r == 0x7F }):
		return false, backend.Errorf(backend.CodeInvalid, "secret.set", "The key holds line ends or control characters; it was not kept.")
	}
	err = call(ctx, func() error { return keyring.Set(s.service, name, value) })
	if ctx.Err() != nil {
		return false, cancelled(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.session[name] = NewKey(value)
		return false, nil
	}
	delete(s.session, name)
	return true, nil
}

// Get finds a key; CodeNotFound when there is none.
func (s *Store) Get(ctx context.Context, name string) (Key, error) {
	if err := checkName(name); err != nil {
		return Key{}, err
	}
	s.mu.Lock()
	key, ok := s.session[name]
	s.mu.Unlock()
	if ok {
		return key, nil
	}
	var mu sync.Mutex
	var value string
	err := call(ctx, func() error {
		v, err := keyring.Get(s.service, name)
		mu.Lock()
		defer mu.Unlock()
		value = v
		return err
	})
	if ctx.Err() != nil {
		return Key{}, cancelled(err)
	}
	if err != nil {
		return Key{}, backend.Errorf(backend.CodeNotFound, "secret.get", "There is no key for %s.", name).WithHint("Enter it in Settings.")
	}
	mu.Lock()
	defer mu.Unlock()
	return NewKey(value), nil
}

// Delete forgets a key; forgetting one that is not there is no error.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	s.mu.Lock()
	_, inSession := s.session[name]
	delete(s.session, name)
	s.mu.Unlock()
	err := call(ctx, func() error { return keyring.Delete(s.service, name) })
	if ctx.Err() != nil {
		return cancelled(err)
	}
	if err == nil || errors.Is(err, keyring.ErrNotFound) || inSession {
		return nil
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: "secret.delete", Message: "The system keyring could not be reached, so a key in it was not removed.",
		Hint: "Unlock the keyring and try again.", Err: err}
}

// Persistent says whether the machine has a keyring that answers.
func (s *Store) Persistent(ctx context.Context) bool {
	err := call(ctx, func() error {
		_, err := keyring.Get(s.service, "persistence-check")
		return err
	})
	return err == nil || errors.Is(err, keyring.ErrNotFound)
}

// call runs one keyring operation, which takes no context and may wait for a
// person to unlock the keyring, and stops waiting when ctx ends.
func call(ctx context.Context, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("keyring: %v", r)
			}
		}()
		done <- do()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func cancelled(err error) error {
	return backend.Wrap(err, backend.CodeCancelled, "secret", "Waiting for the system keyring was stopped.")
}
