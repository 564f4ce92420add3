package backend

import (
	"strings"
	"time"
	"unicode/utf8"
)

// MaxQuestionRunes bounds one question; a longer one is refused with its
// length, never cut in silence.
const MaxQuestionRunes = 32_000

// Chat is a tree of questions and answers.
type Chat struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Folder    string     `json:"folder,omitempty"`
	Pinned    bool       `json:"pinned,omitempty"`
	Manner    Manner     `json:"manner,omitzero"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
	DeletedAt *time.Time `json:"deleted_at,omitempty"` // tombstone until emptied
}

// Question is what was asked. ParentID is the Answer it follows, empty for the
// first one of a chat.
type Question struct {
	ID        string    `json:"id"`
	ChatID    string    `json:"chat_id"`
	ParentID  string    `json:"parent_id,omitempty"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
}

// ValidateQuestion refuses an empty or an overlong question.
func ValidateQuestion(text string) error {
	if strings.TrimSpace(text) == "" {
		return Errorf(CodeInvalid, "question", "The question is empty.").WithHint("Type a question first.")
	}
	if !utf8.ValidString(text) {
		return Errorf(CodeInvalid, "question", "The question is not valid text (UTF-8).")
	}
	if n := utf8.RuneCountInString(text); n > MaxQuestionRunes {
		return Errorf(CodeInvalid, "question", "The question has %d characters; at most %d fit. It was not sent and nothing is lost.", n, MaxQuestionRunes).
			WithHint("Shorten it, or put the long text into the library as a document.")
	}
	return nil
}

// AnswerState is where an answer stands.
type AnswerState string

// An answer is complete only when the engine said so; anything else is never
// judged and never learned from.
const (
	AnswerStreaming   AnswerState = "streaming"
	AnswerComplete    AnswerState = "complete"
	AnswerInterrupted AnswerState = "interrupted"
)

// Source says where an answer came from.
type Source string

// The sources of an answer.
const (
	SourceWeights   Source = "weights"
	SourceMemory    Source = "memory" // approved facts given as context
	SourceDocuments Source = "documents"
	SourceClock     Source = "clock"    // the date in the system prompt
	SourceImported  Source = "imported" // another program's model said it
)

// Answer is what a named model version replied.
type Answer struct {
	ID              string      `json:"id"`
	QuestionID      string      `json:"question_id"`
	ChatID          string      `json:"chat_id"`
	VersionID       string      `json:"version_id,omitempty"` // empty: the plain base
	VersionName     string      `json:"version_name"`         // "base", "v3"
	Model           string      `json:"model"`                // the engine's name
	AdapterSHA256   string      `json:"adapter_sha256,omitempty"`
	Sampling        Sampling    `json:"sampling"`
	Text            string      `json:"text"`
	State           AnswerState `json:"state"`
	Reason          string      `json:"reason,omitempty"` // why it was interrupted
	Source          Source      `json:"source"`
	MemoryFactIDs   []string    `json:"memory_fact_ids,omitempty"`
	Other           bool        `json:"other,omitempty"`    // a model said it that is not the one being taught
	LeftOut         int         `json:"left_out,omitempty"` // earlier turns of its branch that did not fit into the context
	PromptTokens    int         `json:"prompt_tokens"`
	OutputTokens    int         `json:"output_tokens"`
	TokensPerSecond float64     `json:"tokens_per_second"`
	CreatedAt       time.Time   `json:"created_at"`
	FinishedAt      time.Time   `json:"finished_at"`
}

// Turn is a question with its answers (several after a regenerate) and their
// verdicts, newest last, as a chat shows them.
type Turn struct {
	Question Question           `json:"question"`
	Answers  []Answer           `json:"answers"`
	Verdicts map[string]Verdict `json:"verdicts"` // by answer id, the latest
	Ratings  map[string]Rating  `json:"ratings"`  // by verdict id
}

// ChatTree is a chat of another program with all its branches.
type ChatTree struct {
	Chat      Chat
	Questions []Question
	Answers   []Answer
}

// TakenChat says what a ChatTree brought that was not there before.
type TakenChat struct {
	ID        string
	New       bool // no chat had its id
	Restored  bool // it was in the trash
	Questions int
	Answers   int
}

// TitleFrom makes a chat's title of its first question.
func TitleFrom(question string) string {
	title := strings.Join(strings.Fields(question), " ")
	if utf8.RuneCountInString(title) <= 60 {
		return title
	}
	return strings.TrimSpace(string([]rune(title)[:59])) + "…"
}
