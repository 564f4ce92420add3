package page

import (
	"strings"
	"time"
)

// dateLayouts are tried in order; a month alone or a year alone is its first day.
var dateLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "2006.01.02",
	"2 January 2006", "2 Jan 2006", "January 2, 2006", "Jan 2, 2006", "January 2 2006", "Monday, January 2, 2006", "Monday, 2 January 2006",
	time.RFC1123Z, time.RFC1123, time.RFC850, "January 2006", "Jan 2006", "2006-01", "2006",
}

// ParseDate reads a date as people and programs write it. Day-first and
// month-first numbers ("03/04/2026") are refused because they cannot be told
// apart.
func ParseDate(s string) (time.Time, bool) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || len(s) > 64 {
		return time.Time{}, false
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// maxFront bounds the front matter: more is text that happens to start with a rule.
const maxFront = 100

// frontMatter splits "key: value" lines between two lines of three dashes from
// the text. Without a closing line everything is text.
func frontMatter(s string) (fields map[string]string, body string) {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	lines := strings.SplitN(s, "\n", maxFront+2)
	if len(lines) == 0 || strings.TrimRight(lines[0], " \t") != "---" {
		return nil, s
	}
	fields = map[string]string{}
	used := len(lines[0]) + 1
	for _, line := range lines[1:min(len(lines), maxFront+1)] {
		used += len(line) + 1
		if end := strings.TrimRight(line, " \t"); end == "---" || end == "..." {
			if len(fields) == 0 {
				return nil, s
			}
			return fields, s[min(used, len(s)):]
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		key = strings.ToLower(strings.TrimSpace(key))
		if _, seen := fields[key]; key == "" || seen {
			continue
		}
		fields[key] = unquote(value)
	}
	return nil, s
}

func unquote(v string) string {
	v = strings.TrimSpace(v)
	if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		return v[1 : len(v)-1]
	}
	if i := strings.Index(v, " #"); i >= 0 {
		v = strings.TrimSpace(v[:i])
	}
	return v
}

// first gives the first field that is not empty.
func first(fields map[string]string, keys ...string) string {
	for _, k := range keys {
		if v := fields[k]; v != "" {
			return v
		}
	}
	return ""
}
