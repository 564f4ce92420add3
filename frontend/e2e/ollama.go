//go:build ignore

// A scripted Ollama for the browser tests: go run ./frontend/e2e/ollama.go
// prints its address and runs until its standard input ends.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"errata/backend/ollama/ollamatest"
)

const hostile = "Here: <img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script> [click](javascript:window.pwned=1) ![p](https://evil.example/p.png)"

func main() {
	s, err := ollamatest.New("127.0.0.1:0", ollamatest.Script{Blobs: []string{ollamatest.Coder05}, Token: 15 * time.Millisecond, Reply: reply})
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
	case strings.Contains(r.User, "hostile"):
		return ollamatest.Reply{Text: hostile}
	case strings.Contains(r.User, "long"):
		return ollamatest.Reply{Text: strings.Repeat("word by word and ", 200)}
	}
	return ollamatest.Reply{Text: "You said: " + r.User}
}
