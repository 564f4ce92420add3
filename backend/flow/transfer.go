package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"errata/backend"
	"errata/backend/chatfile"
)

// ExportChat writes a chat: Markdown holds the branch that ends with leaf, a question
// or an answer, or the newest one without; JSON holds all branches and verdicts.
func (l *Loop) ExportChat(id, format, leaf string) (string, error) {
	if !slices.Contains(chatfile.Formats, format) {
		return "", backend.Errorf(backend.CodeInvalid, "chats.export", "There is no format %q.", format).WithHint("The formats are " + strings.Join(chatfile.Formats, " and ") + ".")
	}
	c, err := l.Store.Chat(id)
	if err != nil {
		return "", err
	}
	asked, err := l.Store.Turns(id)
	if err != nil {
		return "", err
	}
	turns := make([]chatfile.Turn, len(asked))
	for i, t := range asked {
		turns[i] = chatfile.Turn{Question: t.Question, Answers: t.Answers, Ratings: t.Ratings, Verdicts: map[string][]backend.Verdict{}}
		for answerID := range t.Verdicts {
			if turns[i].Verdicts[answerID], err = l.Store.VerdictsOf(answerID); err != nil {
				return "", err
			}
		}
	}
	export := chatfile.NewExport(c, turns, leaf, l.Now())
	if format == "markdown" {
		return export.Markdown(), nil
	}
	return export.JSON()
}

// ImportInput is a piece of a file of chats.
type ImportInput struct {
	Piece []byte         `json:"piece"`
	At    chatfile.Place `json:"at"` // as the piece before gave it, zero for the first
	Last  bool           `json:"last"`
}

// ImportedChats says what a piece brought. The next piece begins Read bytes behind
// the beginning of this one; where Read is 0, it has to be longer.
type ImportedChats struct {
	Read      int            `json:"read"`
	At        chatfile.Place `json:"at"`
	Added     []string       `json:"added"`    // ids of the chats that are new or came out of the trash
	Grown     int            `json:"grown"`    // were here and got more
	Known     int            `json:"known"`    // were here with all they hold
	Answers   int            `json:"answers"`  // new ones
	LeftOut   map[string]int `json:"left_out"` // what was not taken and how often
	Problems  []string       `json:"problems"` // "chat 3 (Title): …"
	Questions int            `json:"questions"`
}

// Count is how many chats the file held so far that could be read.
func (c ImportedChats) Count() int { return len(c.Added) + c.Grown + c.Known }

// Add puts what the next piece brought to what came before.
func (c *ImportedChats) Add(next ImportedChats) {
	c.Read += next.Read
	c.At = next.At
	c.Added = append(c.Added, next.Added...)
	c.Grown += next.Grown
	c.Known += next.Known
	c.Questions += next.Questions
	c.Answers += next.Answers
	c.Problems = append(c.Problems, next.Problems...)
	if c.LeftOut == nil {
		c.LeftOut = map[string]int{}
	}
	for what, n := range next.LeftOut {
		c.LeftOut[what] += n
	}
}

// ImportPiece is how many bytes of a file a door sends at once, MostChat the longest
// piece, with which a larger chat is sent.
const (
	ImportPiece = 4 << 20
	MostChat    = chatfile.MostChat
)

// ImportChats takes the chats of a piece of ChatGPT's or Open WebUI's export. A chat
// that cannot be read is named and passed over; one that is here already gets what
// it does not have. All of a piece is stored, or nothing.
func (l *Loop) ImportChats(ctx context.Context, in ImportInput) (ImportedChats, error) {
	out := ImportedChats{Added: []string{}, LeftOut: map[string]int{}, Problems: []string{}}
	if len(in.Piece) > MostChat {
		return out, backend.Errorf(backend.CodeInvalid, "chats.import", "A piece of a file may have %d MB.", MostChat>>20)
	}
	parts, at, read, err := chatfile.Split(in.Piece, in.At, in.Last)
	if err != nil {
		return out, err
	}
	out.At, out.Read = at, read
	var trees []backend.ChatTree
	now := l.Now()
	for _, p := range parts {
		if ctx.Err() != nil {
			return out, backend.Wrap(ctx.Err(), backend.CodeCancelled, "chats.import", "The import was stopped.")
		}
		if p.Problem == "" {
			found, err := chatfile.Read(p.JSON, now)
			if err != nil {
				p.Problem = plain(err)
			} else {
				trees = append(trees, found.Tree)
				out.note(p.Number, found)
				continue
			}
		}
		out.Problems = append(out.Problems, fmt.Sprintf("chat %d: %s", p.Number, p.Problem))
	}
	taken, err := l.Store.TakeChats(trees)
	if err != nil {
		return out, err
	}
	for _, t := range taken {
		out.Questions += t.Questions
		out.Answers += t.Answers
		switch {
		case t.New || t.Restored:
			out.Added = append(out.Added, t.ID)
		case t.Questions+t.Answers > 0:
			out.Grown++
		default:
			out.Known++
		}
	}
	if out.Count() > out.Known {
		l.emit("chats.changed", "", nil)
	}
	return out, nil
}

func (c *ImportedChats) note(n int, found chatfile.Found) {
	for _, p := range found.Problems {
		c.Problems = append(c.Problems, fmt.Sprintf("chat %d (%s): without %s", n, found.Tree.Chat.Title, p))
	}
	for what, n := range found.LeftOut {
		c.LeftOut[what] += n
	}
}

// TrashChats puts chats into the trash, to take an import back.
func (l *Loop) TrashChats(ids []string) (int, error) {
	n, err := l.Store.TrashChats(ids, l.Now())
	if n > 0 {
		l.emit("chats.changed", "", nil)
	}
	return n, err
}
