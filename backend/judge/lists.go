package judge

import "regexp"

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
	apart := true
	shared, leading := false, false
	aloneX, aloneY := len(x), len(y)
	met := make([]bool, len(y))
	for i := range x {
		found := false
		for j := range y {
			switch compareNames(x[i], y[j]) {
			case Same:
				shared, found = true, true
				leading = leading || i == 0 || j == 0
				if !met[j] {
					met[j] = true
					aloneY--
				}
			case Unknown:
				apart = false
			}
		}
		if found {
			aloneX--
		}
	}
	switch {
	case !shared && apart && len(x) > 0 && len(y) > 0:
		return Different
	case !shared:
		return Unknown
	case len(x) == 1 || len(y) == 1 || aloneX == 0 || aloneY == 0:
		return Same
	case !f.Person && !reJoined.MatchString(a) && !reJoined.MatchString(b): // a place and what it lies in
		if leading {
			return Same
		}
		return Unknown
	case len(x) == len(y) && apartBeside(x, y):
		return Different
	}
	return Unknown
}

// reJoined tells a list from a place with its state.
var reJoined = regexp.MustCompile(`[;/&]|\b(?:(?i:and|or|vs|versus)|v)\b`)

// apartBeside: what two lists do not share is certainly different.
func apartBeside(x, y []string) bool {
	alone := func(list, other []string) (out []string) {
		for _, i := range list {
			same := false
			for _, j := range other {
				same = same || compareNames(i, j) == Same
			}
			if !same {
				out = append(out, i)
			}
		}
		return out
	}
	for _, i := range alone(x, y) {
		for _, j := range alone(y, x) {
			if compareNames(i, j) != Different {
				return false
			}
		}
	}
	return true
}
