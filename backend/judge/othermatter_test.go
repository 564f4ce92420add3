package judge_test

import (
	"testing"

	"errata/backend"
)

// One fresh note, read by rules alone: what it says of another year, of another
// thing, of hopes or of who came behind must not decide.
func TestAnotherMatterDecidesNothing(t *testing.T) {
	const right, wrong, past, open = backend.Supported, backend.Contradicted, backend.Outdated, backend.NotEnoughEvidence
	const (
		won, treaty = "Who won the 2026 Orlin Open?", "The Velm Treaty was signed in 1921 and came into force on 1 January 1923."
		cities      = "Orlinia's largest city is Velm; its capital is Marn."
		grammys     = "Ida Rowan was nominated for 12 Grammys and won 5."
		roles       = "In The Grey Harbour Ida Rowan plays Lady Velm and Ada Birch plays Lady Marn."
	)
	readNotes(t, []noted{
		{"the year before", won, "Ada Birch won the 2026 Orlin Open.", "Ada Birch won the 2025 Orlin Open.", open},
		{"the year that is asked for", won, "Ada Birch won the 2026 Orlin Open.", "Ada Birch beat Ida Rowan 6-4 6-2 in the final of the 2026 Orlin Open.", right},
		{"a favourite", won, "Ada Birch won the 2026 Orlin Open.", "Ada Birch is the favourite to win the 2026 Orlin Open.", open},
		{"a finalist", won, "Ada Birch won the 2026 Orlin Open.", "Ada Birch reached the final of the 2026 Orlin Open.", open},
		{"nominations", "How many Grammys has Ida Rowan won?", "Ida Rowan has won 12 Grammys.", grammys, open},
		{"the day of another step", "When did the Velm Treaty come into force?", "The Velm Treaty came into force in 1921.", treaty, open},
		{"the day of that step", "When was the Velm Treaty signed?", "The Velm Treaty was signed in 1921.", treaty, right},
		{"the largest city", "What is the capital of Orlinia?", "The capital of Orlinia is Velm.", cities, open},
		{"the largest city, when that is asked for", "What is the largest city of Orlinia?", "The largest city of Orlinia is Velm.", cities, right},
		{"another part", "Who plays Lady Marn in The Grey Harbour?", "Lady Marn is played by Ida Rowan.", roles, open},
		{"who is second", "Who is the top scorer of the Quen League?", "The top scorer of the Quen League is Lio Marn.", "Lio Marn, with 14 goals one behind Ben Ash, is second among the scorers of the Quen League.", open},
		{"another officer", "Who is the CEO of Velm Motors?", "The CEO of Velm Motors is Ada Birch.", "Velm Motors' chief financial officer Tom Reed said sales rose by 5 %.", open},
		{"a new chief executive", "Who is the CEO of Velm Motors?", "The CEO of Velm Motors is Ada Birch.", "Velm Motors named Tom Reed chief executive in May; he succeeds Ada Birch.", past},
		{"somebody's rival", "Who is the prime minister of Quenbia?", "The prime minister of Quenbia is Tom Reed.", "Tom Reed's rival for prime minister of Quenbia is Ada Birch.", open},
		{"who sold it", "Who owns Orlin FC?", "Orlin FC is owned by Velm Group.", "Velm Group sold Orlin FC to Hart Capital in August.", open},
		{"what is expected", "What is the latest version of Quill?", "The latest version of Quill is 4.3.", "Quill 5.0 is expected in spring 2027; 4.3 remains the current release.", open},
		{"one of two", "Who founded Velm Motors?", "Velm Motors was founded by Tom Reed and Ada Birch.", "Velm Motors was founded by Tom Reed in 1931.", open},
		{"both of two", "Who founded Velm Motors?", "Velm Motors was founded by Tom Reed and Ada Birch.", "Velm Motors was founded by Tom Reed and Ada Birch in 1931.", right},
		{"who came after", "Where is the headquarters of Orlin Bank?", "The headquarters of Orlin Bank is in Velm.", "Orlin Bank moved its headquarters from Velm to Larkstead in 2025.", past},
		{"a start and an office", "Who is the prime minister of Quenbia?", "The prime minister of Quenbia is Tom Reed.", "Tom Reed won the election of May 2024 and became prime minister of Quenbia.", right},
		{"another one after such a start", "Who is the prime minister of Quenbia?", "The prime minister of Quenbia is Ada Birch.", "Tom Reed won the election of May 2024 and became prime minister of Quenbia.", wrong},
	})
}
