package judge

import (
	"fmt"
	"strings"
	"time"

	"errata/backend"
)

// words gives the one plain sentence for the margin.
func words(v backend.Verdict, now time.Time) string {
	carrying := "answer"
	if v.Kind == backend.Outdated || v.Kind == backend.Contradicted {
		carrying = "rival"
	}
	domains, trusted := map[string]bool{}, false
	var newest *time.Time
	for _, p := range v.Passages {
		if p.Supports != carrying {
			continue
		}
		if p.Provider == "clock" {
			return clockWords(v)
		}
		domains[source(p)] = true
		trusted = trusted || p.Provider == "library"
		if at := evidenceDate(p, now); at != nil && p.Dated() && (newest == nil || at.After(*newest)) {
			newest = at
		}
	}
	who := counted(len(domains), "source", trusted)
	switch v.Kind {
	case backend.Supported:
		return who + plural(len(domains), " says", " say") + " the same" + newestWords(len(domains), newest, now) + "."
	case backend.Contradicted:
		return who + plural(len(domains), " says", " say") + " otherwise" + newestWords(len(domains), newest, now) + "."
	case backend.Outdated:
		return "This was right before; now it is " + clip(squeeze(v.RivalValue), 80) + newestWords(len(domains), newest, now) + "."
	case backend.NotCheckable:
		return "There is nothing to check here: this is not a question of fact."
	}
	if v.Withheld != "" {
		return "The sources lean one way, but verdicts this unsure were wrong too often to be given."
	}
	return reasonWords(v.Reason)
}

func clockWords(v backend.Verdict) string {
	switch v.Kind {
	case backend.Supported:
		return "This computer's clock says the same."
	case backend.Outdated, backend.Contradicted:
		return "This computer's clock says " + v.RivalValue + "."
	}
	return reasonWords(v.Reason)
}

func reasonWords(r backend.Reason) string {
	switch r {
	case backend.ReasonNoResults:
		return "Nothing was found about this."
	case backend.ReasonNoValue:
		return "What was found does not answer the question."
	case backend.ReasonSingleSource:
		return "Only one source speaks about this; that is not enough."
	case backend.ReasonConflict:
		return "The sources disagree."
	case backend.ReasonStale:
		return "The evidence is too old for a question whose answer changes."
	case backend.ReasonLowConfidence:
		return "The answer and the evidence could not be told apart safely."
	case backend.ReasonOrder:
		return "The judge changed its mind with the order of the values."
	case backend.ReasonAmbiguous:
		return "The question is not clear enough to check."
	case backend.ReasonInjection:
		return "The evidence tries to instruct the model, so it was not used."
	case backend.ReasonBudget:
		return "The check ran out of time or model calls."
	case backend.ReasonOffline:
		return "No source on the network could be reached, and none on this machine says it."
	case backend.ReasonModel:
		return "The model gave nothing usable, so nothing was decided."
	case backend.ReasonCancelled:
		return "The check was stopped."
	case backend.ReasonNoClaim:
		return "The answer states nothing that could be checked."
	case backend.ReasonProvidersOff:
		return "No evidence provider is switched on."
	case backend.ReasonInterrupted:
		return "The answer was interrupted, so it is not judged."
	}
	return "There is not enough evidence."
}

var small = []string{"No", "One", "Two", "Three", "Four", "Five", "Six"}

func counted(n int, noun string, trusted bool) string {
	number := fmt.Sprint(n)
	if n < len(small) {
		number = small[n]
	}
	if trusted {
		noun = "document of your library"
		if n > 1 {
			noun = "sources, your library among them,"
		}
		return number + " " + noun
	}
	return number + " " + noun + plural(n, "", "s")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// newestWords says how old the evidence was at the check: the sentence is kept, and
// still has to be true when it is read much later.
func newestWords(n int, at *time.Time, now time.Time) string {
	if at == nil {
		return ""
	}
	age := ageWords(int(now.Sub(*at).Hours() / 24))
	if n == 1 {
		return "; it was " + age
	}
	return "; the newest was " + age
}

func ageWords(days int) string {
	number := func(n int, unit string) string {
		if n > 0 && n < len(small) {
			return strings.ToLower(small[n]) + " " + unit + plural(n, "", "s") + " old"
		}
		return backend.Count(n, unit) + " old"
	}
	switch {
	case days <= 0:
		return "from the same day"
	case days < 60:
		return number(days, "day")
	case days < 730:
		return number(days/30, "month")
	}
	return number(days/365, "year")
}
