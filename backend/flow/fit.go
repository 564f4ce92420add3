package flow

import (
	"context"
	"errors"
	"fmt"

	"errata/backend"
)

// chat asks with as much of the history as fits, the newest turns first. What
// stands before the question is only guessed in tokens, so that the engine may
// refuse it once more.
func (l *Loop) chat(ctx context.Context, out *Reply, system string, in ReplyInput, onText func(string) error) (backend.ChatResult, error) {
	history := fitting(system, in.History, in.Question, out.Sampling)
	for {
		messages := make([]backend.Message, 0, len(history)+2)
		if system != "" {
			messages = append(messages, backend.Message{Role: backend.RoleSystem, Content: system})
		}
		messages = append(messages, history...)
		messages = append(messages, backend.Message{Role: backend.RoleUser, Content: in.Question})
		out.LeftOut = turnsIn(in.History) - turnsIn(history)
		result, err := l.Model.Chat(ctx, backend.ChatRequest{Model: out.Version.EngineName, Messages: messages, Sampling: out.Sampling}, onText)
		switch {
		case !errors.Is(err, backend.ErrTooLong):
			return result, err
		case len(history) == 0:
			return result, &backend.Error{Code: backend.CodeInvalid, Op: "reply", Err: err,
				Message: fmt.Sprintf("The question does not fit into the model's context of %d tokens. It was not answered, and nothing is lost.", contextOf(out.Sampling)),
				Hint:    "Shorten it, or put the long text into the library as a document."}
		}
		history = afterTurn(history[(len(history)+1)/2:])
	}
}

// fitting drops the oldest turns until the rest leaves room for an answer.
func fitting(system string, history []backend.Message, question string, s backend.Sampling) []backend.Message {
	room := contextOf(s)
	answer := s.NumPredict
	if answer <= 0 {
		answer = backend.DefaultSampling().NumPredict
	}
	room -= min(answer, room/4) + guessTokens(system) + guessTokens(question)
	kept := len(history)
	for ; kept > 0; kept-- {
		if room -= guessTokens(history[kept-1].Content); room < 0 {
			break
		}
	}
	if kept == 0 {
		return history
	}
	return afterTurn(history[kept:])
}

func turnsIn(history []backend.Message) int {
	n := 0
	for _, m := range history {
		if m.Role == backend.RoleUser {
			n++
		}
	}
	return n
}

// afterTurn leaves out the rest of a turn that was cut in two.
func afterTurn(history []backend.Message) []backend.Message {
	for len(history) > 0 && history[0].Role != backend.RoleUser {
		history = history[1:]
	}
	return history
}

func contextOf(s backend.Sampling) int {
	if s.NumCtx > 0 {
		return s.NumCtx
	}
	return backend.DefaultSampling().NumCtx
}

// guessTokens of a message: two for every seven ASCII characters, one for any
// other, and the marks around it. English has fewer, code about as many.
func guessTokens(text string) int {
	ascii, other := 0, 0
	for _, r := range text {
		if r < 0x80 {
			ascii++
		} else {
			other++
		}
	}
	return ascii*2/7 + other + 6
}
