package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"errata/backend"
)

type modelsCmd struct {
	List    modelsListCmd    `cmd:"" help:"List base models."`
	Install modelsInstallCmd `cmd:"" help:"Get a listed model; a broken-off download goes on."`
	Import  modelsImportCmd  `cmd:"" help:"Take a GGUF file of yours."`
	Use     modelsUseCmd     `cmd:"" help:"Choose the model to chat with."`
}

type modelsListCmd struct{}

// Run lists models.
func (modelsListCmd) Run(s *session) error {
	return show(s, "Models", func(w io.Writer, all []backend.ModelInfo) {
		t := tabwriter.NewWriter(w, 2, 2, 2, ' ', 0)
		for _, m := range all {
			state := "not installed"
			if m.Installed {
				state = "installed"
			}
			fmt.Fprintf(t, "%s\t%s\t%d MB\t%s\t%s\n", m.Name, state, max(m.Size, m.Bytes)/1e6, m.Quantization, m.Licence)
		}
		_ = t.Flush()
	})
}

func writeModel(w io.Writer, m backend.ModelInfo) {
	fmt.Fprintf(w, "%s is ready (%d MB, %s)\n", m.Name, max(m.Size, m.Bytes)/1e6, cmp.Or(m.Licence, "licence not known"))
}

type modelsInstallCmd struct {
	Name string `arg:"" help:"Name of the model."`
}

// Run installs a model.
func (c modelsInstallCmd) Run(s *session) error {
	return show(s, "InstallModel", writeModel, RequestID, c.Name)
}

type modelsImportCmd struct {
	File string `arg:"" type:"path" help:"A GGUF file."`
}

// Run imports a model.
func (c modelsImportCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		m, err := get[backend.ModelInfo](s, caller, "ImportModel", RequestID, c.File)
		if err != nil {
			return err
		}
		s.warnUnlisted(m)
		return s.print(m, func(w io.Writer) { writeModel(w, m) })
	})
}

// warnUnlisted warns of weights that nobody compared with a listed digest.
func (s *session) warnUnlisted(m backend.ModelInfo) {
	if m.Listed {
		return
	}
	taught := "it cannot be taught"
	if m.Trainable {
		taught = "it can be taught"
	}
	fmt.Fprintf(s.io.Err, "warning: %s is not a listed model: what is in its weights is not known. It is used for chat; %s.\n", m.Name, taught)
}

type modelsUseCmd struct {
	Name string `arg:"" help:"Name of an installed model."`
}

// Run chooses a model.
func (c modelsUseCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		models, err := get[[]backend.ModelInfo](s, caller, "Models")
		if err != nil {
			return err
		}
		i := slices.IndexFunc(models, func(m backend.ModelInfo) bool {
			return strings.EqualFold(m.Name, c.Name) || strings.EqualFold(m.Name, c.Name+":latest")
		})
		if i < 0 {
			return backend.Errorf(backend.CodeNotFound, "models.use", "Neither the list nor the engine has a model %q; nothing was changed.", c.Name).
				WithHint("`errata models list` shows them; `errata models import FILE` takes a file of yours.")
		}
		s.warnUnlisted(models[i])
		v, err := s.saveSettings(caller, func(v *backend.Settings) error { v.Model = models[i].Name; return nil })
		if err != nil {
			return err
		}
		return s.print(v, func(w io.Writer) {
			fmt.Fprintf(w, "%s is in use\n", v.Model)
			if !models[i].Installed {
				fmt.Fprintf(w, "  It is not installed yet: errata models install %s\n", v.Model)
			}
		})
	})
}

type libraryCmd struct {
	List   libraryListCmd   `cmd:"" help:"List documents."`
	Add    libraryAddCmd    `cmd:"" help:"Use the documents of a folder as evidence."`
	Remove libraryRemoveCmd `cmd:"" help:"Stop using a folder."`
	Rescan libraryRescanCmd `cmd:"" help:"Read the folders again."`
}

type libraryListCmd struct{}

// Run lists documents.
func (libraryListCmd) Run(s *session) error {
	return show(s, "Documents", func(w io.Writer, all []backend.Document) {
		if len(all) == 0 {
			fmt.Fprintln(w, "The library is empty. `errata library add FOLDER` fills it.")
		}
		for _, d := range all {
			fmt.Fprintf(w, "%-10s %-10s  %s  %s\n", d.Status, day(d.PublishedAt), d.Path, d.Reason)
		}
	})
}

type libraryAddCmd struct {
	Folder string `arg:"" help:"Folder with text, Markdown, HTML or PDF files."`
}

// Run adds a folder.
func (c libraryAddCmd) Run(s *session) error {
	path := wholePath(c.Folder)
	return s.changeLibrary(func(v *backend.Settings) error {
		if !slices.Contains(v.LibraryFolders, path) {
			v.LibraryFolders = append(v.LibraryFolders, path)
		}
		return nil
	})
}

// wholePath makes a path of this shell's folder whole; an empty one and one under
// ~ are left to the check of the settings.
func wholePath(path string) string {
	if path == "" || strings.HasPrefix(path, "~") {
		return path
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

type libraryRemoveCmd struct {
	Folder string `arg:"" help:"A folder of the library."`
}

// Run removes a folder, by its name as it is kept or by its path from here.
func (c libraryRemoveCmd) Run(s *session) error {
	return s.changeLibrary(func(v *backend.Settings) error {
		i := slices.Index(v.LibraryFolders, c.Folder)
		if i < 0 {
			i = slices.Index(v.LibraryFolders, wholePath(c.Folder))
		}
		if i < 0 {
			return backend.Errorf(backend.CodeNotFound, "library", "%s is not in the library.", wholePath(c.Folder)).WithHint("`errata settings show` lists its folders.")
		}
		v.LibraryFolders = slices.Delete(v.LibraryFolders, i, i+1)
		return nil
	})
}

type libraryRescanCmd struct{}

// Run reads the folders again.
func (libraryRescanCmd) Run(s *session) error {
	return s.changeLibrary(func(*backend.Settings) error { return nil })
}

// libraryRead is what the library holds after its folders were read.
type libraryRead struct {
	Folders   []string           `json:"folders"`
	Documents []backend.Document `json:"documents"`
}

// changeLibrary changes the folders and reads them: a folder is evidence only
// once it is in the index.
func (s *session) changeLibrary(change func(*backend.Settings) error) error {
	return s.with(func(c Caller) error {
		v, err := s.saveSettings(c, change)
		if err != nil {
			return err
		}
		out := libraryRead{Folders: v.LibraryFolders}
		if out.Documents, err = get[[]backend.Document](s, c, "RescanLibrary", RequestID); err != nil {
			return err
		}
		return s.print(out, func(w io.Writer) { writeLibrary(w, out) })
	})
}

func writeLibrary(w io.Writer, l libraryRead) {
	read := 0
	for _, d := range l.Documents {
		if d.Status == "indexed" {
			read++
		} else {
			fmt.Fprintf(w, "%-10s %s  %s\n", d.Status, d.Path, d.Reason)
		}
	}
	fmt.Fprintf(w, "folders: %d, documents read: %d, unreadable: %d\n", len(l.Folders), read, len(l.Documents)-read)
	for _, f := range l.Folders {
		fmt.Fprintln(w, " ", f)
	}
}

type settingsCmd struct {
	Show settingsShowCmd `cmd:"" default:"1" help:"Show all settings."`
	Set  settingsSetCmd  `cmd:"" help:"Change settings by a JSON object."`

	Secret settingsSecretCmd `cmd:"" help:"Keep a provider's key, read from stdin."`
}

type settingsShowCmd struct{}

// Run shows settings.
func (settingsShowCmd) Run(s *session) error {
	return show(s, "Settings", writeSettings)
}

func writeSettings(w io.Writer, v backend.Settings) {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v)
}

type settingsSetCmd struct {
	Change string `arg:"" help:"JSON object with the fields to change."`
}

// Run changes settings.
func (c settingsSetCmd) Run(s *session) error {
	return s.changeSettings(func(v *backend.Settings) error { return backend.ReadSettings([]byte(c.Change), v) })
}

func (s *session) changeSettings(change func(*backend.Settings) error) error {
	return s.with(func(c Caller) error {
		v, err := s.saveSettings(c, change)
		if err != nil {
			return err
		}
		return s.print(v, func(w io.Writer) { writeSettings(w, v) })
	})
}

func (s *session) saveSettings(c Caller, change func(*backend.Settings) error) (backend.Settings, error) {
	v, err := get[backend.Settings](s, c, "Settings")
	if err != nil {
		return v, err
	}
	if err := change(&v); err != nil {
		return v, err
	}
	return get[backend.Settings](s, c, "SaveSettings", v)
}
