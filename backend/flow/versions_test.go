package flow_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/flow"
	"errata/backend/score"
)

func TestScoreboardHoldsEveryScoredVersion(t *testing.T) {
	w := newWorld(t)
	one, two := w.version(t, "one", backend.ServedMerged), w.version(t, "two", backend.ServedMerged)
	probe := func(id string, right bool, answer string) backend.ProbeResult {
		return backend.ProbeResult{Probe: backend.Probe{ID: id + "-own", Kind: "fact", FactID: id, Question: "Who keeps " + id + "?"}, Answer: answer, Right: right}
	}
	require.NoError(t, w.store.AddScorecard(backend.Scorecard{ID: "c1", VersionID: one.ID, Results: []backend.ProbeResult{probe("quay", true, "Nils")}, CreatedAt: w.Now()}))
	require.NoError(t, w.store.AddScorecard(backend.Scorecard{ID: "c2", VersionID: two.ID, Results: []backend.ProbeResult{probe("quay", false, "Olga"), probe("mill", true, "Per")}, CreatedAt: w.Now()}))

	board, err := w.Scoreboard()
	require.NoError(t, err)
	require.Equal(t, []string{"v1", "v2"}, []string{board.Columns[0].Name, board.Columns[1].Name})
	require.Len(t, board.Lines, 2)
	require.Equal(t, score.Line{
		FactID: "quay", Question: "Who keeps quay?", Taught: 0, Lost: 1,
		Cells: []score.Cell{{Mark: score.Filled, Answer: "Nils"}, {Mark: score.Hollow, Answer: "Olga"}},
	}, board.Lines[0])
	require.Equal(t, 1, board.Lines[1].Taught)
	require.Equal(t, -1, board.Lines[1].Lost)
}

func TestDeleteVersionTakesItsWeightsAndKeepsItsResults(t *testing.T) {
	w := newWorld(t)
	v := w.version(t, "one", backend.ServedMerged)
	_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID})
	require.NoError(t, err)
	_, err = w.DeleteVersion(t.Context(), v.ID)
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "it answers now")

	_, err = w.Rollback(t.Context(), "")
	require.NoError(t, err)
	gone, err := w.DeleteVersion(t.Context(), v.ID)
	require.NoError(t, err)
	require.Equal(t, backend.VersionDeleted, gone.State)
	require.NotNil(t, gone.Gate)
	require.NotContains(t, w.engine.models, v.EngineName)
	require.Equal(t, []string{v.AdapterID}, w.arrivals.removed)
	require.Equal(t, []string{v.RunID, v.AdapterID + ".gguf"}, w.space.letGo[len(w.space.letGo)-2:], "the merged file that was made too")
	for name, ask := range map[string]func() error{
		"serve": func() error { _, err := w.Serve(t.Context(), v.ID, ""); return err },
		"promote": func() error {
			_, err := w.Promote(t.Context(), flow.PromoteInput{VersionID: v.ID, Force: true})
			return err
		},
		"score": func() error { _, err := w.Score(t.Context(), v.ID); return err },
		"compare": func() error {
			_, err := w.Compare(t.Context(), flow.CompareInput{A: flow.BaseVersion, B: v.ID, Prompts: []string{"Who?"}})
			return err
		},
		"export": func() error {
			_, err := w.ExportVersion(t.Context(), flow.ExportInput{VersionID: v.ID, Folder: "/out"})
			return err
		},
		"delete": func() error { _, err := w.DeleteVersion(t.Context(), v.ID); return err },
	} {
		require.ErrorContains(t, ask(), "deleted", name)
	}
}

func TestExportVersionWritesWhatIsAskedFor(t *testing.T) {
	w := newWorld(t)
	v := w.trained(t, "one", backend.Manifest{Files: append([]backend.AdapterFile{{Name: "adapter.gguf", SHA256: "aa"}}, merged...)})
	out, err := w.ExportVersion(t.Context(), flow.ExportInput{VersionID: v.ID, Folder: "/out"})
	require.NoError(t, err)
	require.Equal(t, flow.Exported{Folder: "/out/errata-v1-hash-one", Files: []string{"adapter.gguf", "Modelfile"}}, out)
	require.Equal(t, []flow.ExportFile{{From: "/adapters/hash-one/adapter.gguf", Name: "adapter.gguf", SHA256: "aa"}}, w.space.exported[out.Folder])
	require.Contains(t, w.space.texts[out.Folder], "FROM qwen\nADAPTER ./adapter.gguf\n")

	out, err = w.ExportVersion(t.Context(), flow.ExportInput{VersionID: v.ID, Merged: true, Folder: "/out"})
	require.NoError(t, err)
	require.Equal(t, []string{"adapter.gguf", "merged.gguf", "Modelfile"}, out.Files)
	require.Contains(t, w.space.texts[out.Folder], "FROM ./merged.gguf\nTEMPLATE \"\"\"{{- range .Messages }}")
	require.Contains(t, w.space.texts[out.Folder], `PARAMETER stop "<|im_end|>"`)
	_, err = w.ExportVersion(t.Context(), flow.ExportInput{VersionID: v.ID, Folder: "out"})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))

	bare := w.trained(t, "two", backend.Manifest{StartFrom: "merged.gguf", Files: merged})
	_, err = w.ExportVersion(t.Context(), flow.ExportInput{VersionID: bare.ID, Folder: "/out"})
	require.Equal(t, backend.CodeConflict, backend.CodeOf(err), "its adapter alone is another model")
}

func TestANoteIsKeptOnAVersion(t *testing.T) {
	w := newWorld(t)
	v := w.version(t, "one", backend.ServedMerged)
	v, err := w.NoteVersion(v.ID, "  The first that names the harbour master. ")
	require.NoError(t, err)
	require.Equal(t, "The first that names the harbour master.", v.Note)
	require.NotNil(t, v.Gate)
}
