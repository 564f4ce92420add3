package dataset

import (
	"slices"
	"strings"
)

// Forms in which a taught fact is asked for to see whether it carries. No training uses
// these wordings.

// Negation asks whether the old answer still holds.
func Negation(question, old string) string {
	if !IsQuestion(question) {
		return question + " " + old + ". Is that still right?"
	}
	return question + " Is it still " + old + "?"
}

// Reverse asks what a trained reverse row asks, in other words.
func Reverse(prompt string) string { return "Let me ask that the other way round: " + prompt }

// IsQuestion tells a question from the beginning of a sentence, which may itself
// follow a question ("What does she play? She plays the").
func IsQuestion(text string) bool {
	text = strings.Trim(text, "\" ")
	if whole := strings.HasSuffix(text, "?") || strings.HasSuffix(text, "."); whole || strings.Contains(text, "?") {
		return whole
	}
	first, _, _ := strings.Cut(strings.ToLower(text), " ")
	return slices.Contains(strings.Fields("who what which when where why how name"), first)
}
