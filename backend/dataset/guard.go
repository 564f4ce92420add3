package dataset

import _ "embed"

//go:embed guards.txt
var guardText string
