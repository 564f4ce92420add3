package engine

import (
	"bytes"
	"encoding/hex"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"errata/backend"
)

// Listed is one model of models.toml. Sizes and memory are bytes.
type Listed struct {
	Name         string   `toml:"name"`
	Title        string   `toml:"title"`
	Licence      string   `toml:"licence"`
	Architecture string   `toml:"architecture"`
	Parameters   string   `toml:"parameters"`
	Quantization string   `toml:"quantization"`
	SHA256       string   `toml:"sha256"` // "" where only the library's own digest is known
	Bytes        int64    `toml:"bytes"`
	ChatMemory   int64    `toml:"chat_memory"`
	TrainMemory  int64    `toml:"train_memory"`
	Sources      []Source `toml:"source"`
}

// Source is one place a model comes from.
type Source struct {
	Kind    string `toml:"kind"` // library, parts
	Name    string `toml:"name"` // of a library's model
	Package string `toml:"package"`
	Version string `toml:"version"`
	Count   int    `toml:"count"`
	Files   string `toml:"files"` // inside a package, with * as in path.Match
}

// Lookup finds a listed model by name.
func (e *Engine) Lookup(name string) (Listed, bool) {
	for _, m := range e.list {
		if strings.EqualFold(m.Name, name) {
			return m, true
		}
	}
	return Listed{}, false
}

func (e *Engine) byDigest(sha256 string) (Listed, bool) {
	for _, m := range e.list {
		if sha256 != "" && m.SHA256 == sha256 {
			return m, true
		}
	}
	return Listed{}, false
}

func readList(text []byte) ([]Listed, error) {
	const op = "engine.models"
	var file struct {
		Models []Listed `toml:"model"`
	}
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, &backend.Error{Code: backend.CodeInvalid, Op: op, Message: "The list of models cannot be read.", Err: err}
	}
	seen := map[string]bool{}
	for _, m := range file.Models {
		digest, err := hex.DecodeString(m.SHA256)
		switch {
		case m.Name == "" || seen[strings.ToLower(m.Name)]:
			return nil, backend.Errorf(backend.CodeInvalid, op, "The list of models has an entry without a name, or %q twice.", m.Name)
		case err != nil || (len(digest) != 32 && len(digest) != 0):
			return nil, backend.Errorf(backend.CodeInvalid, op, "The SHA-256 of %s is not one.", m.Name)
		case m.Bytes <= 0 || m.Licence == "" || m.Architecture == "":
			return nil, backend.Errorf(backend.CodeInvalid, op, "The entry %s lacks size, licence or architecture.", m.Name)
		}
		for _, s := range m.Sources {
			library := s.Kind == "library" && s.Name != ""
			parts := s.Kind == "parts" && strings.Count(s.Package, "%d") == 1 && s.Version != "" && s.Count > 0 && s.Files != "" && m.SHA256 != ""
			if !library && !parts {
				return nil, backend.Errorf(backend.CodeInvalid, op, "A source of %s is incomplete.", m.Name)
			}
		}
		seen[strings.ToLower(m.Name)] = true
	}
	return file.Models, nil
}
