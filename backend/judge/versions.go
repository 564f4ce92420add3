package judge

import (
	"regexp"
	"strings"
)

var (
	reVersionQ = regexp.MustCompile(`(?i)\b(?:version|release|firmware|build)\b`)
	reDotted   = regexp.MustCompile(`(?i)(?:^|[\s(])(v(?:ersion )?)?(\d+(?:\.\d+)*)(?:[\s,;:)]|\.?$)`)
	reProduct  = regexp.MustCompile(`(?:^|\s)\p{Lu}[\pL+#.-]*\s$`)
)

// version is a dotted number with what was named before it.
type version struct {
	parts   []int
	product []string
	named   bool // a product or a "v" stands directly before the number
}

// asksVersion: a version is no decimal number, and "3.14" is later than "3.9".
func asksVersion(question string) bool {
	return reVersionQ.MatchString(question) && !reWhen.MatchString(question) && !reWho.MatchString(question) && !reHow.MatchString(question) &&
		!regexp.MustCompile(`(?i)\brelease (?:date|year)\b`).MatchString(question)
}

// findVersion reads the one version that a short value states.
func findVersion(s string) (version, bool) {
	all := reDotted.FindAllStringSubmatchIndex(s, 2)
	if len(all) != 1 {
		return version{}, false
	}
	m := all[0]
	before, after := s[:m[4]], s[m[5]:]
	if m[2] >= 0 {
		before = s[:m[2]]
	}
	if q := findQuantities(s); len(q) > 0 && (q[0].unitName != "" || q[0].end > m[5]) { // "1.4 billion", "3.5 metres"
		return version{}, false
	}
	v := version{named: m[2] >= 0 || reProduct.MatchString(before)}
	for _, p := range strings.Split(s[m[4]:m[5]], ".") {
		v.parts = append(v.parts, atoi(p))
	}
	for _, w := range normalWords(before + " " + after) {
		if w != "version" && w != "release" && w != "lts" && w != "v" && !stopWords[w] && !hasDigit(w) {
			v.product = append(v.product, w)
		}
	}
	return v, true
}

// compareVersions goes part by part: a shorter version holds the longer one, and
// the product's name is left aside unless the two are of different products.
func compareVersions(f form, a, b string) (Relation, bool) {
	if !f.version && f.Kind != KindOpen && f.Kind != KindName {
		return Unknown, false
	}
	x, okX := findVersion(a)
	y, okY := findVersion(b)
	if !okX || !okY || len(x.parts) == 1 && len(y.parts) == 1 || !f.version && !x.named && !y.named {
		return Unknown, false
	}
	if len(x.product) > 0 && len(y.product) > 0 && !within(x.product, y.product) && !within(y.product, x.product) {
		return Unknown, false
	}
	for i := range min(len(x.parts), len(y.parts)) {
		if x.parts[i] != y.parts[i] {
			return Different, true
		}
	}
	return Same, true
}
