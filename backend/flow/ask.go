package flow

import (
	"cmp"
	"context"
	"errors"
	"time"

	"errata/backend"
)

// AskInput is a question in a chat. With QuestionID set, that question is
// answered once more.
type AskInput struct {
	ChatID     string            `json:"chat_id"`     // empty: a new chat
	ParentID   string            `json:"parent_id"`   // the answer it follows, empty for the first
	QuestionID string            `json:"question_id"` // answer this one again
	Text       string            `json:"text"`
	Manner     *backend.Manner   `json:"manner"`  // of a new chat
	Version    string            `json:"version"` // empty: the chat's
	Memory     *bool             `json:"memory"`  // nil: as in the settings
	Sampling   *backend.Sampling `json:"sampling"`
	System     string            `json:"system"`
	Started    func(Asked)       `json:"-"` // when set, told once the answer is stored and before its text comes
}

// Asked is the stored question with its answer.
type Asked struct {
	Chat     backend.Chat     `json:"chat"`
	Question backend.Question `json:"question"`
	Answer   backend.Answer   `json:"answer"`
	Memory   []Recalled       `json:"memory,omitempty"` // approved facts that the answer was given
}

// Ask stores the question first, then streams the answer and stores it. When the
// stream breaks, the partial answer is stored as interrupted and the error says why.
func (l *Loop) Ask(ctx context.Context, in AskInput, onText func(string) error) (Asked, error) {
	asked, err := l.storeQuestion(in)
	if err != nil {
		return asked, err
	}
	history, err := l.history(asked.Question)
	if err != nil {
		return asked, err
	}
	settings, err := l.Store.Settings()
	if err != nil {
		return asked, err
	}
	memory := settings.Memory
	if in.Memory != nil {
		memory = *in.Memory
	}
	answer := backend.Answer{
		ID: l.NewID(), QuestionID: asked.Question.ID, ChatID: asked.Chat.ID,
		State: backend.AnswerStreaming, Source: backend.SourceWeights, CreatedAt: l.Now(),
	}
	asked.Answer = answer
	if err := l.Store.PutAnswer(answer); err != nil {
		return asked, err
	}
	if in.Started != nil {
		in.Started(asked)
	}
	l.emit("answer.started", answer.ID, asked)

	manner := asked.Chat.Manner
	reply, replyErr := l.Reply(ctx, ReplyInput{
		Version: cmp.Or(in.Version, manner.Version), History: history, Question: asked.Question.Text,
		System: cmp.Or(in.System, manner.SystemTurn(l.Now())), Memory: memory, Sampling: cmp.Or(in.Sampling, manner.Sampling),
		OnWait: func() {
			l.emit("answer.waiting", answer.ID, "A new version is being put in place; your question waits for it.")
		},
	}, func(piece string) error {
		if onText != nil {
			return onText(piece)
		}
		return nil
	})
	asked.Answer = finishAnswer(answer, reply, replyErr, l.Now())
	if err := l.Store.PutAnswer(asked.Answer); err != nil {
		return asked, errors.Join(replyErr, err)
	}
	if _, err := l.Store.ChangeChat(asked.Chat.ID, func(c *backend.Chat) error { c.UpdatedAt = l.Now(); return nil }); err != nil {
		return asked, errors.Join(replyErr, err)
	}
	asked.Memory = l.Recalled(asked.Answer)
	l.emit("answer.finished", answer.ID, asked)
	return asked, replyErr
}

func finishAnswer(a backend.Answer, r Reply, err error, now time.Time) backend.Answer {
	a.VersionID, a.VersionName, a.Model, a.AdapterSHA256 = r.Version.ID, r.Version.Name(), r.Version.EngineName, r.Version.AdapterID
	a.Sampling, a.Text, a.Source, a.MemoryFactIDs = r.Sampling, r.Result.Text, r.Source, r.MemoryFactIDs
	a.LeftOut = r.LeftOut
	if a.Other = r.Other; a.Other {
		a.VersionName = r.Version.Model
	}
	if a.Source == "" {
		a.Source = backend.SourceWeights
	}
	a.PromptTokens, a.OutputTokens, a.TokensPerSecond = r.Result.PromptTokens, r.Result.OutputTokens, r.Result.TokensPerSecond()
	a.FinishedAt, a.State = now, backend.AnswerComplete
	if err != nil {
		a.State = backend.AnswerInterrupted
		a.Reason = plain(err)
	}
	return a
}

// plain is an error as a person reads it: the outermost sentence, without codes.
func plain(err error) string {
	if errors.Is(err, context.Canceled) {
		return "Stopped."
	}
	var e *backend.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}

func (l *Loop) storeQuestion(in AskInput) (Asked, error) {
	var a Asked
	if in.QuestionID != "" {
		q, err := l.Store.Question(in.QuestionID)
		if err != nil {
			return a, err
		}
		a.Question = q
		a.Chat, err = l.Store.Chat(q.ChatID)
		return a, err
	}
	if err := backend.ValidateQuestion(in.Text); err != nil {
		return a, err
	}
	var err error
	now := l.Now()
	if in.ChatID == "" {
		a.Chat = backend.Chat{ID: l.NewID(), Title: backend.TitleFrom(in.Text), CreatedAt: now, UpdatedAt: now}
		if in.Manner != nil {
			a.Chat.Manner = *in.Manner
		}
		if err = a.Chat.Manner.Validate(); err == nil {
			err = l.Store.AddChat(a.Chat)
		}
	} else {
		a.Chat, err = l.Store.Chat(in.ChatID)
	}
	if err != nil {
		return a, err
	}
	if a.Chat.DeletedAt != nil {
		return a, backend.Errorf(backend.CodeConflict, "ask", "This chat is in the trash.").WithHint("Restore it first.")
	}
	if in.ParentID != "" {
		parent, err := l.Store.Answer(in.ParentID)
		if err != nil {
			return a, err
		}
		if parent.ChatID != a.Chat.ID {
			return a, backend.Errorf(backend.CodeInvalid, "ask", "The question follows an answer of another chat.")
		}
	}
	a.Question = backend.Question{ID: l.NewID(), ChatID: a.Chat.ID, ParentID: in.ParentID, Text: in.Text, CreatedAt: now}
	return a, l.Store.AddQuestion(a.Question)
}

// history walks from a question up to the root and returns the turns before it.
func (l *Loop) history(q backend.Question) ([]backend.Message, error) {
	var back []backend.Message
	for parent := q.ParentID; parent != ""; {
		a, err := l.Store.Answer(parent)
		if err != nil {
			return nil, err
		}
		pq, err := l.Store.Question(a.QuestionID)
		if err != nil {
			return nil, err
		}
		if a.State == backend.AnswerComplete {
			back = append(back, backend.Message{Role: backend.RoleAssistant, Content: a.Text}, backend.Message{Role: backend.RoleUser, Content: pq.Text})
		}
		parent = pq.ParentID
	}
	for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
		back[i], back[j] = back[j], back[i]
	}
	return back, nil
}
