//go:build production

package window

import (
	"context"
	"os"
	"path/filepath"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"errata/backend"
)

// saveFile gives a function that asks where a text is to be kept and keeps it there,
// for its owner only. The path is empty when the dialog was closed.
func saveFile(ctx context.Context) func(name, text string) (string, error) {
	return func(name, text string) (string, error) {
		path, err := runtime.SaveFileDialog(ctx, runtime.SaveDialogOptions{DefaultDirectory: downloads(), DefaultFilename: name, CanCreateDirectories: true})
		if err != nil {
			return "", backend.Wrap(err, backend.CodeUnavailable, "save", "The dialog could not be shown; nothing was written.")
		}
		if path == "" {
			return "", nil
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			e := &backend.Error{Code: backend.CodeUnavailable, Op: "save", Message: "The file could not be written.", Err: err}
			return "", e.WithHint("Choose another folder, or make room on its disk.")
		}
		return path, nil
	}
}

// downloads is the folder that the dialog opens with, "" for its own choice.
func downloads() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	dir := filepath.Join(home, "Downloads")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return home
	}
	return dir
}
