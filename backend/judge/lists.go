package judge

import (
	"regexp"
	"slices"
)

var reSeparator = regexp.MustCompile(`\s*(?:,\s*and\s|,\s*or\s|[,;/]|\s+and\s|\s+or\s|\s+&\s|\s+(?:vs?\.?|versus)\s)\s*`)

// listItems cuts "red, blue and yellow"; a place with its state is one item.
func listItems(s string) []string {
	var out []string
	for _, item := range reSeparator.Split(s, 64) {
		if item = trimValue(item); item != "" {
			out = append(out, item)
		}
	}
	return out
}

func compareItem(a, b string) Relation {
	if fold(a) == fold(b) {
		return Same
	}
	if r := compareNames(a, b); r != Unknown {
		return r
	}
	return compareText(a, b)
}

// compareLists as sets: one within the other is the same (less specific), an
// item that the other list excludes is different.
func compareLists(a, b string) Relation {
	x, y := listItems(a), listItems(b)
	if len(x) == 0 || len(y) == 0 {
		return Unknown
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	result := Same
	for _, i := range x {
		best := Different
		for _, j := range y {
			switch compareItem(i, j) {
			case Same:
				best = Same
			case Unknown:
				if best != Same {
					best = Unknown
				}
			}
		}
		if best == Different {
			return Different
		}
		if best == Unknown {
			result = Unknown
		}
	}
	return result
}

// compareListedNames: a name against a list of names agrees when one of them
// does, and differs only when all of them do. Two lists that share a name are the
// same only if one holds the other: who met whom is not said by half of it.
func (f form) compareListedNames(a, b string) Relation {
	whole := compareNames(a, b)
	x, y := listItems(a), listItems(b)
	if whole == Same || len(x) == 1 && len(y) == 1 {
		return whole
	}
	if len(x) == 0 || len(y) == 0 {
		return Unknown
	}
	restX, restY := unshared(x, y), unshared(y, x)
	switch apart := allApart(restX, restY); {
	case len(restX) == len(x) && apart:
		return Different
	case len(restX) == len(x):
		return Unknown
	case len(x) == 1 || len(y) == 1 || len(restX) == 0 || len(restY) == 0:
		return Same
	case !f.Person && !reJoined.MatchString(a) && !reJoined.MatchString(b): // a place and what it lies in
		if restX[0] != x[0] || restY[0] != y[0] {
			return Same
		}
	case apart && len(x) == len(y):
		return Different
	}
	return Unknown
}

// reJoined tells a list from a place with its state.
var reJoined = regexp.MustCompile(`[;/&]|\b(?:(?i:and|or|vs|versus)|v)\b`)

// unshared are the names of a list that no name of the other one is.
func unshared(list, other []string) (out []string) {
	for _, i := range list {
		if !slices.ContainsFunc(other, func(j string) bool { return compareNames(i, j) == Same }) {
			out = append(out, i)
		}
	}
	return out
}

// allApart: each name of one list is certainly another than each of the other.
func allApart(x, y []string) bool {
	for _, i := range x {
		for _, j := range y {
			if compareNames(i, j) != Different {
				return false
			}
		}
	}
	return true
}
