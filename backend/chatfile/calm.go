package chatfile

import (
	"regexp"
	"strings"
)

// calm is Markdown whose HTML and images are text. Code keeps its letters where it
// is code for every reader; in doubt an entity too many is better than a tag. A
// code block that is left open is closed, so that it takes nothing that follows.
func calm(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	var block codeBlock
	open := false // a backtick before may still open a span
	for i, line := range lines {
		switch {
		case block.unsure:
			open = true
		case block.take(line):
			open = false
			continue
		case strings.TrimSpace(line) == "":
			open = false
		}
		lines[i], open = calmLine(line, open)
	}
	if block.fence != "" && !block.unsure {
		lines = append(lines, strings.Repeat(" ", block.indent)+block.fence)
	}
	return strings.Join(lines, "\n")
}

// codeBlock follows fenced code. One that is indented may be part of a list; when
// that matters it is unsure, and from then on nothing is taken for code.
type codeBlock struct {
	fence  string // what closes it; empty outside
	indent int
	unsure bool
}

// take says whether a line belongs to a code block, its fences included.
func (c *codeBlock) take(line string) bool {
	bare := strings.TrimLeft(line, " \t")
	depth := len(line) - len(bare)
	if c.fence == "" {
		m := fenceMark.FindStringSubmatch(bare)
		if m == nil || depth > 3 || strings.Contains(line[:depth], "\t") || m[1][0] == '`' && strings.Contains(m[2], "`") {
			return false
		}
		c.fence, c.indent = m[1], depth
		return true
	}
	ends := strings.HasPrefix(bare, c.fence) && strings.Trim(bare, c.fence[:1]+" \t") == ""
	switch {
	case c.indent > 0 && bare != "" && (depth < c.indent || ends && line[:depth] != strings.Repeat(" ", c.indent)):
		c.unsure = true
		return false
	case ends && depth < 4 && !strings.Contains(line[:depth], "\t"):
		c.fence = ""
	}
	return true
}

var (
	fenceMark = regexp.MustCompile("^(```+|~~~+)(.*)$")
	tagStart  = regexp.MustCompile(`<([A-Za-z/!?])`)
)

// calmLine takes the tags and images out of one line, but not out of its code. open
// says that a backtick before it may reach into the line.
func calmLine(line string, open bool) (string, bool) {
	plain := func(s string) string {
		return strings.ReplaceAll(tagStart.ReplaceAllString(s, "&lt;$1"), "![", `!\[`)
	}
	if open || strings.Contains(line, "|") || strings.Contains(line, "\\`") {
		return plain(line), open || strings.Contains(line, "`")
	}
	var b strings.Builder
	for {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			b.WriteString(plain(line))
			return b.String(), false
		}
		run := len(line[start:]) - len(strings.TrimLeft(line[start:], "`"))
		end := spanEnd(line[start+run:], run)
		if end < 0 {
			b.WriteString(plain(line))
			return b.String(), true
		}
		end += start + run
		b.WriteString(plain(line[:start]))
		b.WriteString(line[start:end])
		line = line[end:]
	}
}

// spanEnd finds the run of as many backticks that closes a span.
func spanEnd(s string, run int) int {
	for i := 0; i < len(s); {
		if s[i] != '`' {
			i++
			continue
		}
		n := len(s[i:]) - len(strings.TrimLeft(s[i:], "`"))
		if i += n; n == run {
			return i
		}
	}
	return -1
}
