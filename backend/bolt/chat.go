package bolt

import (
	"time"

	"errata/backend"
)

const (
	scopeLive  = "live"
	scopeTrash = "trash"
)

var chats = table[backend.Chat]{
	bucket: "chat", noun: "chat",
	id: func(c *backend.Chat) string { return c.ID },
	index: func(c *backend.Chat) []entry {
		scope := scopeLive
		if c.DeletedAt != nil {
			scope = scopeTrash
		}
		return append(wordEntries(chatWord, scope, wordsOf(c.Title, c.Folder), chatPosition(c), c.ID),
			at(chatByUse, scope, chatPosition(c), c.ID))
	},
}

// chatPosition puts pinned chats over the others and newer over older ones.
func chatPosition(c *backend.Chat) []byte {
	pinned := byte(0)
	if c.Pinned {
		pinned = 1
	}
	return append([]byte{pinned}, stamp(c.UpdatedAt)...)
}

var questions = table[backend.Question]{
	bucket: "question", noun: "question",
	id: func(q *backend.Question) string { return q.ID },
	index: func(q *backend.Question) []entry {
		return []entry{at(questionByChat, q.ChatID, stamp(q.CreatedAt), q.ID)}
	},
}

var answers = table[backend.Answer]{
	bucket: "answer", noun: "answer",
	id: func(a *backend.Answer) string { return a.ID },
	index: func(a *backend.Answer) []entry {
		out := []entry{at(answerByQuestion, a.QuestionID, stamp(a.CreatedAt), a.ID)}
		if a.State == backend.AnswerStreaming {
			out = append(out, at(answerStreaming, "", stamp(a.CreatedAt), a.ID))
		}
		return out
	},
}

// AddChat stores a new chat.
func (s *Store) AddChat(c backend.Chat) error {
	return s.update("bolt.chat.add", func(tx *tx) error {
		if err := checkID("chat", c.ID); err != nil {
			return err
		}
		return chats.add(tx, &c)
	})
}

// Chat gets one chat, a deleted one too.
func (s *Store) Chat(id string) (c backend.Chat, err error) {
	err = s.view("bolt.chat", func(tx *tx) error { c, err = chats.get(tx, id); return err })
	return c, err
}

// Chats gives a page of chats, pinned first and then the most recently used.
// Query finds words of title and folder. A page after a chat that was used
// since then begins at its new place.
func (s *Store) Chats(f backend.ChatFilter) (out []backend.Chat, err error) {
	scope := scopeLive
	if f.Deleted {
		scope = scopeTrash
	}
	err = s.view("bolt.chats", func(tx *tx) error {
		after, err := cursor(tx, &chats, f.After, chatPosition)
		if err != nil {
			return err
		}
		if found := search(tx, chatWord, scope, f.Query); found != nil {
			out, err = chats.page(tx, chatWord, found, after, limitOf(f.Limit))
			return err
		}
		out, err = chats.page(tx, chatByUse, scopeOf(tx, chatByUse, scope), after, limitOf(f.Limit))
		return err
	})
	return orEmpty(out), err
}

// ChangeChat runs change on the chat inside the transaction; change is pure.
func (s *Store) ChangeChat(id string, change func(*backend.Chat) error) (c backend.Chat, err error) {
	err = s.update("bolt.chat.change", func(tx *tx) error {
		c, err = chats.change(tx, id, change, nil)
		return err
	})
	return c, err
}

// EmptyTrash removes the deleted chats with their questions, answers, verdicts
// and ratings, and says how many chats went. A verdict from which a fact or an
// anchor was made stays as their proof. Damaged records are left where they are.
func (s *Store) EmptyTrash() (removed int, err error) {
	err = s.update("bolt.trash.empty", func(tx *tx) error {
		trash, err := chats.page(tx, chatByUse, scopeOf(tx, chatByUse, scopeTrash), nil, -1)
		if err != nil {
			return err
		}
		for _, c := range trash {
			if err := removeChat(tx, c.ID); err != nil {
				return err
			}
		}
		removed = len(trash)
		return nil
	})
	if err != nil {
		removed = 0
	}
	return removed, err
}

func removeChat(tx *tx, id string) error {
	asked, err := questions.children(tx, questionByChat, id)
	if err != nil {
		return err
	}
	for _, q := range asked {
		given, err := answers.children(tx, answerByQuestion, q.ID)
		if err != nil {
			return err
		}
		for _, a := range given {
			if err := removeVerdicts(tx, a.ID); err != nil {
				return err
			}
			if err := answers.remove(tx, a.ID); err != nil {
				return err
			}
		}
		if err := questions.remove(tx, q.ID); err != nil {
			return err
		}
	}
	return chats.remove(tx, id)
}

func removeVerdicts(tx *tx, answerID string) error {
	checked, err := verdicts.children(tx, verdictByAnswer, answerID)
	if err != nil {
		return err
	}
	for _, v := range checked {
		if _, proof := scopeOf(tx, factByVerdict, v.ID).below(nil, false); proof {
			continue
		}
		if _, proof := scopeOf(tx, anchorByVerdict, v.ID).below(nil, false); proof {
			continue
		}
		if ratings.has(tx, v.ID) {
			if err := ratings.remove(tx, v.ID); err != nil {
				return err
			}
		}
		if err := verdicts.remove(tx, v.ID); err != nil {
			return err
		}
	}
	return nil
}

// AddQuestion stores a new question of a chat that is not in the trash, after
// an answer of the same chat or as its first, and moves the chat to the top.
func (s *Store) AddQuestion(q backend.Question) error {
	return s.update("bolt.question.add", func(tx *tx) error {
		if err := checkID("question", q.ID); err != nil {
			return err
		}
		c, err := chats.get(tx, q.ChatID)
		if err != nil {
			return err
		}
		if c.DeletedAt != nil {
			return backend.Errorf(backend.CodeConflict, "", "The chat %q is in the trash; the question was not stored.", c.ID).
				WithHint("Restore the chat first.")
		}
		if q.ParentID != "" {
			parent, err := answers.get(tx, q.ParentID)
			if err != nil {
				return err
			}
			if parent.ChatID != q.ChatID {
				return backend.Errorf(backend.CodeInvalid, "", "The answer %q belongs to another chat; the question was not stored.", parent.ID)
			}
		}
		if err := questions.add(tx, &q); err != nil {
			return err
		}
		if !q.CreatedAt.After(c.UpdatedAt) {
			return nil
		}
		c.UpdatedAt = q.CreatedAt
		return chats.put(tx, &c)
	})
}

// Question gets one question.
func (s *Store) Question(id string) (q backend.Question, err error) {
	err = s.view("bolt.question", func(tx *tx) error { q, err = questions.get(tx, id); return err })
	return q, err
}

// PutAnswer stores an answer or replaces it, as its text grows. An empty ChatID
// is taken from the question.
func (s *Store) PutAnswer(a backend.Answer) error {
	return s.update("bolt.answer.put", func(tx *tx) error {
		if err := checkID("answer", a.ID); err != nil {
			return err
		}
		q, err := questions.get(tx, a.QuestionID)
		if err != nil {
			return err
		}
		if a.ChatID == "" {
			a.ChatID = q.ChatID
		}
		if a.ChatID != q.ChatID {
			return backend.Errorf(backend.CodeInvalid, "", "The answer names the chat %q, its question the chat %q; it was not stored.", a.ChatID, q.ChatID)
		}
		return answers.put(tx, &a)
	})
}

// Answer gets one answer.
func (s *Store) Answer(id string) (a backend.Answer, err error) {
	err = s.view("bolt.answer", func(tx *tx) error { a, err = answers.get(tx, id); return err })
	return a, err
}

// Turns gives the questions of a chat, oldest first, each with its answers,
// their latest verdicts and the ratings of those.
func (s *Store) Turns(chatID string) (out []backend.Turn, err error) {
	err = s.view("bolt.turns", func(tx *tx) error {
		if _, err := chats.get(tx, chatID); err != nil {
			return err
		}
		asked, err := questions.children(tx, questionByChat, chatID)
		if err != nil {
			return err
		}
		for _, q := range asked {
			turn, err := turnOf(tx, q)
			if err != nil {
				return err
			}
			out = append(out, turn)
		}
		return nil
	})
	return orEmpty(out), err
}

func turnOf(tx *tx, q backend.Question) (backend.Turn, error) {
	turn := backend.Turn{Question: q, Verdicts: map[string]backend.Verdict{}, Ratings: map[string]backend.Rating{}}
	var err error
	if turn.Answers, err = answers.children(tx, answerByQuestion, q.ID); err != nil {
		return turn, err
	}
	for _, a := range turn.Answers {
		v, found, err := verdicts.newest(tx, verdictByAnswer, a.ID)
		if err != nil {
			return turn, err
		}
		if !found {
			continue
		}
		turn.Verdicts[a.ID] = v
		r, found, err := ratings.find(tx, v.ID)
		if tolerated(tx, &err) && found {
			turn.Ratings[v.ID] = r
		}
		if err != nil {
			return turn, err
		}
	}
	return turn, nil
}

// InterruptStreaming closes every answer still streaming, as after a crash, and
// says how many there were.
func (s *Store) InterruptStreaming(reason string, now time.Time) (n int, err error) {
	err = s.update("bolt.answer.interrupt", func(tx *tx) error {
		open, err := answers.children(tx, answerStreaming, "")
		if err != nil {
			return err
		}
		for _, a := range open {
			a.State, a.Reason, a.FinishedAt = backend.AnswerInterrupted, reason, now
			if err := answers.put(tx, &a); err != nil {
				return err
			}
		}
		n = len(open)
		return nil
	})
	if err != nil {
		n = 0
	}
	return n, err
}
