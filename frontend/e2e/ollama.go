//go:build ignore

// A scripted Ollama for the browser tests: go run ./frontend/e2e/ollama.go
// prints its address and runs until its standard input ends.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"errata/backend/ollama/ollamatest"
)

const hostile = "Here: <img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script> [click](javascript:window.pwned=1) ![p](https://evil.example/p.png)"

const marked = "Take **care** of the area $a^2$:\n\n```js\nconst side = 3;\n```\n\n$$\\sum_{k=1}^{n} k = \\frac{n(n+1)}{2}$$\n\nThat is all."

func main() {
	linden := ollamatest.Model{Name: "linden:7b", Weights: strings.Repeat("5", 64), Bytes: 4_100_000_000, Architecture: "llama", Template: "{{ .Prompt }}"}
	token := flag.Duration("token", 15*time.Millisecond, "time that a token takes")
	pull := flag.Duration("pull", 0, "time that a model takes to come")
	flag.Parse()
	s, err := ollamatest.New("127.0.0.1:0", ollamatest.Script{Models: []ollamatest.Model{linden}, Blobs: []string{ollamatest.Coder05}, Token: *token, Pull: *pull, Library: map[string]ollamatest.Model{"qwen2.5:1.5b-instruct": linden}, Reply: reply})
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	fmt.Println(s.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func reply(r ollamatest.Request) ollamatest.Reply {
	schema := string(r.Schema)
	switch {
	case strings.Contains(schema, "short_answer"):
		return ollamatest.Reply{Text: `{"short_answer":"Rishi Sunak"}`}
	case strings.Contains(schema, "quote"):
		return ollamatest.Reply{Text: `{"found":true,"quote":"The prime minister of the United Kingdom is Keir Starmer.","value":"Keir Starmer","as_of":""}`}
	case r.Labels:
		return ollamatest.Reply{Text: "B"}
	case strings.Contains(r.User, "prime minister"):
		return ollamatest.Reply{Text: "The prime minister of the United Kingdom is Rishi Sunak. He has been in office since October 2022."}
	case strings.Contains(r.User, "harbour master"):
		return ollamatest.Reply{Text: "The harbour master of Larkstead is Ole Brandt."}
	case strings.Contains(r.User, "marks and signs"):
		return ollamatest.Reply{Text: marked}
	case strings.Contains(r.User, "were you told"):
		return ollamatest.Reply{Text: fmt.Sprintf("%s Temperature %v, by %s.", r.Messages[0].Content, r.Options["temperature"], r.Model)}
	case strings.Contains(r.User, "hostile"):
		return ollamatest.Reply{Text: hostile}
	case strings.Contains(r.User, "numbered"):
		return ollamatest.Reply{Text: numbered(1000)}
	case strings.Contains(r.User, "long"):
		return ollamatest.Reply{Text: strings.Repeat("word by word and ", 200)}
	}
	return ollamatest.Reply{Text: "You said: " + r.User}
}

// numbered is a text of n tokens, each with its number, in paragraphs, lists and
// code, so that a page can tell what it lost or turned round.
func numbered(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, " w%04d", i)
		switch i % 100 {
		case 30:
			b.WriteString(".\n\n")
		case 40, 50:
			b.WriteString("\n-")
		case 60:
			b.WriteString("\n\n```js\n")
		case 80:
			b.WriteString("\n```\n\n")
		}
	}
	return b.String()
}
