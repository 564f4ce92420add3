package ollama

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"

	"github.com/ollama/ollama/api"

	"errata/backend"
)

// Progress is told the stage and how many of its bytes are done.
type Progress = func(stage string, done, total int64)

// CreateBase makes a model of a weights file, with our template, stop tokens
// and parameters. With an empty path the weights must be in the engine's store
// already. A model of that name with the same weights is kept.
func (c *Client) CreateBase(ctx context.Context, name, path, sha256 string, progress Progress) error {
	return c.create(ctx, "ollama.create_base", recipe{name: name, weights: sha256, weightsPath: path}, progress)
}

// CreateMerged makes a model of a merged weights file.
func (c *Client) CreateMerged(ctx context.Context, name, path, sha256 string) error {
	return c.create(ctx, "ollama.create_merged", recipe{name: name, weights: sha256, weightsPath: path}, nil)
}

// CreateAdapter makes a model of base, which the engine has, and an adapter in
// GGUF form. CodeUnavailable when the engine serves no adapters.
func (c *Client) CreateAdapter(ctx context.Context, name, base, path, sha256 string) error {
	const op = "ollama.create_adapter"
	shown, err := c.Show(ctx, base)
	if err != nil {
		return err
	}
	if shown.Info.BaseSHA256 == "" {
		return backend.Errorf(backend.CodeInvalid, op, "The engine does not say which weights %s has, so no adapter can be put on it.", base)
	}
	return c.create(ctx, op, recipe{name: name, weights: shown.Info.BaseSHA256, adapter: sha256, adapterPath: path}, nil)
}

// recipe is what a model is made of; a path is needed where the engine does not
// have the blob.
type recipe struct {
	name                 string
	weights, weightsPath string
	adapter, adapterPath string
}

// create is one unit: blobs, model, proof. A name that could not be proven is
// removed again, unless it was there before.
func (c *Client) create(ctx context.Context, op string, r recipe, progress Progress) error {
	if r.name == "" || len(r.weights) != 64 || (r.adapter != "" && len(r.adapter) != 64) {
		return backend.Errorf(backend.CodeInvalid, op, "A model needs a name and the SHA-256 of its weights.")
	}
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	before, err := c.Show(ctx, r.name)
	switch {
	case err == nil && r.proven(before):
		return nil
	case err == nil && before.Info.BaseSHA256 != r.weights || err == nil && before.AdapterSHA256 != r.adapter:
		return backend.Errorf(backend.CodeConflict, op, "The engine has another model under the name %s; it was left as it is.", r.name)
	case err != nil && backend.CodeOf(err) != backend.CodeNotFound:
		return err
	}
	existed := err == nil

	engine, address, err := c.engine(ctx)
	if err != nil {
		return err
	}
	if err := c.upload(ctx, engine, address, op, r.weightsPath, r.weights, progress); err != nil {
		return err
	}
	if r.adapter != "" {
		if err := c.upload(ctx, engine, address, op, r.adapterPath, r.adapter, progress); err != nil {
			return err
		}
	}
	progress("create", 0, 0)
	c.forget(address, r.name)
	err = c.ask(ctx, engine, op, r)
	if err == nil {
		var shown backend.ServedModel
		if shown, err = c.Show(ctx, r.name); err == nil && !r.proven(shown) {
			err = backend.Errorf(backend.CodeUnavailable, op, "The engine made %s, but not with our weights and our template.", r.name).
				WithHint("Try again; if it happens again, use the bundled engine (ERRATA_ENGINE=bundled).")
		}
	}
	if err != nil && !existed {
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.opt.Call)
		defer cancel()
		if left := c.Delete(clean, r.name); left != nil {
			err = errors.Join(err, left)
		}
	}
	return err
}

// proven says whether the engine serves exactly this recipe.
func (r recipe) proven(m backend.ServedModel) bool {
	return m.OursTemplate() && m.Info.BaseSHA256 == r.weights && m.AdapterSHA256 == r.adapter
}

func (c *Client) ask(ctx context.Context, engine *api.Client, op string, r recipe) error {
	d := backend.DefaultSampling()
	req := &api.CreateRequest{
		Model:    r.name,
		Files:    map[string]string{"model.gguf": "sha256:" + r.weights},
		Template: backend.ChatMLTemplate,
		Parameters: map[string]any{
			"stop":        slices.Clone(backend.ChatMLStop),
			"temperature": d.Temperature, "top_p": d.TopP, "repeat_penalty": d.RepeatPenalty,
			"num_ctx": d.NumCtx,
		},
	}
	if r.adapter != "" {
		req.Adapters = map[string]string{"adapter.gguf": "sha256:" + r.adapter}
	}
	done := false
	err := engine.Create(ctx, req, func(p api.ProgressResponse) error {
		done = done || p.Status == "success"
		return nil
	})
	switch {
	case err != nil && r.adapter != "" && adaptersRefused(err):
		return &backend.Error{Code: backend.CodeUnavailable, Op: op, Message: "This engine serves no adapters.", Hint: "Serve the version merged.", Err: err}
	case err != nil:
		return failure(ctx, op, r.name, err)
	case !done:
		return backend.Errorf(backend.CodeUnavailable, op, "The engine did not finish making the model.").WithHint("Try again.")
	}
	return nil
}

// upload brings a blob into the engine's store unless it is there. The engine
// checks its digest.
func (c *Client) upload(ctx context.Context, engine *api.Client, address, op, path, sha256 string, progress Progress) error {
	there, err := c.hasBlob(ctx, address, sha256)
	if err != nil || there {
		return failure(ctx, op, "", err)
	}
	if path == "" {
		return backend.Errorf(backend.CodeNotFound, op, "The engine does not have the weights %s.", sha256[:12])
	}
	file, err := os.Open(path)
	if err != nil {
		return &backend.Error{Code: backend.CodeNotFound, Op: op, Message: "The weights file cannot be read.", Err: err}
	}
	defer file.Close() //nolint:errcheck // read only
	info, err := file.Stat()
	if err != nil {
		return &backend.Error{Code: backend.CodeNotFound, Op: op, Message: "The weights file cannot be read.", Err: err}
	}
	err = engine.CreateBlob(ctx, "sha256:"+sha256, &counted{from: file, total: info.Size(), progress: progress})
	var status api.StatusError
	if errors.As(err, &status) && status.StatusCode == http.StatusBadRequest && !diskFull(err) {
		return &backend.Error{Code: backend.CodeInvalid, Op: op, Message: "The weights file " + path + " is not the one its SHA-256 names; it was not installed.",
			Hint: "Remove the file and get it again.", Err: err}
	}
	return failure(ctx, op, "", err)
}

// hasBlob asks by HEAD, which the API's client has no method for. Without it a
// blob that is there would be sent again in full.
func (c *Client) hasBlob(ctx context.Context, address, sha256 string) (bool, error) {
	ctx, cancel := c.short(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address+"/api/blobs/sha256:"+sha256, nil)
	if err != nil {
		return false, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close() //nolint:errcheck // nothing was written
	return resp.StatusCode == http.StatusOK, nil
}

// counted reports a reading, every 4 MiB.
type counted struct {
	from        io.Reader
	done, total int64
	told        int64
	progress    Progress
}

func (r *counted) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.done += int64(n)
	if r.done-r.told >= 4<<20 || r.done == r.total {
		r.told = r.done
		r.progress("upload", r.done, r.total)
	}
	return n, err
}

// Pull gets a model from the engine's own library. It is resumed by the engine.
func (c *Client) Pull(ctx context.Context, name string, progress Progress) error {
	if cloudName(name) {
		return remoteError("ollama.pull", name)
	}
	engine, address, err := c.engine(ctx)
	if err != nil {
		return err
	}
	if progress == nil {
		progress = func(string, int64, int64) {}
	}
	c.forget(address, name)
	done := false
	err = engine.Pull(ctx, &api.PullRequest{Model: name}, func(p api.ProgressResponse) error {
		done = done || p.Status == "success"
		progress("pull", p.Completed, p.Total)
		return nil
	})
	if err != nil {
		return failure(ctx, "ollama.pull", name, err)
	}
	if !done {
		return backend.Errorf(backend.CodeUnavailable, "ollama.pull", "The download of %s ended early; what came is kept.", name).WithHint("Try again to go on.")
	}
	return nil
}
