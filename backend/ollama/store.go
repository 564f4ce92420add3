package ollama

import (
	"context"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/ollama/ollama/api"

	"errata/backend"
)

// List gives the models in the engine's store, by the engine's names.
func (c *Client) List(ctx context.Context) ([]backend.ModelInfo, error) {
	engine, _, err := c.engine(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.short(ctx)
	defer cancel()
	list, err := engine.List(ctx)
	if err != nil {
		return nil, failure(ctx, "ollama.list", "", err)
	}
	models := make([]backend.ModelInfo, 0, len(list.Models))
	for _, m := range list.Models {
		models = append(models, backend.ModelInfo{
			Name: m.Name, Digest: m.Digest, Size: m.Size, Installed: true,
			Architecture: m.Details.Family, Parameters: m.Details.ParameterSize, Quantization: m.Details.QuantizationLevel,
			Remote: m.RemoteHost != "" || m.RemoteModel != "" || cloudName(m.Name),
		})
	}
	return models, nil
}

// Show reads what the engine knows of a model. CodeNotFound when it has none.
func (c *Client) Show(ctx context.Context, name string) (backend.ServedModel, error) {
	if cloudName(name) {
		return backend.ServedModel{}, remoteError("ollama.show", name)
	}
	engine, _, err := c.engine(ctx)
	if err != nil {
		return backend.ServedModel{}, err
	}
	ctx, cancel := c.short(ctx)
	defer cancel()
	r, err := engine.Show(ctx, &api.ShowRequest{Model: name})
	if err != nil {
		return backend.ServedModel{}, failure(ctx, "ollama.show", name, err)
	}
	m := backend.ServedModel{
		Template: r.Template,
		Info: backend.ModelInfo{
			Name: name, Installed: true, Architecture: r.Details.Family,
			Parameters: r.Details.ParameterSize, Quantization: r.Details.QuantizationLevel,
			Licence: licenceName(r.License), Remote: r.RemoteHost != "" || r.RemoteModel != "",
		},
	}
	for line := range strings.Lines(r.Parameters) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if key != "stop" {
			continue
		}
		value = strings.TrimSpace(value)
		if text, err := strconv.Unquote(value); err == nil {
			value = text
		}
		m.Stop = append(m.Stop, value)
	}
	for line := range strings.Lines(r.Modelfile) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case key == "FROM" && m.Info.BaseSHA256 == "":
			m.WeightsPath, m.Info.BaseSHA256 = value, blobDigest(value)
		case key == "ADAPTER":
			m.AdapterSHA256 = blobDigest(value)
		case key == "TEMPLATE":
			return m, nil // what follows is text that anyone may have written
		}
	}
	return m, nil
}

// blobDigest reads the SHA-256 out of the path of a blob, "" when it has none.
func blobDigest(file string) string {
	_, digest, ok := strings.Cut(path.Base(strings.ReplaceAll(file, `\`, "/")), "sha256-")
	if !ok || len(digest) != 64 {
		return ""
	}
	return digest
}

func licenceName(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if first = strings.TrimSpace(first); len(first) > 80 {
		first = first[:80]
	}
	return strings.ToValidUTF8(first, "")
}

// Has says whether the engine has the model, on weights of its own and with
// our template.
func (c *Client) Has(ctx context.Context, name string) (bool, error) {
	m, err := c.Show(ctx, name)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return m.OursTemplate() && m.Info.BaseSHA256 != "" && !m.Info.Remote, nil
}

// Warm loads a model with the context size that chats use.
func (c *Client) Warm(ctx context.Context, name string) error {
	engine, address, err := c.engine(ctx)
	if err != nil {
		return err
	}
	if err := c.requireLocal(ctx, engine, address, name); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.opt.FirstToken, errFirstToken)
	defer cancel()
	done := false
	err = c.retry(ctx, func() (bool, error) {
		err := engine.Generate(ctx, &api.GenerateRequest{
			Model: name, Options: map[string]any{"num_ctx": backend.DefaultSampling().NumCtx},
		}, func(r api.GenerateResponse) error {
			done = done || r.Done
			return nil
		})
		return false, failure(ctx, "ollama.warm", name, err)
	})
	if err == nil && !done {
		return backend.Errorf(backend.CodeUnavailable, "ollama.warm", "The engine did not say that the model is loaded.").WithHint("Try again.")
	}
	return err
}

// Unload frees a model's memory and returns when the engine no longer lists it.
func (c *Client) Unload(ctx context.Context, name string) error {
	const op = "ollama.unload"
	engine, _, err := c.engine(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := c.short(ctx)
	defer cancel()
	err = engine.Generate(ctx, &api.GenerateRequest{Model: name, KeepAlive: &api.Duration{Duration: 0}}, func(api.GenerateResponse) error { return nil })
	if err != nil {
		return failure(ctx, op, name, err)
	}
	for {
		// The engine answers before the runner is gone.
		running, err := engine.ListRunning(ctx)
		if err != nil {
			return failure(ctx, op, name, err)
		}
		if !lists(running, name) {
			return nil
		}
		if err := c.opt.Wait(ctx, 50*time.Millisecond); err != nil {
			return failure(ctx, op, name, err)
		}
	}
}

func lists(running *api.ProcessResponse, name string) bool {
	for _, m := range running.Models {
		if normal(m.Name) == normal(name) {
			return true
		}
	}
	return false
}

// Loaded gives the names of the models in memory.
func (c *Client) Loaded(ctx context.Context) ([]string, error) {
	running, err := c.running(ctx)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(running.Models))
	for _, m := range running.Models {
		names = append(names, m.Name)
	}
	return names, nil
}

// GPUShare is the percentage of the loaded models that lies in a GPU's memory,
// -1 when none is loaded.
func (c *Client) GPUShare(ctx context.Context) (int, error) {
	running, err := c.running(ctx)
	if err != nil {
		return -1, err
	}
	var all, gpu int64
	for _, m := range running.Models {
		all += m.Size
		gpu += m.SizeVRAM
	}
	if all <= 0 {
		return -1, nil
	}
	return int(gpu * 100 / all), nil
}

func (c *Client) running(ctx context.Context) (*api.ProcessResponse, error) {
	engine, _, err := c.engine(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.short(ctx)
	defer cancel()
	running, err := engine.ListRunning(ctx)
	return running, failure(ctx, "ollama.loaded", "", err)
}

// Delete removes a model from the store; one that is not there is no error.
func (c *Client) Delete(ctx context.Context, name string) error {
	engine, address, err := c.engine(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := c.short(ctx)
	defer cancel()
	c.forget(address, name)
	err = failure(ctx, "ollama.delete", name, engine.Delete(ctx, &api.DeleteRequest{Model: name}))
	if backend.CodeOf(err) == backend.CodeNotFound {
		return nil
	}
	return err
}

// requireLocal refuses models that the engine would pass on to another
// computer. The answer is remembered: it costs a request for each model once.
func (c *Client) requireLocal(ctx context.Context, engine *api.Client, address, name string) error {
	const op = "ollama.local"
	if cloudName(name) {
		return remoteError(op, name)
	}
	key := address + " " + normal(name)
	c.mu.Lock()
	known := c.local[key]
	c.mu.Unlock()
	if known {
		return nil
	}
	ctx, cancel := c.short(ctx)
	defer cancel()
	r, err := engine.Show(ctx, &api.ShowRequest{Model: name})
	if err != nil {
		return failure(ctx, op, name, err)
	}
	if r.RemoteHost != "" || r.RemoteModel != "" {
		return remoteError(op, name)
	}
	c.mu.Lock()
	c.local[key] = true
	c.mu.Unlock()
	return nil
}

func (c *Client) forget(address, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.local, address+" "+normal(name))
}

// cloudName knows the names that Ollama passes on to its own cloud.
func cloudName(name string) bool {
	n := normal(name)
	return strings.HasSuffix(n, ":cloud") || strings.HasSuffix(n, "-cloud")
}

func remoteError(op, name string) error {
	return backend.Errorf(backend.CodeInvalid, op, "The model %s runs on another computer; nothing was sent to it.", name).
		WithHint("Choose a model that runs on this computer.")
}
