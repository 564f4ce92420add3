package watch

import (
	"bytes"
	"io"

	"github.com/fsnotify/fsnotify"

	"errata/backend"
)

// WithSource puts a watcher of the test's own in place of fsnotify's.
func (o Options) WithSource(make func(dir string) (<-chan fsnotify.Event, <-chan error, func() error, error)) Options {
	o.notify = func(dir string) (source, error) {
		events, errs, end, err := make(dir)
		return source{events: events, errors: errs, close: end}, err
	}
	return o
}

func section(b []byte) *io.SectionReader {
	return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b)))
}

func ParseManifest(b []byte) (backend.Manifest, error) { return parseManifest(b) }
func CheckSafetensors(b []byte) error                  { return checkSafetensors(section(b)) }
func CheckAdapter(b []byte, arch string) error         { return checkAdapter(section(b), arch) }
func CheckMerged(b []byte) error                       { return checkMerged(section(b)) }
