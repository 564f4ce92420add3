//go:build production

package window

import (
	"context"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"errata/app/api"
	"errata/backend"
)

// Desktop gives what a window can do beside its page.
func Desktop(ctx context.Context) api.Desktop {
	d := api.Desktop{Open: openBrowser(ctx), Save: saveFile(ctx), Choose: choosePath(ctx)}
	if runtime.InitializeNotifications(ctx) == nil && runtime.IsNotificationAvailable(ctx) {
		d.Notify = notify(ctx)
	}
	return d
}

// Quit closes the window, unless Closing keeps it.
func Quit(ctx context.Context) { runtime.Quit(ctx) }

// Hide takes the window off the screen; its page goes on.
func Hide(ctx context.Context) { runtime.WindowHide(ctx) }

// Show brings the window to the front, hidden, minimised or covered.
func Show(ctx context.Context) {
	runtime.WindowShow(ctx)
	runtime.WindowUnminimise(ctx)
}

// choosePath gives a function that asks for a "folder", a "document" or a "model". The
// path is empty when the dialog was closed.
func choosePath(ctx context.Context) func(kind string) (string, error) {
	filters := map[string][]runtime.FileFilter{
		"model":    {{DisplayName: "GGUF", Pattern: "*.gguf"}},
		"document": {{DisplayName: "Text, Markdown, HTML, PDF", Pattern: "*.txt;*.md;*.markdown;*.html;*.htm;*.pdf"}},
	}
	return func(kind string) (path string, err error) {
		if kind == "folder" {
			path, err = runtime.OpenDirectoryDialog(ctx, runtime.OpenDialogOptions{})
		} else {
			path, err = runtime.OpenFileDialog(ctx, runtime.OpenDialogOptions{Filters: filters[kind]})
		}
		return path, backend.Wrap(err, backend.CodeUnavailable, "choose", "The dialog could not be shown.")
	}
}

// notify gives a function that shows a notice of the desktop's.
func notify(ctx context.Context) func(title, text string) error {
	return func(title, text string) error {
		err := runtime.SendNotification(ctx, runtime.NotificationOptions{ID: title, Title: title, Body: text})
		return backend.Wrap(err, backend.CodeUnavailable, "notify", "The desktop shows no notice.")
	}
}
