package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"errata/app/api"
	"errata/backend"
)

type doctorCmd struct{}

// Run prints what is installed and what is missing.
func (doctorCmd) Run(s *session) error {
	return s.with(func(c Caller) error {
		status, err := get[api.Status](s, c, "Status")
		if err != nil {
			return err
		}
		missing := func(part string, err error) {
			status.Problems = append(status.Problems, api.Problem{Part: part, Message: api.Sentence(err), Hint: backend.HintOf(err)})
		}
		models, err := get[[]backend.ModelInfo](s, c, "Models")
		if err != nil {
			missing("models", err)
		}
		if status.Model == "" {
			missing("model", backend.NoModel(models))
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
	fmt.Fprintf(w, "machine   %s, %s, %d of %d MB free, disk %d MB free, GPU %s\n", m.CPU, backend.Count(m.Cores, "core"), m.Available/1e6, m.Memory/1e6, m.Disk/1e6, gpu)
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
	if st.Model == "" {
		fmt.Fprintln(w, "model     none chosen yet")
	} else {
		fmt.Fprintf(w, "model     %s, %s\n", st.Model, st.Current.Name())
	}
	fmt.Fprintf(w, "trainer   ready: %t\n", st.Trainer)
	for _, m := range models {
		fmt.Fprintf(w, "model     %-28s installed: %-5t chat: %s, training: %s\n", m.Name, m.Installed, fits(m.ChatMemory, st.Machine), fits(m.TrainMemory, st.Machine))
	}
	for _, p := range providers {
		fmt.Fprintf(w, "evidence  %-12s on: %-5t ready: %-5t %s\n", p.Name, p.On, p.Ready, strings.TrimSpace(p.Message+" "+p.Sends))
	}
	for _, p := range st.Problems {
		fmt.Fprintf(w, "missing   %s: %s %s\n", p.Part, p.Message, p.Hint)
	}
}

// fits says whether a need of memory can be met now; 0 means that it is not known.
func fits(need int64, m api.Machine) string {
	switch {
	case need <= 0 || m.Available <= 0:
		return "need not known"
	case need > m.Available:
		return fmt.Sprintf("needs %d MB", need/1e6)
	}
	return "fits"
}

type trainerCmd struct {
	Setup trainerSetupCmd `cmd:"" help:"Build the trainer's environment."`
}

type trainerSetupCmd struct {
	Ray bool `help:"With Ray, to train on a cluster."`
}

// Run builds the trainer's environment; its lines go to stderr.
func (t trainerSetupCmd) Run(s *session) error {
	method := "SetupTrainer"
	if t.Ray {
		method = "SetupRay"
	}
	return s.with(func(c Caller) error {
		if err := c.Call(s.ctx, method, nil, RequestID); err != nil {
			return err
		}
		done := struct {
			Ready bool `json:"ready"`
		}{true}
		return s.print(done, func(w io.Writer) { fmt.Fprintln(w, "The trainer is ready.") })
	})
}

type backupCmd struct{}

// Run writes a backup and says where.
func (backupCmd) Run(s *session) error {
	return s.with(func(c Caller) error {
		path, err := get[string](s, c, "Backup")
		if err != nil {
			return err
		}
		out := struct {
			Path string `json:"path"`
		}{path}
		return s.print(out, func(w io.Writer) { fmt.Fprintln(w, out.Path) })
	})
}

type settingsSecretCmd struct {
	Name   string `arg:"" help:"Name of the provider, as in errata doctor."`
	Remove bool   `help:"Forget the key."`
}

// Run keeps a key or forgets it. A key never stands in the arguments, which other
// programs can read.
func (c settingsSecretCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		out := struct {
			Name string `json:"name"`
			Kept string `json:"kept"` // keyring, session, or nowhere
		}{c.Name, "nowhere"}
		if c.Remove {
			if err := caller.Call(s.ctx, "DeleteSecret", nil, c.Name); err != nil {
				return err
			}
			return s.print(out, func(w io.Writer) { fmt.Fprintf(w, "The key of %s is forgotten.\n", c.Name) })
		}
		key, err := s.readSecret(c.Name)
		if err != nil {
			return err
		}
		if out.Kept, err = get[string](s, caller, "SetSecret", c.Name, key); err != nil {
			return err
		}
		if out.Kept == "session" {
			fmt.Fprintln(s.io.Err, "warning: this machine has no keyring: only an Errata that is open keeps the key, until it ends.")
		}
		return s.print(out, func(w io.Writer) { fmt.Fprintf(w, "The key of %s is kept in the %s.\n", c.Name, out.Kept) })
	})
}

// secretLimit bounds what is read as a key, in bytes.
const secretLimit = 64 << 10

func (s *session) readSecret(name string) (string, error) {
	var raw []byte
	var err error
	if f, ok := s.io.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(s.io.Err, "Key of %s: ", name)
		raw, err = term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.io.Err)
	} else {
		raw, err = io.ReadAll(io.LimitReader(s.io.In, secretLimit))
	}
	if err != nil {
		return "", backend.Wrap(err, backend.CodeInvalid, "secret", "The key could not be read from stdin.")
	}
	return strings.TrimSpace(string(raw)), nil
}
