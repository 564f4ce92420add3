package dataset

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"errata/backend"
)

// Lesson is one line of a file that gives a question and its answer.
type Lesson struct {
	Line int // where it stands, from 1; in a JSON list, which of its entries
	Fact backend.Fact
}

// Fault is one line that holds no fact, with the reason in plain words.
type Fault struct {
	Line int    `json:"line"`
	Why  string `json:"why"`
}

// maxLessonLine is how long one line may be.
const maxLessonLine = 1 << 20

// ReadLessons reads a file of questions and answers, however many lines are wrong:
//
//	JSON lines   {"question", "answer", …} as Errata writes its facts, {"messages": […]}
//	             as ChatML and OpenAI's fine-tuning have it, {"instruction", "output"}
//	JSON list    of the same
//	CSV          under a head with question or instruction, answer or output, and old_answer if there is one
//
// format says which it was: "jsonl", "json" or "csv". Whether a fact can be taught and
// whether it is known already is not looked at.
func ReadLessons(text string) (format string, lessons []Lesson, faults []Fault) {
	text = strings.TrimPrefix(text, "\ufeff")
	switch begin := strings.TrimSpace(text); {
	case strings.HasPrefix(begin, "["):
		lessons, faults = readList(text)
		return "json", lessons, faults
	case strings.HasPrefix(begin, "{"):
		lessons, faults = readLines(text)
		return "jsonl", lessons, faults
	default:
		lessons, faults = readCSV(text)
		return "csv", lessons, faults
	}
}

func readLines(text string) (lessons []Lesson, faults []Fault) {
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		readEntry(i+1, []byte(line), &lessons, &faults)
	}
	return lessons, faults
}

func readList(text string) (lessons []Lesson, faults []Fault) {
	dec := json.NewDecoder(strings.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return nil, []Fault{{1, "It is not JSON."}}
	}
	for n := 1; dec.More(); n++ {
		var entry json.RawMessage
		if err := dec.Decode(&entry); err != nil {
			return lessons, append(faults, Fault{n, "The list breaks off or is not JSON here; nothing after it was read."})
		}
		readEntry(n, entry, &lessons, &faults)
	}
	if _, err := dec.Token(); err != nil {
		faults = append(faults, Fault{len(lessons) + len(faults), "The list breaks off behind this entry."})
	}
	return lessons, faults
}

func readEntry(n int, entry []byte, lessons *[]Lesson, faults *[]Fault) {
	f, why := lessonOf(entry)
	if why != "" {
		*faults = append(*faults, Fault{n, why})
		return
	}
	*lessons = append(*lessons, Lesson{n, f})
}

// lessonOf reads one JSON object of any of the formats; why is empty when it is right.
func lessonOf(entry []byte) (f backend.Fact, why string) {
	if len(entry) > maxLessonLine {
		return f, "It is longer than 1 MiB."
	}
	if !bytes.HasPrefix(entry, []byte("{")) {
		return f, "It is not a JSON object."
	}
	var other struct {
		Messages []backend.Message `json:"messages"`
		pair
	}
	if err := json.Unmarshal(entry, &f); err != nil {
		return f, wrongJSON(err)
	}
	if err := json.Unmarshal(entry, &other); err != nil {
		return f, wrongJSON(err)
	}
	switch {
	case len(other.Messages) > 0:
		return conversation(other.Messages)
	case f.Question == "" && other.Instruction != "":
		f.Question, f.Answer = strings.TrimSpace(other.Instruction+"\n"+other.Input), other.Output
	}
	return f, missing(f)
}

func wrongJSON(err error) string {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Sprintf("Its %q is not what it should be.", kind.Field[strings.LastIndex(kind.Field, ".")+1:])
	}
	return "It is not JSON."
}

// conversation takes one question and the answer to it; the system turn is ours to set.
func conversation(messages []backend.Message) (f backend.Fact, why string) {
	messages = slices.DeleteFunc(messages, func(m backend.Message) bool { return m.Role == backend.RoleSystem })
	if len(messages) != 2 || messages[0].Role != backend.RoleUser || messages[1].Role != backend.RoleAssistant {
		return f, "It is not one question with one answer."
	}
	f.Question, f.Answer = messages[0].Content, messages[1].Content
	return f, missing(f)
}

func missing(f backend.Fact) string {
	switch {
	case strings.TrimSpace(f.Question) == "":
		return "It has no question."
	case strings.TrimSpace(f.Answer) == "":
		return "It has no answer."
	}
	return ""
}

func readCSV(text string) (lessons []Lesson, faults []Fault) {
	in := csv.NewReader(strings.NewReader(text))
	in.FieldsPerRecord, in.LazyQuotes = -1, true
	head, err := in.Read()
	if err != nil {
		return nil, []Fault{{1, "There is nothing to read."}}
	}
	column := func(names ...string) int {
		return slices.IndexFunc(head, func(h string) bool { return slices.Contains(names, strings.ToLower(strings.TrimSpace(h))) })
	}
	question, answer, old := column("question", "instruction", "prompt"), column("answer", "output", "completion"), column("old_answer")
	if question < 0 || answer < 0 {
		return nil, []Fault{{1, "It is neither JSON nor a CSV whose first line names a question and an answer."}}
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return lessons, faults
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			return lessons, append(faults, Fault{line, "It is not CSV; nothing after it was read."})
		}
		at := func(i int) string {
			if i < 0 || i >= len(row) {
				return ""
			}
			return uncell(row[i])
		}
		f := backend.Fact{Question: at(question), Answer: at(answer), OldAnswer: at(old)}
		if why := missing(f); why != "" {
			faults = append(faults, Fault{line, why})
			continue
		}
		lessons = append(lessons, Lesson{line, f})
	}
}

// uncell takes off the apostrophe that cell put in front.
func uncell(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && cell(rest) == s {
		return rest
	}
	return s
}
