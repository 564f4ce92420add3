// Errata is a chat on your own machine that checks its answers against dated
// evidence and learns the corrections that you approve.
package main

import (
	"os"

	"errata/app"
)

func main() { os.Exit(app.Main(os.Args[1:])) }
