package api

import (
	"context"
	"strings"
	"time"

	"errata/backend"
	"errata/backend/flow"
	"errata/backend/judge"
)

// flushEvery bounds how often text goes to a door: a screen shows no more, and
// one event a token would fill the bridge.
const flushEvery = 25 * time.Millisecond

// TextPiece is the data of "answer.text" events.
type TextPiece struct {
	Request string `json:"request"`
	Text    string `json:"text"`
	N       int    `json:"n"` // counts from 1, so that a page that joins in neither misses nor repeats one
}

// ChatView is a chat with its whole tree.
type ChatView struct {
	Chat  backend.Chat   `json:"chat"`
	Turns []backend.Turn `json:"turns"`
	// Taught says what became of the facts of its verdicts, by verdict id.
	Taught map[string]backend.FactState `json:"taught"`
	// Memory holds the approved facts that answers were given, by answer id.
	Memory map[string][]flow.Recalled `json:"memory"`
}

// Chats lists chats, pinned and newest first.
func (a *API) Chats(f backend.ChatFilter) ([]backend.Chat, error) {
	return call(a, "chats", func(context.Context) ([]backend.Chat, error) { return some(a.o.Loop.Store.Chats(f)) })
}

// Chat gives one chat with its questions, answers and verdicts.
func (a *API) Chat(id string) (ChatView, error) {
	return call(a, "chat", func(context.Context) (ChatView, error) {
		c, err := a.o.Loop.Store.Chat(id)
		if err != nil {
			return ChatView{Turns: []backend.Turn{}}, err
		}
		turns, err := some(a.o.Loop.Store.Turns(id))
		if err != nil {
			return ChatView{Turns: turns}, err
		}
		taught, err := a.taught(turns)
		if err != nil {
			return ChatView{Turns: turns}, err
		}
		return ChatView{Chat: c, Turns: turns, Taught: taught, Memory: a.memory(turns)}, nil
	})
}

func (a *API) memory(turns []backend.Turn) map[string][]flow.Recalled {
	out := map[string][]flow.Recalled{}
	for _, t := range turns {
		for _, answer := range t.Answers {
			if len(answer.MemoryFactIDs) > 0 {
				out[answer.ID] = a.o.Loop.Recalled(answer)
			}
		}
	}
	return out
}

func (a *API) taught(turns []backend.Turn) (map[string]backend.FactState, error) {
	out := map[string]backend.FactState{}
	for _, t := range turns {
		for _, v := range t.Verdicts {
			if !v.Teachable() {
				continue
			}
			f, found, err := a.o.Loop.Store.FactOfVerdict(v.ID)
			if err == nil && !found { // another verdict on the same may have given it
				f, found, err = a.o.Loop.Standing(v.Question, v.RivalValue)
			}
			if err != nil {
				return out, err
			}
			if found {
				out[v.ID] = f.State
			}
		}
	}
	return out, nil
}

// RenameChat gives a chat another title.
func (a *API) RenameChat(id, title string) (backend.Chat, error) {
	return a.changeChat(id, func(c *backend.Chat) error {
		title = strings.TrimSpace(title)
		if title == "" || len(title) > 400 {
			return backend.Errorf(backend.CodeInvalid, "chat.rename", "A title has between 1 and 400 bytes.")
		}
		c.Title = title
		return nil
	})
}

// PinChat pins a chat to the top or lets it go.
func (a *API) PinChat(id string, pinned bool) (backend.Chat, error) {
	return a.changeChat(id, func(c *backend.Chat) error { c.Pinned = pinned; return nil })
}

// MoveChat puts a chat into a folder, or out of any when folder is empty. Folders are
// there as long as a chat is in them.
func (a *API) MoveChat(id, folder string) (backend.Chat, error) {
	return a.changeChat(id, func(c *backend.Chat) error {
		folder = strings.Join(strings.Fields(folder), " ")
		if len(folder) > 200 {
			return backend.Errorf(backend.CodeInvalid, "chat.move", "The name of a folder has at most 200 bytes.")
		}
		c.Folder = folder
		return nil
	})
}

// DeleteChat puts a chat into the trash; RestoreChat takes it out again.
func (a *API) DeleteChat(id string) (backend.Chat, error) {
	return a.changeChat(id, func(c *backend.Chat) error { now := a.o.Loop.Now(); c.DeletedAt = &now; return nil })
}

// RestoreChat takes a chat out of the trash.
func (a *API) RestoreChat(id string) (backend.Chat, error) {
	return a.changeChat(id, func(c *backend.Chat) error { c.DeletedAt = nil; return nil })
}

// EmptyTrash removes deleted chats for good and says how many.
func (a *API) EmptyTrash() (int, error) {
	return call(a, "chat.empty", func(context.Context) (int, error) { return a.o.Loop.Store.EmptyTrash() })
}

// ExportChat writes a chat as "markdown", the branch up to leaf (the newest one when
// empty), or as "json", everything.
func (a *API) ExportChat(id, format, leaf string) (string, error) {
	return call(a, "chats.export", func(context.Context) (string, error) { return a.o.Loop.ExportChat(id, format, leaf) })
}

// ImportChats takes a piece of another program's export of chats. A door sends a
// file piece by piece and passes on where the last one ended; Cancel stops before
// anything of the piece is stored.
func (a *API) ImportChats(requestID string, in flow.ImportInput) (flow.ImportedChats, error) {
	return request(a, requestID, "chats.import", "", func(ctx context.Context) (flow.ImportedChats, error) { return a.o.Loop.ImportChats(ctx, in) })
}

// DeleteChats puts chats into the trash, such as those that an import brought, and
// says how many.
func (a *API) DeleteChats(ids []string) (int, error) {
	return call(a, "chats.delete", func(context.Context) (int, error) { return a.o.Loop.TrashChats(ids) })
}

func (a *API) changeChat(id string, change func(*backend.Chat) error) (backend.Chat, error) {
	return call(a, "chat.change", func(context.Context) (backend.Chat, error) { return a.o.Loop.Store.ChangeChat(id, change) })
}

// Ask answers a question; its text comes as "answer.text" events that carry the
// request's id while the call runs. Cancel stops it and keeps what came.
func (a *API) Ask(requestID string, in flow.AskInput) (flow.Asked, error) {
	requestID = a.named(requestID)
	in.Started = func(asked flow.Asked) {
		a.tell(requestID, func(r *Running) { r.Of, r.Asked = asked.Answer.ID, &asked })
	}
	return AskTo(a, requestID, in, func(text string) {
		piece := TextPiece{Request: requestID, Text: text}
		a.tell(requestID, func(r *Running) {
			r.Text += text
			r.Pieces++
			piece.N = r.Pieces
		})
		a.o.Hub.Emit(backend.Event{At: time.Now(), Topic: "answer.text", ID: requestID, Data: piece})
	})
}

// AskTo is Ask with the text given to a function, in pieces. It is no method,
// because a bound method can take no function.
func AskTo(a *API, requestID string, in flow.AskInput, show func(text string)) (flow.Asked, error) {
	return request(a, requestID, "ask", "", func(ctx context.Context) (flow.Asked, error) {
		var waiting strings.Builder
		last := time.Now()
		flush := func() {
			if waiting.Len() > 0 {
				show(waiting.String())
				waiting.Reset()
			}
			last = time.Now()
		}
		asked, err := a.o.Loop.Ask(ctx, in, func(piece string) error {
			waiting.WriteString(piece)
			if time.Since(last) >= flushEvery {
				flush()
			}
			return nil
		})
		flush()
		return asked, err
	})
}

// Reply answers without storing anything: for other programs.
func Reply(ctx context.Context, a *API, in flow.ReplyInput, onText func(string) error) (flow.Reply, error) {
	return a.o.Loop.Reply(ctx, in, onText)
}

// Check checks a stored answer against evidence; steps come as "check.step" events.
func (a *API) Check(requestID, answerID string) (backend.Verdict, error) {
	return request(a, requestID, "check", answerID, func(ctx context.Context) (backend.Verdict, error) { return a.o.Loop.Verify(ctx, answerID) })
}

// CheckText checks a given answer to a given question and stores nothing.
func (a *API) CheckText(requestID, question, answer string) (backend.Verdict, error) {
	requestID = a.named(requestID)
	return request(a, requestID, "check", "", func(ctx context.Context) (backend.Verdict, error) {
		if err := backend.ValidateQuestion(question); err != nil {
			return backend.Verdict{}, err
		}
		if strings.TrimSpace(answer) == "" {
			return backend.Verdict{}, backend.Errorf(backend.CodeInvalid, "check", "The answer is empty.").WithHint("Give the answer that is to be checked.")
		}
		return a.o.Loop.Check(ctx, backend.Question{Text: question}, backend.Answer{Text: answer, State: backend.AnswerComplete},
			func(s judge.Step) {
				a.o.Hub.Emit(backend.Event{At: time.Now(), Topic: "check.step", ID: requestID, Data: s})
			})
	})
}

// Rate keeps a person's agreement or disagreement with a verdict.
func (a *API) Rate(verdictID string, agree bool, note string) error {
	_, err := call(a, "rate", func(context.Context) (struct{}, error) { return struct{}{}, a.o.Loop.Rate(verdictID, agree, note) })
	return err
}

// Cycle counts the last ten checked answers.
func (a *API) Cycle() (backend.Cycle, error) {
	return call(a, "cycle", func(context.Context) (backend.Cycle, error) { return a.o.Loop.Cycle() })
}
