package api

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"errata/backend"
)

// Backup writes a verified copy of the database and says where.
func (a *API) Backup() (string, error) {
	return call(a, "backup", func(ctx context.Context) (string, error) { return a.o.Keep.Backup(ctx) })
}

// Backups lists the copies that can be put back, newest first.
func (a *API) Backups() ([]Backup, error) {
	return call(a, "backups", func(context.Context) ([]Backup, error) { return some(a.o.Keep.Backups()) })
}

// RestoreBackup puts a backup in the place of the database, which needs a new start
// of Errata; that follows by itself. What is there now is kept beside it.
func (a *API) RestoreBackup(path string) error {
	_, err := call(a, "restore", func(ctx context.Context) (struct{}, error) {
		if err := a.idle("restore"); err != nil {
			return struct{}{}, err
		}
		if err := a.o.Keep.Restore(ctx, path); err != nil {
			return struct{}{}, err
		}
		a.o.Keep.Restart()
		return struct{}{}, nil
	})
	return err
}

// EraseWord is what a person types to delete everything.
const EraseWord = "errata"

// EraseAll deletes what a person and the models made here: chats, facts, datasets,
// versions, backups, settings and keys. Models and the trainer's environment stay, for
// other homes use them too. CodeInvalid without the typed word.
func (a *API) EraseAll(word string) error {
	_, err := call(a, "erase", func(ctx context.Context) (struct{}, error) {
		if !strings.EqualFold(strings.TrimSpace(word), EraseWord) {
			return struct{}{}, backend.Errorf(backend.CodeInvalid, "erase", "Nothing was deleted: the word is missing.").WithHint("Type " + EraseWord + " to delete everything.")
		}
		if err := a.idle("erase"); err != nil {
			return struct{}{}, err
		}
		for _, p := range a.o.Loop.Evidence.Health(ctx, nil) {
			for _, n := range p.Needs {
				if n.Setting == "" {
					_ = a.o.Secrets.Delete(ctx, p.Name) // one that cannot be reached keeps its own lock
				}
			}
		}
		if err := a.o.Keep.Erase(); err != nil {
			return struct{}{}, err
		}
		a.o.Keep.Restart()
		return struct{}{}, nil
	})
	return err
}

// idle refuses what ends the program while something runs that would be lost.
func (a *API) idle(op string) error {
	a.mu.Lock()
	busy := len(a.pending)
	a.mu.Unlock()
	if busy > 0 {
		return backend.Errorf(backend.CodeConflict, op, "Something is still running; nothing was changed.").WithHint("Wait for it or stop it, then try again.")
	}
	runs, err := a.o.Loop.Store.Runs()
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.State == backend.RunRunning || r.State == backend.RunRequested {
			return backend.Errorf(backend.CodeConflict, op, "A training is running; nothing was changed.").WithHint("Stop it in Training, then try again.")
		}
	}
	return nil
}

// ExportAll writes all that a person can read elsewhere into one ZIP file in the home
// and says where: chats as JSON, facts and datasets as JSON lines, the settings. Keys
// and weights are not in it.
func (a *API) ExportAll(requestID string) (string, error) {
	return request(a, requestID, "export", "", func(ctx context.Context) (string, error) {
		files := map[string]func() ([]byte, error){
			"facts.jsonl": text(func() (string, error) { return a.ExportFacts("") }),
			"settings.json": func() ([]byte, error) {
				s, err := a.o.Loop.Store.Settings()
				if err != nil {
					return nil, err
				}
				return json.MarshalIndent(s, "", "  ")
			},
		}
		datasets, err := a.o.Loop.Store.Datasets()
		if err != nil {
			return "", err
		}
		for _, d := range datasets {
			files["datasets/"+d.ID+".jsonl"] = text(func() (string, error) { return a.ExportDataset(d.ID, "chatml") })
		}
		for after := ""; ; {
			chats, err := a.o.Loop.Store.Chats(backend.ChatFilter{After: after, Limit: 200})
			if err != nil {
				return "", err
			}
			for _, c := range chats {
				files["chats/"+c.ID+".json"] = text(func() (string, error) { return a.o.Loop.ExportChat(c.ID, "json", "") })
				after = c.ID
			}
			if len(chats) < 200 {
				break
			}
		}
		return a.o.Keep.Export(ctx, files)
	})
}

func text(f func() (string, error)) func() ([]byte, error) {
	return func() ([]byte, error) {
		s, err := f()
		return []byte(s), err
	}
}

// ChoosePath asks for a "folder", a "document" or a "model" with a dialog of the
// window's; the path is empty when the person changed their mind. A browser has none.
func (a *API) ChoosePath(kind string) (string, error) {
	return call(a, "choose", func(context.Context) (string, error) {
		if a.o.Choose == nil {
			return "", backend.Errorf(backend.CodeUnavailable, "choose", "This door has no dialog for files.").WithHint("Type the path instead.")
		}
		return a.o.Choose(kind)
	})
}

// NotifyDesktop shows a notice of the desktop's; a door without one does nothing.
func (a *API) NotifyDesktop(title, text string) error {
	_, err := call(a, "notify", func(context.Context) (struct{}, error) {
		if a.o.Notify == nil {
			return struct{}{}, nil
		}
		return struct{}{}, a.o.Notify(title, text)
	})
	return err
}

// InspectModel says what a weights file of the user's holds and needs, from its header.
func (a *API) InspectModel(file string) (backend.ModelInfo, error) {
	return call(a, "models.inspect", func(context.Context) (backend.ModelInfo, error) { return a.o.Models.Inspect(strings.TrimSpace(file)) })
}

// LibraryHits bounds what a search of the library shows.
const LibraryHits = 20

// SearchLibrary finds the passages of the user's documents that speak of something.
func (a *API) SearchLibrary(question string) ([]backend.Passage, error) {
	return call(a, "library.search", func(ctx context.Context) ([]backend.Passage, error) {
		return some(a.o.Library.Search(ctx, question, LibraryHits))
	})
}

// ProviderTest is what one provider did when it was asked.
type ProviderTest struct {
	OK      bool          `json:"ok"`
	Message string        `json:"message"`
	Found   int           `json:"found"` // passages
	Sent    []string      `json:"sent"`  // words that left the machine
	Took    time.Duration `json:"took"`
}

// testQuestion is what a provider is asked for a test; it says nothing of the user.
const testQuestion = "What is the capital of France?"

// TestProvider asks one provider a fixed question, whether it is on or not: the words
// of that question leave the machine then, and CodeConflict says that the first screen
// was not confirmed yet. A provider that fails is told in the result.
func (a *API) TestProvider(name string) (ProviderTest, error) {
	return call(a, "providers.test", func(ctx context.Context) (ProviderTest, error) {
		out := ProviderTest{Sent: []string{}}
		s, err := a.o.Loop.Store.Settings()
		if err != nil {
			return out, err
		}
		if !s.Confirmed {
			return out, backend.Errorf(backend.CodeConflict, "providers.test", "Nothing is sent before the first screen is confirmed.")
		}
		began := a.o.Loop.Now()
		found, err := a.o.Loop.Evidence.Gather(ctx, backend.Search{Question: testQuestion, Queries: []string{testQuestion}, Class: backend.ClassEvergreen, Limit: 3, Fresh: true},
			map[string]bool{name: true, "clock": name == "clock"})
		if err != nil {
			return out, err
		}
		out.Took = a.o.Loop.Now().Sub(began)
		out.OK, out.Found, out.Sent = len(found.Failures) == 0, len(found.Passages), found.Sent
		for _, f := range found.Failures {
			out.Message = f.Message
		}
		return out, nil
	})
}
