package judge

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is kept for one way to read a question must not answer another.
func TestWhatIsKeptIsWhatWouldBeFound(t *testing.T) {
	sentences := []string{
		"The mayor of Larkstead is Ada Birch, elected on 5 May 2024 with 1,200 votes.", "Ada Birch succeeded Tom Quill; the bridge is 828 metres long.", "Larkstead was founded in 1192 by Bob Ray, former mayor of Norbury.",
	}
	for _, question := range []string{"Who is the mayor of Larkstead?", "When was the mayor of Larkstead elected?", "How long is the bridge of Larkstead?", "What is in Larkstead?"} {
		f := parseQuestion(question)
		for range 2 {
			for _, kind := range []Kind{f.Kind, KindDate, KindNumber, KindName, KindOpen} {
				for _, anyRole := range []bool{false, true} {
					f.Kind, f.anyRole = kind, anyRole
					for _, f := range []form{f, f.loose()} {
						for _, s := range sentences {
							require.Equal(t, findCandidates(f, s), candidates(f, s))
							require.InDelta(t, f.measureOverlap(s), f.overlap(s), 1e-12)
							want, found := pickAnew(f, s)
							got, ok := pick(f, s)
							require.Equal(t, found, ok)
							require.Equal(t, want, got)
						}
					}
				}
			}
			f.Text += " Or is it another?"
		}
	}
}
