package bolt_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"

	"errata/backend"
	"errata/backend/bolt"
)

var (
	kills     = flag.Int("kills", 15, "times the writer is killed")
	rots      = flag.Int("rots", 40, "flips, and as many truncations and zeroed sectors, of a store file")
	randomRun = flag.Int64("seed", 1, "seed of kills and damages")
)

// childMode is set for a re-executed test binary.
const childMode = "BOLT_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childMode) {
	case "write":
		os.Exit(childWrite(os.Args[1]))
	case "look":
		os.Exit(childLook())
	}
	if err := flag.Set("rapid.checks", "10"); err != nil { // the command line wins
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// childWrite writes related records until it is killed and prints the number of
// each once it is acknowledged.
func childWrite(path string) int {
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	list, err := s.AllFacts("")
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	for n := len(list); ; n++ {
		if err := writeStep(s, n); err != nil {
			fmt.Println("error", err)
			return 1
		}
		fmt.Println(n)
	}
}

func writeStep(s *bolt.Store, n int) error {
	id := fmt.Sprintf("f%06d", n)
	at := day.Add(time.Duration(n) * time.Second)
	f := backend.Fact{ID: id, Question: fmt.Sprintf("What is number %d?", n%50), Answer: fmt.Sprintf("answer %d", n),
		State: backend.FactProposed, CreatedAt: at, UpdatedAt: at}
	if err := s.AddFact(f); err != nil {
		return err
	}
	if _, _, err := s.ApproveFact(id, "person", at); err != nil {
		return err
	}
	return s.PutCached("page", id, []byte(id))
}

// looked is what a child saw in a store.
type looked struct {
	Path   string         `json:"path"`
	Report string         `json:"report"` // of Check
	Open   string         `json:"open"`
	Facts  []backend.Fact `json:"facts"` // each that could be read by its id
	Listed []string       `json:"listed"`
	Noted  int            `json:"noted"` // Damaged after reading all
}

// childLook reads paths from its standard input and prints what it sees.
func childLook() int {
	in, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	for in.Scan() {
		if err := out.Encode(look(in.Text())); err != nil {
			return 1
		}
	}
	return 0
}

func look(path string) looked {
	l := looked{Path: path}
	if err := bolt.Check(path); err != nil {
		l.Report = err.Error()
	}
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		l.Open = err.Error()
		return l
	}
	for n := range rotFacts {
		if f, err := s.Fact(fmt.Sprintf("f%06d", n)); err == nil {
			l.Facts = append(l.Facts, f)
		}
	}
	list, err := s.AllFacts("")
	if err != nil {
		l.Open = err.Error()
	}
	for _, f := range list {
		l.Listed = append(l.Listed, f.ID)
		l.Facts = append(l.Facts, f)
	}
	l.Noted = len(s.Damaged())
	return l // left open: closing a damaged file is not what is looked at
}

var day = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }

func ids[T any](list []T) []string {
	out := []string{}
	for _, v := range list {
		out = append(out, reflect.ValueOf(v).FieldByName("ID").String())
	}
	return out
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

var errPure = errors.New("the change says no")
