package watch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"errata/backend"
)

const (
	manifestFormat = 1
	maxManifest    = 1 << 20 // bytes
	maxDepth       = 32
	maxFileSize    = 1 << 40 // bytes
	maxScale       = 64
)

var (
	hexHash      = regexp.MustCompile(`^[0-9a-f]{64}$`)
	architecture = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,63}$`)
)

// The keys of a manifest and of a file in it, in the one spelling allowed:
// encoding/json itself would take any mix of capitals.
var (
	manifestKeys = keys(reflect.TypeFor[backend.Manifest]())
	fileKeys     = keys(reflect.TypeFor[backend.AdapterFile]())
)

func keys(t reflect.Type) map[string]bool {
	set := map[string]bool{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		set[name] = true
	}
	return set
}

// parseManifest reads a manifest of format 1 and refuses whatever is not exactly one.
func parseManifest(b []byte) (backend.Manifest, error) {
	var m backend.Manifest
	if err := strictJSON(b); err != nil {
		return m, fmt.Errorf("its manifest is not JSON as it should be: %w", err)
	}
	var outer struct {
		Format json.Number      `json:"format"`
		Files  []map[string]any `json:"files"`
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(b, &all) != nil || json.Unmarshal(b, &outer) != nil {
		return m, errors.New("its manifest is not an object with a list of files")
	}
	if outer.Format.String() != "1" {
		return m, fmt.Errorf("its manifest has format %q, this Errata reads %d", outer.Format, manifestFormat)
	}
	for key := range all {
		if !manifestKeys[key] {
			return m, fmt.Errorf("its manifest has an unknown key %q", key)
		}
	}
	for _, file := range outer.Files {
		for key := range file {
			if !fileKeys[key] {
				return m, fmt.Errorf("its manifest lists a file with an unknown key %q", key)
			}
		}
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return backend.Manifest{}, fmt.Errorf("its manifest does not fit: %w", err)
	}
	return m, checkManifest(m)
}

func checkManifest(m backend.Manifest) error {
	switch {
	case m.Run == "" || len(m.Run) > 128 || strings.IndexFunc(m.Run, odd) >= 0:
		return errors.New("its manifest names no run")
	case !hexHash.MatchString(m.BaseSHA256):
		return errors.New("its manifest names no base model")
	case !architecture.MatchString(m.Architecture):
		return errors.New("its manifest names no architecture")
	case !(m.Scale > 0 && m.Scale <= maxScale):
		return fmt.Errorf("its manifest has the scale %g, which must be above 0 and at most %d", m.Scale, maxScale)
	case m.CreatedUnix < 0 || math.IsInf(m.CreatedUnix, 0):
		return errors.New("its manifest has an impossible time")
	case len(m.Files) >= maxEntries:
		return fmt.Errorf("its manifest lists more than %d files", maxEntries)
	}
	seen := map[string]bool{}
	tensors := 0
	for _, f := range m.Files {
		if err := checkName(f.Name); err != nil {
			return err
		}
		// One file under two spellings is one file on many disks.
		if low := strings.ToLower(f.Name); seen[low] {
			return fmt.Errorf("its manifest lists %q twice", f.Name)
		} else {
			seen[low] = true
		}
		switch {
		case f.Size < 0 || f.Size > maxFileSize:
			return fmt.Errorf("its manifest gives %q an impossible size", f.Name)
		case !hexHash.MatchString(f.SHA256):
			return fmt.Errorf("its manifest gives %q no hash", f.Name)
		case filepath.Ext(f.Name) == tensorsKind:
			tensors++
		}
	}
	if !seen[adapterName] || tensors != 1 {
		return fmt.Errorf("an adapter is one %s file and %s", tensorsKind, adapterName)
	}
	return nil
}

// checkName allows plain names of known kinds only.
func checkName(name string) error {
	switch {
	case name == "" || len(name) > 128 || !filepath.IsLocal(name), strings.ContainsAny(name, `/\:*?"<>|`), strings.HasPrefix(name, "."), strings.IndexFunc(name, odd) >= 0:
		return fmt.Errorf("its manifest lists %q, which is no plain file name", name)
	case name == manifestName || junk[name]:
		return fmt.Errorf("its manifest lists %q", name)
	case name == adapterName, name == mergedName, filepath.Ext(name) == tensorsKind, plain[filepath.Ext(name)]:
		return nil
	}
	return fmt.Errorf("%q is of a kind that no adapter has", name)
}

// odd are the characters that no name has: invisible ones and broken ones.
func odd(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }

// strictJSON refuses what encoding/json would let pass: bytes that are not UTF-8,
// a key twice in one object, more after the value, and nesting without end.
func strictJSON(b []byte) error {
	if !utf8.Valid(b) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := strictValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}

func strictValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("it is nested more than %d deep", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if open == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("the key %q occurs twice", name)
			}
			seen[name] = true
		}
		if err := strictValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
