package library

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"errata/backend"
	"errata/backend/page"
)

// Keep writes a document into folder, which is made when it is missing, and gives its
// path. What is there already with the same content is kept as it is; one with
// another content stays beside it under a number. CodeInvalid for a kind that no scan
// reads and for more bytes than it reads.
func Keep(folder, name string, data []byte) (path string, err error) {
	const op = "library.keep"
	name = plainName(name)
	switch {
	case !readable(name):
		return "", backend.Errorf(backend.CodeInvalid, op, "%s is none of the kinds that are read.", name).WithHint("Text, Markdown, HTML and PDF can be evidence.")
	case len(data) == 0:
		return "", backend.Errorf(backend.CodeInvalid, op, "%s is empty.", name)
	case len(data) > page.MaxPDF:
		return "", backend.Errorf(backend.CodeInvalid, op, "%s has %.1f MiB; at most %d MiB are read.", name, float64(len(data))/(1<<20), page.MaxPDF>>20)
	}
	refused := func(err error) error {
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: name + " could not be kept.", Hint: "Look whether the disk is full.", Err: err}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", refused(err)
	}
	ending := filepath.Ext(name)
	for n := 1; ; n++ {
		path = filepath.Join(folder, name)
		if n > 1 {
			path = filepath.Join(folder, fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, ending), n, ending))
		}
		there, err := os.ReadFile(path) //nolint:gosec // a plain name in a folder of ours
		if err == nil && bytes.Equal(there, data) {
			return path, nil
		}
		if os.IsNotExist(err) {
			break
		}
	}
	if err := replaceFile(path, data); err != nil {
		return "", refused(err)
	}
	return path, nil
}

// plainName is a file's name without a way, hidden beginning or sign that some system
// refuses.
func plainName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*`, r) || r == unicode.ReplacementChar {
			return '_'
		}
		return r
	}, name)
	name = strings.TrimSpace(strings.TrimLeft(name, ". "))
	ending := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ending)
	for len(stem) > 120 {
		stem = string([]rune(stem)[:len([]rune(stem))-1])
	}
	if stem == "" {
		stem = "document"
	}
	return stem + ending
}
