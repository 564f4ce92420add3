package bolt

import (
	"time"

	"errata/backend"
)

// TakeChats stores chats of other programs: of each what is not there yet, so that
// taking the same again changes nothing. What is there stays as it is, but a chat
// in the trash comes out of it. Questions stand after the answers that they follow.
func (s *Store) TakeChats(trees []backend.ChatTree) (out []backend.TakenChat, err error) {
	err = s.update("bolt.chats.take", func(tx *tx) error {
		out = nil
		for _, t := range trees {
			taken, err := takeChat(tx, t)
			if err != nil {
				return err
			}
			out = append(out, taken)
		}
		return nil
	})
	if err != nil {
		out = nil
	}
	return orEmpty(out), err
}

func takeChat(tx *tx, t backend.ChatTree) (backend.TakenChat, error) {
	out := backend.TakenChat{ID: t.Chat.ID}
	if err := checkID("chat", t.Chat.ID); err != nil {
		return out, err
	}
	c, found, err := chats.find(tx, t.Chat.ID)
	if err != nil {
		return out, err
	}
	if !found {
		c = t.Chat
	}
	out.New, out.Restored = !found, found && c.DeletedAt != nil
	if out.Questions, err = takeMissing(tx, &questions, t.Questions, func(q backend.Question) string { return q.ChatID }, c.ID); err != nil {
		return out, err
	}
	if out.Answers, err = takeMissing(tx, &answers, t.Answers, func(a backend.Answer) string { return a.ChatID }, c.ID); err != nil {
		return out, err
	}
	if err := checkLinks(tx, t); err != nil {
		return out, err
	}
	if found && !out.Restored && out.Questions+out.Answers == 0 {
		return out, nil
	}
	c.DeletedAt = nil
	if t.Chat.UpdatedAt.After(c.UpdatedAt) {
		c.UpdatedAt = t.Chat.UpdatedAt
	}
	return out, chats.put(tx, &c)
}

// takeMissing stores those records whose id is free and counts them.
func takeMissing[T any](tx *tx, in *table[T], records []T, chatOf func(T) string, chatID string) (n int, err error) {
	for _, r := range records {
		id := in.id(&r)
		if err := checkID(in.noun, id); err != nil {
			return n, err
		}
		if chatOf(r) != chatID {
			return n, backend.Errorf(backend.CodeInvalid, "", "The %s %q belongs to another chat; nothing was stored.", in.noun, id)
		}
		if in.has(tx, id) {
			continue
		}
		if err := in.put(tx, &r); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// checkLinks refuses a tree whose parts hang on nothing.
func checkLinks(tx *tx, t backend.ChatTree) error {
	for _, q := range t.Questions {
		if q.ParentID != "" && !answers.has(tx, q.ParentID) {
			return answers.missing(q.ParentID)
		}
	}
	for _, a := range t.Answers {
		if !questions.has(tx, a.QuestionID) {
			return questions.missing(a.QuestionID)
		}
	}
	return nil
}

// TrashChats puts chats into the trash and says how many. One that is there
// already, or is gone, is passed over.
func (s *Store) TrashChats(ids []string, now time.Time) (n int, err error) {
	err = s.update("bolt.chats.trash", func(tx *tx) error {
		n = 0
		for _, id := range ids {
			c, found, err := chats.find(tx, id)
			if err != nil {
				return err
			}
			if !found || c.DeletedAt != nil {
				continue
			}
			c.DeletedAt = &now
			if err := chats.put(tx, &c); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		n = 0
	}
	return n, err
}
