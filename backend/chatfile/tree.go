package chatfile

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"errata/backend"
)

// mostText is how many bytes the questions and answers of one chat may have: parts
// of an answer stand in every branch that goes through them.
const mostText = 64 << 20

const (
	noQuestion = "(The chat begins with an answer.)"
	noAnswer   = "The imported file holds no answer to this."
	tick       = time.Millisecond // between two messages of which the file has no time
)

// strand is what of a turn stands on the way to a message.
type strand struct {
	parent   string // the answer that the turn follows
	question string
	said     *said
	at       time.Time
}

// said is a part of an answer, and the parts before it.
type said struct {
	message
	before *said
}

type builder struct {
	file
	out  backend.ChatTree
	ids  map[string]bool
	room int
	leaf string // the last question or answer of the branch that was shown
}

// tree makes questions and answers of messages that name the one before them. lost
// counts those that no beginning leads to.
func (f *file) tree() (tree backend.ChatTree, lost int, err error) {
	b := &builder{file: *f, ids: map[string]bool{}, room: mostText}
	after := map[string][]message{}
	known := map[string]bool{}
	for _, m := range f.messages {
		known[m.id] = true
	}
	for _, m := range f.messages {
		if !known[m.parent] {
			m.parent = ""
		}
		after[m.parent] = append(after[m.parent], m)
	}
	for _, list := range after {
		slices.SortFunc(list, func(x, y message) int {
			return cmp.Or(cmp.Compare(x.order, y.order), x.at.Compare(y.at), cmp.Compare(x.id, y.id))
		})
	}
	b.head(after[""])
	if lost, err = b.walk(after); err != nil {
		return backend.ChatTree{}, 0, err
	}
	if len(b.out.Questions) == 0 {
		return backend.ChatTree{}, 0, bad("It holds no message that can be read.", nil)
	}
	b.show()
	b.close()
	return b.out, lost, nil
}

// head names the chat. One without an id of its own is known by how it begins.
func (b *builder) head(first []message) {
	for _, m := range b.messages {
		if b.from.IsZero() || !m.at.IsZero() && m.at.Before(b.from) {
			b.from = m.at
		}
	}
	if b.from.IsZero() {
		b.from = b.now
	}
	id := []string{b.product, b.id}
	if b.id == "" {
		id = append(id, b.title)
		for _, m := range first {
			id = append(id, m.text)
		}
	}
	b.out.Chat = backend.Chat{ID: digest("chat", id...), Title: Title(b.title), Folder: b.product, Pinned: b.pinned, CreatedAt: b.from}
}

// walk goes through all branches, each message once.
func (b *builder) walk(after map[string][]message) (lost int, err error) {
	type step struct {
		message
		strand
	}
	var todo []step
	push := func(list []message, s strand) {
		for i, m := range slices.Backward(list) {
			if m.at.IsZero() {
				m.at = s.at.Add(time.Duration(i+1) * tick)
			}
			todo = append(todo, step{m, s})
		}
	}
	seen := 0
	for push(after[""], strand{at: b.from}); len(todo) > 0; {
		m, s := todo[len(todo)-1].message, todo[len(todo)-1].strand
		todo = todo[:len(todo)-1]
		seen++
		s.at = m.at
		switch m.role {
		case asked:
			s = b.ask(b.answer(s, true), m)
		case answered:
			s.said = &said{m, s.said}
		case passed:
		}
		next := after[m.id]
		if m.id == "" {
			next = nil // its own follower, or everybody's
		}
		end := s
		if len(next) == 0 {
			end = b.answer(s, false)
		}
		if m.id == b.current {
			b.leaf = cmp.Or(end.question, end.parent)
		}
		push(next, s)
		if b.room < 0 {
			return 0, bad(fmt.Sprintf("Its branches together hold more than %d MB of text.", mostText>>20), nil)
		}
	}
	return len(b.messages) - seen, nil
}

// ask begins a turn.
func (b *builder) ask(s strand, m message) strand {
	id := digest("question", b.out.Chat.ID, s.parent, m.id, m.text)
	if b.take(id, m.text) {
		b.out.Questions = append(b.out.Questions, backend.Question{ID: id, ChatID: b.out.Chat.ID, ParentID: s.parent, Text: m.text, CreatedAt: m.at})
	}
	return strand{parent: s.parent, question: id, at: m.at}
}

// answer ends a turn, if one was begun. One that goes on needs an answer to follow.
func (b *builder) answer(s strand, goesOn bool) strand {
	if s.question == "" && s.said == nil || s.said == nil && !goesOn {
		return s
	}
	a := backend.Answer{ChatID: b.out.Chat.ID, State: backend.AnswerComplete, Source: backend.SourceImported, CreatedAt: s.at, FinishedAt: s.at}
	var texts, ids []string
	for p := s.said; p != nil; p = p.before {
		texts, ids = append(texts, p.text), append(ids, p.id)
		a.CreatedAt = p.at
		if a.Model == "" {
			a.Model = p.model
		}
		a.Reason = cmp.Or(a.Reason, p.broken)
	}
	slices.Reverse(texts)
	if s.question == "" {
		s = b.ask(s, message{id: "beginning", text: noQuestion, at: a.CreatedAt})
	}
	a.Text = strings.TrimSpace(strings.Join(texts, "\n\n"))
	a.VersionName = cut(oneLine(cmp.Or(a.Model, b.model, b.product)), 80)
	a.Model = a.VersionName
	if a.Text == "" {
		a.Reason = cmp.Or(a.Reason, noAnswer)
	}
	if a.Reason != "" {
		a.State = backend.AnswerInterrupted
	}
	a.QuestionID = s.question
	a.ID = digest("answer", append([]string{s.question, a.Text}, ids...)...)
	if b.take(a.ID, a.Text) {
		b.out.Answers = append(b.out.Answers, a)
	}
	return strand{parent: a.ID, at: s.at}
}

// take says whether an id is new; its text uses up the room.
func (b *builder) take(id, text string) bool {
	if b.ids[id] {
		return false
	}
	b.ids[id] = true
	b.room -= len(text)
	return true
}

// show makes the branch that was shown the newest one at every fork, because that is
// the one a chat of ours opens with.
func (b *builder) show() {
	questions, answers := map[string]int{}, map[string]int{}
	forks := map[string][]*time.Time{} // when what follows the same thing was said
	for i := range b.out.Questions {
		q := &b.out.Questions[i]
		questions[q.ID] = i
		forks["after "+q.ParentID] = append(forks["after "+q.ParentID], &q.CreatedAt)
	}
	for i := range b.out.Answers {
		a := &b.out.Answers[i]
		answers[a.ID] = i
		forks["of "+a.QuestionID] = append(forks["of "+a.QuestionID], &a.CreatedAt)
	}
	newest := func(fork string, own *time.Time) {
		for _, at := range forks[fork] {
			if at != own && !own.After(*at) {
				*own = at.Add(tick)
			}
		}
	}
	for id := b.leaf; id != ""; {
		if i, ok := answers[id]; ok {
			a := &b.out.Answers[i]
			newest("of "+a.QuestionID, &a.CreatedAt)
			id = a.QuestionID
			continue
		}
		q := &b.out.Questions[questions[id]]
		newest("after "+q.ParentID, &q.CreatedAt)
		id = q.ParentID
	}
}

// close gives the chat what only its messages say.
func (b *builder) close() {
	c := &b.out.Chat
	if c.Title == "" {
		c.Title = backend.TitleFrom(b.out.Questions[0].Text)
	}
	last := b.to
	for _, q := range b.out.Questions {
		if q.CreatedAt.After(last) {
			last = q.CreatedAt
		}
	}
	c.UpdatedAt = last
}

// digest makes an id of what a thing is.
func digest(kind string, parts ...string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", kind)
	for _, p := range parts {
		fmt.Fprintf(h, "%d\x00%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// Title is a title in one line that fits a list.
func Title(s string) string { return cut(oneLine(s), 120) }

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}

// oneLine is a text without what would break a line or turn its direction.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r):
			return ' '
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
