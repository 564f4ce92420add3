package dataset

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"errata/backend"
)

// Formats are the formats that other trainers read. All hold the rows that have a
// completion and none that measure.
var Formats = []string{"chatml", "openai", "alpaca", "csv"}

// Export writes rows in one of Formats:
//
//	chatml  {"messages": […], "text": …, "weight": …} a line
//	openai  {"messages": […]} a line, as OpenAI's fine-tuning takes it
//	alpaca  a list of {"instruction", "input", "output"}, with "system" where there is one
//	csv     system, instruction, output, kind, form, weight under a head
func Export(w io.Writer, rows []backend.Row, format string) error {
	switch format {
	case "chatml":
		return writeLines(w, rows, chatML)
	case "openai":
		return writeLines(w, rows, openAI)
	case "alpaca":
		return failedWrite(writeAlpaca(w, rows))
	case "csv":
		return failedWrite(writeCSV(w, rows))
	}
	return backend.Errorf(backend.CodeInvalid, "dataset.export", "There is no format %q.", format).WithHint("The formats are " + strings.Join(Formats, ", ") + ".")
}

type exported struct {
	Messages []backend.Message `json:"messages"`
	Text     string            `json:"text,omitempty"`
	Weight   float64           `json:"weight,omitempty"`
}

// messages are a row as a conversation; false for a row that only holds or measures.
func messages(r backend.Row) ([]backend.Message, bool) {
	if r.Completion == "" || r.Kind == backend.RowProbe || r.Kind == backend.RowGuardProbe {
		return nil, false
	}
	return append(backend.ParseChatML(r.Prompt), backend.Message{Role: backend.RoleAssistant, Content: r.Completion}), true
}

func chatML(r backend.Row) (any, bool) {
	m, ok := messages(r)
	return exported{Messages: m, Text: r.Prompt + r.Completion + "<|im_end|>\n", Weight: r.Weight}, ok
}

func openAI(r backend.Row) (any, bool) {
	m, ok := messages(r)
	return exported{Messages: m}, ok
}

// pair is a row as an instruction and its answer.
type pair struct {
	System      string `json:"system,omitempty"`
	Instruction string `json:"instruction"`
	Input       string `json:"input"` // part of the format; ours need none
	Output      string `json:"output"`
}

func pairOf(r backend.Row) (p pair, ok bool) {
	list, ok := messages(r)
	for _, m := range list {
		switch m.Role {
		case backend.RoleSystem:
			p.System = m.Content
		case backend.RoleUser:
			p.Instruction = m.Content
		case backend.RoleAssistant:
			p.Output = m.Content
		}
	}
	return p, ok
}

func writeAlpaca(w io.Writer, rows []backend.Row) error {
	pairs := []pair{}
	for _, r := range rows {
		if p, ok := pairOf(r); ok {
			pairs = append(pairs, p)
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(pairs)
}

func writeCSV(w io.Writer, rows []backend.Row) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"system", "instruction", "output", "kind", "form", "weight"}); err != nil {
		return err
	}
	for _, r := range rows {
		p, ok := pairOf(r)
		if !ok {
			continue
		}
		if err := out.Write([]string{cell(p.System), cell(p.Instruction), cell(p.Output), string(r.Kind), cell(r.Form), strconv.FormatFloat(r.Weight, 'g', -1, 64)}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// cell keeps a spreadsheet from taking a text for a formula: it gets an apostrophe
// in front, as one would type it. A number is none.
func cell(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}

func failedWrite(err error) error {
	return backend.Wrap(err, backend.CodeUnavailable, "dataset.export", "The rows could not be written.")
}
