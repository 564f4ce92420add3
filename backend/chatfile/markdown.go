package chatfile

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"errata/backend"
)

// Markdown is the branch that is shown. Answers keep their Markdown, but their HTML
// and their images are shown as text, as on our own page; everything else is text.
func (e Export) Markdown() string {
	var b strings.Builder
	line := e.shownLine()
	fmt.Fprintf(&b, "# %s\n\nWritten by Errata, %s.%s\n", cmp.Or(inline(e.Chat.Title), "Chat"), e.At.UTC().Format("2006-01-02 15:04 UTC"), e.elsewhere(line))
	for _, l := range line {
		q := l.Turn.Question
		fmt.Fprintf(&b, "\n---\n\n**Question**, %s\n\n%s\n", day(q.CreatedAt), quoted(q.Text))
		if l.Answer == nil {
			b.WriteString("\nThere is no answer.\n")
			continue
		}
		writeAnswer(&b, *l.Answer)
		if list := l.Turn.Verdicts[l.Answer.ID]; len(list) > 0 {
			writeVerdict(&b, list[len(list)-1])
		}
	}
	return b.String()
}

func (e Export) shownLine() []Link {
	if len(e.Shown) == 0 {
		return nil
	}
	return lineTo(e.Turns, e.Shown[len(e.Shown)-1])
}

// elsewhere says what stands in other branches.
func (e Export) elsewhere(line []Link) string {
	questions, answers := len(e.Turns)-len(line), 0
	for _, t := range e.Turns {
		answers += len(t.Answers)
	}
	for _, l := range line {
		if l.Answer != nil {
			answers--
		}
	}
	if questions+answers == 0 {
		return ""
	}
	return fmt.Sprintf(" Other branches are not in here (%s, %s); the JSON has them.", backend.Count(questions, "question"), backend.Count(answers, "answer"))
}

// sourceWords say where an answer came from, as the page does.
var sourceWords = map[backend.Source]string{
	backend.SourceWeights: "from the weights", backend.SourceMemory: "from memory", backend.SourceDocuments: "from documents",
	backend.SourceClock: "from the clock", backend.SourceImported: "imported",
}

func writeAnswer(b *strings.Builder, a backend.Answer) {
	fmt.Fprintf(b, "\n**Answer**, %s, %s, %s\n", inline(cmp.Or(a.VersionName, "base")), cmp.Or(sourceWords[a.Source], inline(string(a.Source))), day(a.CreatedAt))
	if text := strings.TrimRight(calm(a.Text), "\n"); strings.TrimSpace(text) != "" {
		fmt.Fprintf(b, "\n%s\n", text)
	}
	if a.State == backend.AnswerInterrupted {
		fmt.Fprintf(b, "\nThe answer broke off. %s\n", inline(a.Reason))
	}
}

func writeVerdict(b *strings.Builder, v backend.Verdict) {
	fmt.Fprintf(b, "\n**Check: %s.** %s", strings.ReplaceAll(inline(string(v.Kind)), `\_`, " "), inline(v.Sentence))
	if v.RivalValue != "" {
		fmt.Fprintf(b, " The model says “%s”, the evidence says “%s”.", inline(v.Claim.Short), inline(v.RivalValue))
	}
	b.WriteString("\n")
	quotes := slices.DeleteFunc(slices.Clone(v.Passages), func(p backend.Passage) bool { return p.Quote == "" })
	if len(quotes) > 0 {
		b.WriteString("\n")
	}
	for _, p := range quotes {
		fmt.Fprintf(b, "- “%s” %s%s\n", inline(p.Quote), place(p), date(p))
	}
}

// place is where a quote stands: a link if it is a page, else the text of its path.
func place(p backend.Passage) string {
	title := inline(cmp.Or(p.Title, p.Domain, p.URL))
	u, err := url.Parse(p.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return title + ", " + inline(p.URL)
	}
	u.User = nil
	return "[" + title + "](<" + inAngles.Replace(u.String()) + ">), " + inline(p.Domain)
}

var inAngles = strings.NewReplacer("<", "%3C", ">", "%3E", `\`, "%5C", "\n", "", "\r", "")

func date(p backend.Passage) string {
	if p.PublishedAt == nil {
		return ", no date"
	}
	return ", " + day(*p.PublishedAt)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// inline is a text of anybody in one line in which nothing is markup.
func inline(s string) string { return entity.ReplaceAllString(mark.Replace(oneLine(s)), `\$0`) }

var mark = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`, "|", `\|`, "~", `\~`)

var entity = regexp.MustCompile(`&(?:[A-Za-z][A-Za-z0-9]*|\\#[0-9xXA-Fa-f]+);`)

// quoted is a question as a quotation; one with indented lines, such as code, as a
// block that keeps them.
func quoted(s string) string {
	lines := strings.Split(strings.Trim(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n")
	if slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t") }) {
		return fenced("text", strings.Join(lines, "\n"))
	}
	for i, l := range lines {
		if lines[i] = inline(l); startsBlock(lines[i]) {
			lines[i] = `\` + lines[i]
		}
	}
	text := strings.Join(lines, "  \n> ")
	return "> " + text
}

// startsBlock says whether a line would begin a list or underline a heading. A
// numbered one keeps its number.
func startsBlock(line string) bool { return line != "" && strings.ContainsRune("-+=", rune(line[0])) }
