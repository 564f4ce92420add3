package train

import (
	"fmt"
	"io"
	"os"
	"strings"

	"errata/backend"
)

// Failure is the error of a run that did not succeed.
type Failure struct {
	Class backend.FailureClass
	Err   *backend.Error // what is shown; its cause holds the last lines of the log
}

// Error is the text of the backend error.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap gives the backend error.
func (f *Failure) Unwrap() error { return f.Err }

// FailureClass says why the run failed.
func (f *Failure) FailureClass() backend.FailureClass { return f.Class }

const kept = " Your facts and versions are unchanged."

// classes says for each class its code, the sentence used when the trainer said
// none, and the next step.
var classes = map[backend.FailureClass]struct {
	code          backend.Code
	message, hint string
}{
	backend.FailOOMGPU:    {backend.CodeUnavailable, "The GPU ran out of memory.", "Close what else uses the GPU, choose a smaller model, or train on the CPU."},
	backend.FailOOMHost:   {backend.CodeUnavailable, "The system ended the training, most likely because memory ran out.", "Close other programs or choose a smaller model, then start the training again."},
	backend.FailDisk:      {backend.CodeUnavailable, "The disk is full.", "Free some space, then resume the training."},
	backend.FailNaN:       {backend.CodeInternal, "The loss is no longer a number.", "Train again with a lower rate or another seed."},
	backend.FailData:      {backend.CodeInvalid, "The trainer refused its data or settings.", "Freeze a new dataset, or look at the run's log."},
	backend.FailApart:     {backend.CodeConflict, "No fact could be held apart from the questions beside it, so nothing was taught.", "Memory goes on answering them; other facts can be taught."},
	backend.FailPaused:    {backend.CodeCancelled, "The training is paused; what it learned is kept.", "Resume it in Training."},
	backend.FailEnv:       {backend.CodeUnavailable, "The trainer's environment is incomplete.", setUpHint},
	backend.FailCancelled: {backend.CodeCancelled, "The training was stopped.", "Resume it in Training when a checkpoint was kept."},
	backend.FailCrashed:   {backend.CodeInternal, "The trainer ended without a result.", "Look at the run's log, then start the training again."},
	backend.FailStalled:   {backend.CodeInternal, "The trainer no longer answered and was ended.", "Resume the training; if it happens again, look at the run's log."},
}

const setUpHint = "Choose Set up in Training, or run `errata trainer setup`."

// fail makes a Failure; empty message and hint take those of the class.
func fail(class backend.FailureClass, message, hint string, cause error) *Failure {
	c, ok := classes[class]
	if !ok {
		class, c = backend.FailCrashed, classes[backend.FailCrashed]
	}
	if message = strings.TrimSpace(message); message == "" {
		message = c.message
	} else if !strings.HasSuffix(message, ".") {
		message += "."
	}
	if hint == "" {
		hint = c.hint
	}
	return &Failure{Class: class, Err: &backend.Error{Code: c.code, Op: "train.run", Message: message + kept, Hint: hint, Err: cause}}
}

// patterns of the log that tell why a process ended that could not say it
// itself. Of several the last in the log counts; a longer one stands before
// those that it contains.
var patterns = []struct {
	text  string
	class backend.FailureClass
}{
	{"modulenotfounderror", backend.FailEnv},
	{"no module named", backend.FailEnv},
	{"importerror", backend.FailEnv},
	{"no space left on device", backend.FailDisk},
	{"disk quota exceeded", backend.FailDisk},
	{"cuda out of memory", backend.FailOOMGPU},
	{"cuda error: out of memory", backend.FailOOMGPU},
	{"hip out of memory", backend.FailOOMGPU},
	{"hip error: out of memory", backend.FailOOMGPU},
	{"mps backend out of memory", backend.FailOOMGPU},
	{"out of memory", backend.FailOOMHost},
	{"not enough memory", backend.FailOOMHost},
	{"can't allocate memory", backend.FailOOMHost},
	{"cannot allocate memory", backend.FailOOMHost},
	{"memoryerror", backend.FailOOMHost},
}

func classOfLog(tail string) (class backend.FailureClass, ok bool) {
	tail = strings.ToLower(strings.ReplaceAll(tail, "OutOfMemoryError:", ""))
	last := 0
	for _, p := range patterns {
		if i := strings.LastIndex(tail, p.text); i >= 0 && i+len(p.text) > last {
			class, ok, last = p.class, true, i+len(p.text)
		}
	}
	return class, ok
}

// tailBytes of the log are looked at to explain a crash; tailLines are quoted.
const (
	tailBytes = 8 << 10
	tailLines = 12
)

// tail reads the end of a log from offset on.
func tail(path string, offset int64) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		offset = max(offset, size-tailBytes)
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		return ""
	}
	b, _ := io.ReadAll(io.LimitReader(f, tailBytes))
	return strings.ToValidUTF8(strings.TrimSpace(string(b)), "\uFFFD")
}

// quote is the cause shown with a crash: how the process ended and its last words.
func quote(how error, log, path string) error {
	lines := strings.Split(log, "\n")
	if len(lines) > tailLines {
		lines = lines[len(lines)-tailLines:]
	}
	end := "exit 0"
	if how != nil {
		end = how.Error()
	}
	if log == "" {
		return fmt.Errorf("%s; nothing in %s", end, path)
	}
	return fmt.Errorf("%s; the last lines of %s:\n%s", end, path, strings.Join(lines, "\n"))
}
