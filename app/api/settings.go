package api

import (
	"cmp"
	"context"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"errata/backend"
)

// Hello is what a door asks first.
type Hello struct {
	Version  string           `json:"version"`
	Door     string           `json:"door"`
	Home     string           `json:"home"`
	Settings backend.Settings `json:"settings"`
	FirstRun bool             `json:"first_run"`
	CanOpen  bool             `json:"can_open"` // links open in a browser of the user's
	// CanChoose and CanNotify say that the door has dialogs for files, and notices.
	CanChoose bool `json:"can_choose"`
	CanNotify bool `json:"can_notify"`
}

// Greetings counts the Hellos so far: a page that says none is not ours.
func (a *API) Greetings() int64 { return a.greetings.Load() }

// Hello says who answers and what the user chose.
func (a *API) Hello() (Hello, error) {
	a.greetings.Add(1)
	return call(a, "hello", func(context.Context) (Hello, error) {
		s, err := a.o.Loop.Store.Settings()
		return Hello{Version: a.o.Version, Door: a.o.Door, Home: a.o.Home, Settings: s, FirstRun: !s.Confirmed,
			CanOpen: a.o.Open != nil, CanChoose: a.o.Choose != nil, CanNotify: a.o.Notify != nil}, err
	})
}

// Status is what runs at the moment. A part that is missing says so in Problems
// and does not hide the others.
type Status struct {
	Engine   backend.EngineStatus `json:"engine"`
	Model    string               `json:"model"`
	Current  backend.Version      `json:"current"`
	Cycle    backend.Cycle        `json:"cycle"`
	Trainer  bool                 `json:"trainer"`
	Machine  Machine              `json:"machine"`
	Problems []Problem            `json:"problems"`
}

// Problem is an error as a door shows it.
type Problem struct {
	Part    string `json:"part"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// Status looks at engine, model, trainer and machine.
func (a *API) Status() (Status, error) {
	return call(a, "status", func(ctx context.Context) (Status, error) {
		s := Status{Problems: []Problem{}, Machine: a.o.Machine(ctx)}
		problem := func(part string, err error) {
			if err != nil {
				s.Problems = append(s.Problems, Problem{Part: part, Message: Sentence(err), Hint: backend.HintOf(err)})
			}
		}
		var err error
		s.Engine, err = a.o.Loop.Engine.Status(ctx)
		problem("engine", err)
		settings, err := a.o.Loop.Store.Settings()
		if err != nil {
			return s, err
		}
		s.Model = settings.Model
		if current, ok, err := a.o.Loop.Store.CurrentVersion(settings.Model); err != nil {
			problem("store", err)
		} else if ok {
			s.Current = current
		}
		s.Cycle, err = a.o.Loop.Cycle()
		problem("store", err)
		err = a.o.Trainer.Ready(ctx)
		s.Trainer = err == nil
		problem("trainer", err)
		return s, nil
	})
}

// Settings gives what the user chose.
func (a *API) Settings() (backend.Settings, error) {
	return call(a, "settings", func(context.Context) (backend.Settings, error) { return a.o.Loop.Store.Settings() })
}

// SaveSettings keeps what the user chose; the library follows its folders.
func (a *API) SaveSettings(s backend.Settings) (backend.Settings, error) {
	return call(a, "settings.save", func(ctx context.Context) (backend.Settings, error) {
		origins := make([]string, len(s.AllowedOrigins))
		for i, o := range s.AllowedOrigins {
			origins[i] = backend.NormalOrigin(o)
		}
		s.AllowedOrigins = origins
		s.SearXNG = strings.TrimRight(strings.TrimSpace(s.SearXNG), "/")
		s.GoogleCX = strings.TrimSpace(s.GoogleCX)
		err := validateSettings(s)
		if err != nil {
			return s, err
		}
		old, err := a.o.Loop.Store.Settings()
		if err != nil {
			return s, err
		}
		if s.Model, err = a.chosen(ctx, old.Model, s.Model); err != nil {
			return s, err
		}
		if s.Extractor, err = a.role(ctx, "extractor", old.Extractor, s.Extractor); err != nil {
			return s, err
		}
		if s.Judge, err = a.role(ctx, "judge", old.Judge, s.Judge); err != nil {
			return s, err
		}
		s.AutomaticSince = a.automaticSince(old, s)
		if s.LibraryFolders, err = a.folders(old.LibraryFolders, s.LibraryFolders); err != nil {
			return s, err
		}
		if err := a.o.Library.SetFolders(s.LibraryFolders); err != nil {
			return s, err
		}
		return s, a.keepSettings(s)
	})
}

// keepSettings stores settings and tells every door.
func (a *API) keepSettings(s backend.Settings) error {
	if err := a.o.Loop.Store.PutSettings(s); err != nil {
		return err
	}
	a.o.Hub.Emit(backend.Event{At: a.o.Loop.Now(), Topic: "settings.changed", Data: s})
	return nil
}

// chosen gives the model that is to answer as the list has it. It need not be
// installed yet: the first screen chooses it, and then gets it.
func (a *API) chosen(ctx context.Context, old, name string) (string, error) {
	if name = strings.TrimSpace(name); name == "" || name == old {
		return name, nil
	}
	models, i, err := a.place(ctx, name)
	if err != nil {
		return "", err
	}
	if i < 0 {
		return "", backend.Errorf(backend.CodeNotFound, "settings", "%s is neither in the list of models nor in the engine; nothing was changed.", name).
			WithHint("`errata models list` shows the models; `errata models import FILE` takes one of your own.")
	}
	return models[i].Name, nil
}

// place gives the models, and the place of the one that a person calls name, or -1.
func (a *API) place(ctx context.Context, name string) ([]backend.ModelInfo, int, error) {
	models, err := a.o.Loop.Engine.Models(ctx)
	return models, slices.IndexFunc(models, func(m backend.ModelInfo) bool {
		return strings.EqualFold(m.Name, name) || strings.EqualFold(m.Name, name+":latest")
	}), err
}

// role checks a model that is newly chosen for a role and gives its name as the list
// has it. One that was chosen before stays even when it is gone: a check says so, and
// other settings can still be changed.
func (a *API) role(ctx context.Context, role, old, name string) (string, error) {
	if name = strings.TrimSpace(name); name == "" || name == old {
		return name, nil
	}
	models, i, err := a.place(ctx, name)
	if err != nil {
		return "", err
	}
	refused := func(code backend.Code, why, hint string) (string, error) {
		return "", backend.Errorf(code, "settings", "%s %s, so it cannot be the %s; nothing was changed.", name, why, role).WithHint(hint)
	}
	const list = "`errata models list` shows the models; empty takes the one in use, untaught."
	switch {
	case backend.TaughtName(name):
		return refused(backend.CodeInvalid, "is a taught version and would judge itself", list)
	case i < 0:
		return refused(backend.CodeNotFound, "is neither in the list of models nor in the engine", list)
	case models[i].Remote:
		return refused(backend.CodeInvalid, "runs on another computer", list)
	case !models[i].Installed:
		return refused(backend.CodeNotFound, "is not installed", "Install it in Settings, or run: errata models install "+models[i].Name)
	}
	return models[i].Name, nil
}

// automaticSince remembers when the policy automatic was chosen, so that what waits
// already gets its time.
func (a *API) automaticSince(old, s backend.Settings) *time.Time {
	if !s.Automatic() {
		return nil
	}
	if old.Automatic() && old.AutomaticSince != nil {
		return old.AutomaticSince
	}
	now := a.o.Loop.Now()
	return &now
}

// folders checks those that are new. One that was there before stays even when it
// cannot be found now: its disk may come back.
func (a *API) folders(old, list []string) ([]string, error) {
	out := make([]string, 0, len(list))
	for _, f := range list {
		if !slices.Contains(old, f) {
			var err error
			if f, err = a.o.Library.Folder(f); err != nil {
				return nil, err
			}
		}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out, nil
}

func validateSettings(s backend.Settings) error {
	oneOf := func(what, v string, allowed ...string) error {
		for _, a := range allowed {
			if v == a {
				return nil
			}
		}
		return backend.Errorf(backend.CodeInvalid, "settings", "%s can be %s, not %q.", what, strings.Join(allowed, ", "), v)
	}
	within := func(what string, v, most int) error {
		if v < 0 || v > most {
			return backend.Errorf(backend.CodeInvalid, "settings", "%s can be 0 for the default or up to %d, not %d.", what, most, v)
		}
		return nil
	}
	for _, err := range []error{
		oneOf("Approval", s.Approval, "person", "automatic"), within("Hours before a rule approves", s.ApprovalHours, 30*24), oneOf("Training", s.Training, "propose", "start", "never"),
		oneOf("Serve as", s.ServeAs, "auto", "adapter", "merged"), oneOf("Theme", s.Theme, "system", "light", "dark"),
		oneOf("Re-check", cmp.Or(s.Recheck, "on"), "on", "paused"), within("Days between two re-checks", s.RecheckDays, 365),
		oneOf("Language", cmp.Or(s.Language, "en"), "en", "de", "zh"), oneOf("Letters", cmp.Or(s.Letters, "serif"), "serif", "sans"),
		oneOf("Notices", cmp.Or(s.Notify, "on"), "on", "off"), zoom(s.Zoom),
	} {
		if err != nil {
			return err
		}
	}
	for _, o := range s.AllowedOrigins {
		u, err := url.Parse(o)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.Path != "" || u.User != nil {
			return backend.Errorf(backend.CodeInvalid, "settings", "%q is not an origin.", o).WithHint("Write it as http://localhost:3000, without a path.")
		}
	}
	if s.Cluster != nil {
		if err := s.Cluster.Validate(); err != nil {
			return err
		}
	}
	if s.SearXNG != "" {
		u, err := url.Parse(s.SearXNG)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return backend.Errorf(backend.CodeInvalid, "settings", "%q is not the address of a SearXNG server.", s.SearXNG).WithHint("Write it like http://127.0.0.1:8888.")
		}
	}
	return nil
}

func zoom(percent int) error {
	if percent != 0 && (percent < 75 || percent > 200) {
		return backend.Errorf(backend.CodeInvalid, "settings", "The size can be 75 to 200 percent, or 0 for the default, not %d.", percent)
	}
	return nil
}

// Providers says which evidence providers are on and ready.
func (a *API) Providers() ([]backend.ProviderHealth, error) {
	return call(a, "providers", func(ctx context.Context) ([]backend.ProviderHealth, error) {
		s, err := a.o.Loop.Store.Settings()
		if err != nil {
			return []backend.ProviderHealth{}, err
		}
		return some(a.o.Loop.Evidence.Health(ctx, s.Providers), nil)
	})
}

// SetSecret keeps a provider's key and says where: "keyring" or "session".
func (a *API) SetSecret(name, value string) (string, error) {
	return call(a, "secret", func(ctx context.Context) (string, error) {
		return a.o.Secrets.Set(ctx, name, strings.TrimSpace(value))
	})
}

// DeleteSecret forgets a provider's key.
func (a *API) DeleteSecret(name string) error {
	_, err := call(a, "secret", func(ctx context.Context) (struct{}, error) { return struct{}{}, a.o.Secrets.Delete(ctx, name) })
	return err
}

// Models lists the base models that are installed or can be.
func (a *API) Models() ([]backend.ModelInfo, error) {
	return call(a, "models", func(ctx context.Context) ([]backend.ModelInfo, error) { return some(a.o.Loop.Engine.Models(ctx)) })
}

// ModelProgress is the data of "model.progress" events.
type ModelProgress struct {
	Request string `json:"request"`
	Stage   string `json:"stage"`
	Done    int64  `json:"done"`
	Total   int64  `json:"total"`
}

// InstallModel gets a listed model; a broken-off download goes on where it was.
func (a *API) InstallModel(requestID, name string) (backend.ModelInfo, error) {
	requestID = a.named(requestID)
	return alone(a, requestID, "models.install", name, func(ctx context.Context) (backend.ModelInfo, error) {
		info, err := a.o.Models.Install(ctx, name, a.modelProgress(requestID))
		if err == nil {
			err = a.chooseFirst(info.Name)
		}
		return info, err
	})
}

// ImportModel takes a weights file of the user's.
func (a *API) ImportModel(requestID, file string) (backend.ModelInfo, error) {
	requestID = a.named(requestID)
	return alone(a, requestID, "models.import", file, func(ctx context.Context) (backend.ModelInfo, error) {
		info, err := a.o.Models.Import(ctx, file, a.modelProgress(requestID))
		if err == nil {
			err = a.chooseFirst(info.Name)
		}
		return info, err
	})
}

func (a *API) modelProgress(requestID string) func(string, int64, int64) {
	return func(stage string, done, total int64) {
		p := ModelProgress{requestID, stage, done, total}
		a.tell(requestID, func(r *Running) { r.Progress = &p })
		a.o.Hub.Emit(backend.Event{At: a.o.Loop.Now(), Topic: "model.progress", ID: requestID, Data: p})
	}
}

// chooseFirst makes the first model that arrives the one in use.
func (a *API) chooseFirst(name string) error {
	s, err := a.o.Loop.Store.Settings()
	if err != nil || s.Model != "" {
		return err
	}
	s.Model = name
	return a.keepSettings(s)
}

// Documents lists the library.
func (a *API) Documents() ([]backend.Document, error) {
	return call(a, "documents", func(context.Context) ([]backend.Document, error) { return some(a.o.Library.Documents()) })
}

// RescanLibrary reads the library's folders again.
func (a *API) RescanLibrary(requestID string) ([]backend.Document, error) {
	return request(a, requestID, "library.rescan", "", func(ctx context.Context) ([]backend.Document, error) {
		if err := a.o.Library.Rescan(ctx); err != nil {
			return []backend.Document{}, err
		}
		a.o.Hub.Emit(backend.Event{At: a.o.Loop.Now(), Topic: "library.changed"}) // for the doors beside this one
		return some(a.o.Library.Documents())
	})
}

// OpenLink opens a web or mail address in the user's browser, nothing else.
func (a *API) OpenLink(link string) error {
	_, err := call(a, "open", func(context.Context) (struct{}, error) {
		u, err := url.Parse(link)
		if err != nil || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto") || (u.Scheme != "mailto" && u.Host == "") || u.User != nil {
			return struct{}{}, backend.Errorf(backend.CodeInvalid, "open", "Only web and mail addresses are opened.")
		}
		if a.o.Open == nil {
			return struct{}{}, backend.Errorf(backend.CodeUnavailable, "open", "This door cannot open a browser.")
		}
		return struct{}{}, a.o.Open(u.String())
	})
	return err
}

// SaveFile asks where a text is to be kept as a file, with a dialog of the window's,
// and keeps it there; the path is empty when the person changed their mind. A browser
// has downloads for this.
func (a *API) SaveFile(name, text string) (string, error) {
	return call(a, "save", func(context.Context) (string, error) {
		if a.o.Save == nil {
			return "", backend.Errorf(backend.CodeUnavailable, "save", "This door has no dialog for files.")
		}
		return a.o.Save(filepath.Base(name), text)
	})
}
