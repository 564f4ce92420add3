package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"text/tabwriter"

	"errata/app/api"
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
			fmt.Fprintf(t, "%s\t%s\t%d MB\t%s\t%s\n", m.Name, state, max(m.Size, m.Bytes)>>20, m.Quantization, m.Licence)
		}
		_ = t.Flush()
	})
}

func writeModel(w io.Writer, m backend.ModelInfo) {
	fmt.Fprintf(w, "%s is ready (%d MB, %s)\n", m.Name, max(m.Size, m.Bytes)>>20, m.Licence)
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
	return show(s, "ImportModel", writeModel, RequestID, c.File)
}

type modelsUseCmd struct {
	Name string `arg:"" help:"Name of an installed model."`
}

// Run chooses a model.
func (c modelsUseCmd) Run(s *session) error {
	return s.changeSettings(func(v *backend.Settings) error { v.Model = c.Name; return nil })
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
			fmt.Fprintf(w, "%-10s %s  %s\n", d.Status, d.Path, d.Reason)
		}
	})
}

type libraryAddCmd struct {
	Folder string `arg:"" type:"existingdir" help:"Folder with text, Markdown, HTML or PDF files."`
}

// Run adds a folder.
func (c libraryAddCmd) Run(s *session) error {
	path, err := filepath.Abs(c.Folder)
	if err != nil {
		return err
	}
	return s.changeLibrary(func(v *backend.Settings) error {
		if !slices.Contains(v.LibraryFolders, path) {
			v.LibraryFolders = append(v.LibraryFolders, path)
		}
		return nil
	})
}

type libraryRemoveCmd struct {
	Folder string `arg:"" type:"path" help:"Folder to forget."`
}

// Run removes a folder.
func (c libraryRemoveCmd) Run(s *session) error {
	path, err := filepath.Abs(c.Folder)
	if err != nil {
		return err
	}
	return s.changeLibrary(func(v *backend.Settings) error {
		i := slices.Index(v.LibraryFolders, path)
		if i < 0 {
			return backend.Errorf(backend.CodeNotFound, "library", "%s is not in the library.", path)
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
	return s.changeSettings(func(v *backend.Settings) error {
		if err := json.Unmarshal([]byte(c.Change), v); err != nil {
			return backend.Wrap(err, backend.CodeInvalid, "settings", "That is not a JSON object of settings.")
		}
		return nil
	})
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

type doctorCmd struct{}

// Run prints what is installed and what is missing.
func (doctorCmd) Run(s *session) error {
	return s.with(func(c Caller) error {
		status, err := get[api.Status](s, c, "Status")
		if err != nil {
			return err
		}
		models, modelsErr := get[[]backend.ModelInfo](s, c, "Models")
		if modelsErr != nil {
			status.Problems = append(status.Problems, api.Problem{Part: "models", Message: api.Sentence(modelsErr), Hint: backend.HintOf(modelsErr)})
		}
		providers, err := get[[]backend.ProviderHealth](s, c, "Providers")
		if err != nil {
			return err
		}
		report := struct {
			api.Status
			Models    []backend.ModelInfo      `json:"models"`
			Providers []backend.ProviderHealth `json:"providers"`
		}{status, models, providers}
		return s.print(report, func(w io.Writer) { writeDoctor(w, status, models, providers) })
	})
}

func writeDoctor(w io.Writer, st api.Status, models []backend.ModelInfo, providers []backend.ProviderHealth) {
	m := st.Machine
	gpu := m.GPU
	if gpu == "" {
		gpu = "none found"
	}
	fmt.Fprintf(w, "machine   %s, %d cores, %d of %d MB free, disk %d MB free, GPU %s\n", m.CPU, m.Cores, m.Available>>20, m.Memory>>20, m.Disk>>20, gpu)
	if st.Engine.Address != "" {
		fmt.Fprintf(w, "engine    Ollama %s at %s (%s), adapters: %t", st.Engine.Version, st.Engine.Address, st.Engine.Source, st.Engine.Adapters)
		if st.Engine.GPUShare >= 0 {
			fmt.Fprintf(w, ", %d %% on the GPU", st.Engine.GPUShare)
			if st.Engine.GPUShare == 0 && m.GPU != "" {
				fmt.Fprint(w, " (a GPU is there but unused: install its driver, or use your own Ollama)")
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "model     %s, %s\n", st.Model, st.Current.Name())
	fmt.Fprintf(w, "trainer   ready: %t\n", st.Trainer)
	for _, m := range models {
		need := max(m.Size, m.Bytes) * 3 / 2
		fit := "fits"
		if need > st.Machine.Available {
			fit = "does not fit"
		}
		fmt.Fprintf(w, "model     %-28s installed: %-5t %s in memory\n", m.Name, m.Installed, fit)
	}
	for _, p := range providers {
		fmt.Fprintf(w, "evidence  %-12s on: %-5t ready: %-5t %s\n", p.Name, p.On, p.Ready, p.Message)
	}
	for _, p := range st.Problems {
		fmt.Fprintf(w, "missing   %s: %s %s\n", p.Part, p.Message, p.Hint)
	}
}
