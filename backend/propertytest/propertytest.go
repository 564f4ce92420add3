// Package propertytest checks properties on drawn inputs, the same ones in every
// run. It is for tests alone.
//
//	Check ──> rapid, from the seed below ──> the property
//
// To explore, give the seed: 0 draws another one each time.
//
//	go test ./backend/bolt -run Machine -rapid.seed=0 -rapid.checks=1000
package propertytest

import (
	"flag"

	"pgregory.net/rapid"
)

const (
	seedFlag = "rapid.seed"
	seed     = "1"
)

// Check runs the property on what a fixed seed draws.
func Check(t rapid.TB, property func(*rapid.T)) {
	t.Helper()
	if err := fix(flag.CommandLine); err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, property)
}

// fix sets the seed unless the command line or RAPID_SEED gave one. The value is
// set past the flag set, which would take it for one that was given.
func fix(flags *flag.FlagSet) error {
	given := false
	flags.Visit(func(f *flag.Flag) { given = given || f.Name == seedFlag })
	if f := flags.Lookup(seedFlag); !given && f.Value.String() == "0" {
		return f.Value.Set(seed)
	}
	return nil
}
