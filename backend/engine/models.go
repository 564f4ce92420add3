package engine

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"errata/backend"
)

// trainable are the architectures that the trainer can put an adapter on.
func trainable(architecture string) bool { return architecture == "qwen2" || architecture == "llama" }

// Ensure makes the named base ready to serve: it is in the engine's store, under
// a name of ours, with our template. Nothing is downloaded; CodeNotFound says
// that the model has to be installed first.
func (e *Engine) Ensure(ctx context.Context, model string) (backend.ModelInfo, error) {
	at, err := e.place(ctx)
	if err != nil {
		return backend.ModelInfo{}, err
	}
	key := at.address + " " + model
	e.mu.Lock()
	info, ok := e.ready[key]
	e.mu.Unlock()
	if ok && (at.source == sourceBundled || e.stillThere(ctx, info)) {
		return info, nil
	}
	info, err = e.ensure(ctx, model, nil)
	if err != nil {
		return backend.ModelInfo{}, err
	}
	e.mu.Lock()
	e.ready[key] = info
	e.mu.Unlock()
	return info, nil
}

// stillThere guards what is remembered of an engine that others use as well.
func (e *Engine) stillThere(ctx context.Context, info backend.ModelInfo) bool {
	_, err := e.opt.API.Show(ctx, info.ServedName())
	return err == nil
}

func (e *Engine) ensure(ctx context.Context, model string, progress Progress) (backend.ModelInfo, error) {
	const op = "engine.ensure"
	if model == "" {
		return backend.ModelInfo{}, backend.Errorf(backend.CodeInvalid, op, "No model was chosen.").WithHint("Choose one in Settings, or run: errata models list")
	}
	listed, isListed := e.Lookup(model)
	if isListed && listed.SHA256 != "" {
		served := backend.EngineName(listed.Name, listed.SHA256, backend.ServedBase)
		path := e.cachedWeights(listed.SHA256, listed.Bytes)
		err := e.createBase(ctx, served, path, listed.SHA256, progress)
		var wrong *wrongWeights
		if errors.As(err, &wrong) {
			return backend.ModelInfo{}, &backend.Error{Code: backend.CodeNotFound, Op: op, Message: wrong.Error(), Hint: "Get it again: errata models install " + listed.Name, Err: err}
		}
		if backend.CodeOf(err) == backend.CodeNotFound {
			return backend.ModelInfo{}, notInstalled(op, listed.Name, err)
		}
		if err != nil {
			return backend.ModelInfo{}, err
		}
		return e.describe(ctx, served, listed)
	}
	own := model
	for _, s := range listed.Sources {
		if s.Kind == "library" {
			own = s.Name
		}
	}
	shown, err := e.opt.API.Show(ctx, own)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return backend.ModelInfo{}, notInstalled(op, model, err)
	}
	if err != nil {
		return backend.ModelInfo{}, err
	}
	if shown.Info.Remote {
		return backend.ModelInfo{}, backend.Errorf(backend.CodeInvalid, op, "The model %s runs on another computer.", model).
			WithHint("Choose a model that runs on this computer.")
	}
	if !isListed {
		listed = Listed{Name: model, Title: model}
		if known, ok := e.byDigest(shown.Info.BaseSHA256); ok && !shown.OursTemplate() {
			listed.Licence = known.Licence
		}
	}
	served := own
	// Other families have templates of their own, which are left to the engine.
	if strings.HasPrefix(shown.Info.Architecture, "qwen2") && shown.Info.BaseSHA256 != "" && !shown.OursTemplate() {
		served = backend.EngineName(listed.Name, shown.Info.BaseSHA256, backend.ServedBase)
		if err := e.opt.API.CreateBase(ctx, served, "", shown.Info.BaseSHA256, progress); err != nil {
			return backend.ModelInfo{}, err
		}
	}
	return e.describe(ctx, served, listed)
}

// createBase brings weights of the cache into the engine. A file there that is
// not what its name says is moved aside, so that it is fetched again and does
// not fail for ever.
func (e *Engine) createBase(ctx context.Context, served, path, sha256 string, progress Progress) error {
	if path != "" {
		e.linkBlob(path, sha256)
	}
	err := e.opt.API.CreateBase(ctx, served, path, sha256, progress)
	if backend.CodeOf(err) != backend.CodeInvalid || path == "" {
		return err
	}
	sum, sumErr := fileSHA256(ctx, path, nil)
	if sumErr != nil || sum == sha256 {
		return err
	}
	if os.Rename(path, path+".wrong") != nil {
		return err
	}
	return &backend.Error{Code: backend.CodeUnavailable, Op: "engine.create_base", Message: (&wrongWeights{path}).Error(), Hint: "Try again.", Err: &wrongWeights{path}}
}

// wrongWeights says that a file of the cache was not what its name says.
type wrongWeights struct{ path string }

func (w *wrongWeights) Error() string {
	return "The weights file " + w.path + " was damaged; it was moved aside to " + filepath.Base(w.path) + ".wrong."
}

func notInstalled(op, model string, err error) error {
	return &backend.Error{Code: backend.CodeNotFound, Op: op, Message: "The model " + model + " is not installed.",
		Hint: "Install it in Settings, or run: errata models install " + model, Err: err}
}

// describe joins what the list and the engine know of a served model.
func (e *Engine) describe(ctx context.Context, served string, listed Listed) (backend.ModelInfo, error) {
	shown, err := e.opt.API.Show(ctx, served)
	if err != nil {
		return backend.ModelInfo{}, err
	}
	info := shown.Info
	info.Name, info.Title, info.Bytes, info.Installed = listed.Name, listed.Title, listed.Bytes, true
	info.ChatMemory, info.TrainMemory = listed.ChatMemory, listed.TrainMemory
	if known, ok := e.byDigest(info.BaseSHA256); ok { // under whatever name
		info.ChatMemory, info.TrainMemory = known.ChatMemory, known.TrainMemory
	}
	info.Served = ""
	if served != listed.Name {
		info.Served = served
	}
	if listed.Licence != "" {
		info.Licence = listed.Licence
	}
	info.Listed = listed.SHA256 != "" && listed.SHA256 == info.BaseSHA256 || len(listed.Sources) > 0 && listed.SHA256 == ""
	path := e.weightsOf(shown)
	info.Trainable = trainable(info.Architecture) && path != ""
	if info.ChatMemory == 0 && path != "" {
		if h, err := readGGUF(path); err == nil {
			info.ChatMemory = h.chatMemory()
		}
	}
	if stat, err := os.Stat(path); path != "" && err == nil {
		info.Size = stat.Size()
	}
	models, err := e.opt.API.List(ctx)
	if err != nil {
		return backend.ModelInfo{}, err
	}
	for _, m := range models {
		if strings.EqualFold(m.Name, served) || strings.EqualFold(m.Name, served+":latest") {
			info.Digest = m.Digest
			if info.Size == 0 {
				info.Size = m.Size
			}
		}
	}
	return info, nil
}

// weightsOf finds the weights file of a served model on this machine, "" when
// it cannot be read.
func (e *Engine) weightsOf(shown backend.ServedModel) string {
	if path := e.cachedWeights(shown.Info.BaseSHA256, 0); path != "" {
		return path
	}
	file, err := os.Open(shown.WeightsPath)
	if shown.WeightsPath == "" || err != nil {
		return ""
	}
	_ = file.Close()
	return shown.WeightsPath
}

// BaseFile gives the weights file of an installed base and its SHA-256.
func (e *Engine) BaseFile(ctx context.Context, model string) (path, sha256 string, err error) {
	const op = "engine.base_file"
	if listed, ok := e.Lookup(model); ok && listed.SHA256 != "" {
		if path := e.cachedWeights(listed.SHA256, listed.Bytes); path != "" {
			return path, listed.SHA256, nil
		}
	}
	info, err := e.Ensure(ctx, model)
	if err != nil {
		return "", "", err
	}
	shown, err := e.opt.API.Show(ctx, info.ServedName())
	if err != nil {
		return "", "", err
	}
	if path = e.weightsOf(shown); path == "" {
		return "", "", backend.Errorf(backend.CodeUnavailable, op, "The weights of %s belong to the engine and cannot be read here.", model).
			WithHint("Give the file to Errata: errata models import FILE, or use the bundled engine: ERRATA_ENGINE=bundled.")
	}
	return path, shown.Info.BaseSHA256, nil
}

// Models gives the listed models, installed or not, and the other models of the
// engine. Without an engine the list alone is given, and Installed says whether
// the weights are on this machine; Status tells what is wrong.
func (e *Engine) Models(ctx context.Context) ([]backend.ModelInfo, error) {
	served, err := e.served(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, err
	}
	out := make([]backend.ModelInfo, 0, len(e.list)+len(served))
	mine := map[string]bool{}
	for _, l := range e.list {
		info := backend.ModelInfo{Name: l.Name, BaseSHA256: l.SHA256, Architecture: l.Architecture, Parameters: l.Parameters,
			Quantization: l.Quantization, Licence: l.Licence, Title: l.Title, Bytes: l.Bytes, Listed: true,
			ChatMemory: l.ChatMemory, TrainMemory: l.TrainMemory}
		info.Installed = l.SHA256 != "" && e.cachedWeights(l.SHA256, l.Bytes) != ""
		for _, m := range served {
			if ours := baseOf(m.Name, l); ours || librarySource(l, m.Name) {
				mine[m.Name] = true
				info.Installed, info.Digest, info.Size = true, m.Digest, m.Size
				if ours {
					info.Served = m.Name
				}
			}
		}
		info.Trainable = info.Installed && trainable(l.Architecture)
		out = append(out, info)
	}
	for _, m := range served {
		if mine[m.Name] || backend.TaughtName(m.Name) || strings.HasPrefix(m.Name, probeName) {
			continue
		}
		m.Title = m.Name
		m.Trainable = trainable(m.Architecture) && !m.Remote
		out = append(out, m)
	}
	return out, nil
}

func (e *Engine) served(ctx context.Context) ([]backend.ModelInfo, error) {
	if _, err := e.place(ctx); err != nil {
		return nil, err
	}
	return e.opt.API.List(ctx)
}

// baseOf says whether an engine's name is the served base of a listed model.
// Other weights under the same name are not: a file of the user's may be called
// like a listed one.
func baseOf(name string, l Listed) bool {
	if l.SHA256 != "" {
		return strings.EqualFold(name, backend.EngineName(l.Name, l.SHA256, backend.ServedBase))
	}
	return backend.BaseName(name, l.Name)
}

func librarySource(l Listed, name string) bool {
	for _, s := range l.Sources {
		if s.Kind == "library" && strings.EqualFold(s.Name, name) {
			return true
		}
	}
	return false
}

// CreateMerged makes the model name of a merged weights file.
func (e *Engine) CreateMerged(ctx context.Context, name, ggufPath, sha256 string) error {
	if _, err := e.place(ctx); err != nil {
		return err
	}
	e.linkBlob(ggufPath, sha256)
	return e.opt.API.CreateMerged(ctx, name, ggufPath, sha256)
}

// CreateAdapter makes the model name of a base and a GGUF adapter; base is a
// listed name or an engine's. CodeUnavailable when the engine refuses adapters.
func (e *Engine) CreateAdapter(ctx context.Context, name, base, adapterPath, sha256 string) error {
	at, err := e.place(ctx)
	if err != nil {
		return err
	}
	if takes, err := e.takesAdapters(ctx, at); err != nil {
		return err
	} else if !takes {
		return backend.Errorf(backend.CodeUnavailable, "engine.create_adapter", "Ollama %s serves no adapters.", at.version).WithHint("Serve the version merged.")
	}
	if !strings.HasPrefix(base, "errata-") {
		info, err := e.Ensure(ctx, base)
		if err != nil {
			return err
		}
		base = info.ServedName()
	}
	return e.opt.API.CreateAdapter(ctx, name, base, adapterPath, sha256)
}

// Has says whether the engine serves name; a model of ours counts only with our
// template.
func (e *Engine) Has(ctx context.Context, name string) (bool, error) {
	if strings.HasPrefix(name, "errata-") {
		return e.opt.API.Has(ctx, name)
	}
	_, err := e.opt.API.Show(ctx, name)
	if backend.CodeOf(err) == backend.CodeNotFound {
		return false, nil
	}
	return err == nil, err
}

// Warm loads a model into memory.
func (e *Engine) Warm(ctx context.Context, name string) error { return e.opt.API.Warm(ctx, name) }

// Unload frees a model's memory; it returns when that is done.
func (e *Engine) Unload(ctx context.Context, name string) error { return e.opt.API.Unload(ctx, name) }

// Loaded gives the engine's names of the models in memory.
func (e *Engine) Loaded(ctx context.Context) ([]string, error) { return e.opt.API.Loaded(ctx) }

// Delete removes a model of ours. CodeInvalid for one that Errata did not make.
func (e *Engine) Delete(ctx context.Context, name string) error {
	if !strings.HasPrefix(name, "errata-") {
		return backend.Errorf(backend.CodeInvalid, "engine.delete", "%s was not made by Errata and is left alone.", name).
			WithHint("Remove it with: ollama rm " + name)
	}
	e.mu.Lock()
	clear(e.ready)
	e.mu.Unlock()
	return e.opt.API.Delete(ctx, name)
}

// cachedWeights gives the path of weights in the cache, "" when they are not
// there in the right size (0: any).
func (e *Engine) cachedWeights(sha256 string, size int64) string {
	if len(sha256) != 64 {
		return ""
	}
	path := e.weightsPath(sha256)
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || size > 0 && info.Size() != size {
		return ""
	}
	return path
}

func (e *Engine) weightsPath(sha256 string) string {
	return filepath.Join(e.opt.Cache, "models", sha256+".gguf")
}

// linkBlob puts verified weights into the bundled engine's store as a second
// name of the same file, which saves their size on disk and the copying. It is
// a short cut only: where it fails, the upload does the work. A blob there of
// another size was cut by a crash (the engine never looks at it again) and goes.
func (e *Engine) linkBlob(path, sha256 string) {
	e.mu.Lock()
	bundled := e.found.source == sourceBundled
	e.mu.Unlock()
	if !bundled || len(sha256) != 64 {
		return
	}
	from, err := os.Stat(path)
	if err != nil {
		return
	}
	blob := filepath.Join(e.store(), "blobs", "sha256-"+sha256)
	if there, err := os.Stat(blob); err == nil {
		if there.Size() == from.Size() {
			return
		}
		_ = os.Remove(blob)
	} else if !errors.Is(err, os.ErrNotExist) {
		return
	}
	if sum, err := fileSHA256(context.Background(), path, nil); err == nil && sum == sha256 {
		_ = os.Link(path, blob)
	}
}
