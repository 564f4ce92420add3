package flow_test

import (
	"context"
	"sync"

	"errata/backend"
	"errata/backend/flow"
)

type scriptedWorkspace struct {
	mu       sync.Mutex
	pointer  backend.Pointer
	free     int64
	exported map[string][]flow.ExportFile // by folder
	texts    map[string]string
	letGo    []string // runs, and files of them
}

func (w *scriptedWorkspace) WriteRows(string, []backend.Row) (string, error) { return "/rows", nil }
func (w *scriptedWorkspace) Dirs(string) (string, string, string) {
	return "/incoming", "/work", "/cache"
}
func (w *scriptedWorkspace) LetGo(runID string, files ...string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.letGo = append(append(w.letGo, runID), files...)
	return nil
}
func (w *scriptedWorkspace) FreeBytes() (int64, error) { return w.free, nil }
func (w *scriptedWorkspace) Export(_ context.Context, dir string, files []flow.ExportFile, _, text string) error {
	w.exported, w.texts = map[string][]flow.ExportFile{dir: files}, map[string]string{dir: text}
	return nil
}
func (w *scriptedWorkspace) WritePointer(p backend.Pointer) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pointer = p
	return nil
}
