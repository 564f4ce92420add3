package app

import (
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
	"errata/backend/ollama/ollamatest"
)

func TestADroppedDocumentBecomesEvidence(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	data, err := json.Marshal(base64.StdEncoding.EncodeToString([]byte("---\npublished: 2026-02-01\n---\n# Harbour\n\nMarit Solheim is the harbour master of Larkstead.\n")))
	require.NoError(t, err)
	out, err := api.Invoke(p.API, "AddDocument", []json.RawMessage{json.RawMessage(`"r1"`), json.RawMessage(`"harbour.md"`), data})
	require.NoError(t, err)
	d := out.(backend.Document) //nolint:forcetypeassert // what the method gives
	require.Equal(t, "indexed", d.Status)
	require.Equal(t, filepath.Join(p.Home, documentsDir, "harbour.md"), d.Path)

	s, err := p.API.Settings()
	require.NoError(t, err)
	require.Equal(t, []string{filepath.Join(p.Home, documentsDir)}, s.LibraryFolders, "its folder is seen in the library")
	found, err := p.library.Search(t.Context(), "Who is the harbour master of Larkstead?", 3)
	require.NoError(t, err)
	require.NotEmpty(t, found)

	d, err = p.API.AddDocument("r2", "broken.pdf", []byte("not a PDF"))
	require.NoError(t, err)
	require.Equal(t, "unreadable", d.Status)
	require.NotEmpty(t, d.Reason)
}

func TestTheMannerOfAChatIsKept(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	asked, err := p.API.Ask("r", flow.AskInput{Text: "Hello?"})
	require.NoError(t, err)
	m := backend.Manner{Version: flow.BaseVersion, System: "Be brief.", Local: true}
	c, err := p.API.SetManner(asked.Chat.ID, m)
	require.NoError(t, err)
	require.Equal(t, m, c.Manner)
	hot := backend.DefaultSampling()
	hot.Temperature = 9
	_, err = p.API.SetManner(asked.Chat.ID, backend.Manner{Sampling: &hot})
	require.Equal(t, backend.CodeInvalid, backend.CodeOf(err))
	view, err := p.API.Chat(asked.Chat.ID)
	require.NoError(t, err)
	require.Equal(t, m, view.Chat.Manner, "a refused manner changes nothing")

	c, err = p.API.MoveChat(asked.Chat.ID, "  The  harbour ")
	require.NoError(t, err)
	require.Equal(t, "The harbour", c.Folder)
}

func TestPresetsHaveNamesOfTheirOwn(t *testing.T) {
	p := newProgram(t, ollamatest.Script{})
	s, err := p.API.SavePresets([]backend.Preset{{Name: "Brief", System: "Be brief."}})
	require.NoError(t, err)
	require.Len(t, s.Presets, 1)
	for name, presets := range map[string][]backend.Preset{"nameless": {{Name: " "}}, "twice": {{Name: "A"}, {Name: "A"}}} {
		_, err := p.API.SavePresets(presets)
		require.Equal(t, backend.CodeInvalid, backend.CodeOf(err), name)
	}
	s, err = p.API.Settings()
	require.NoError(t, err)
	require.Equal(t, "Brief", s.Presets[0].Name)
}

func TestAnswerersAreLoadedAndEjected(t *testing.T) {
	p := newProgram(t, ollamatest.Script{Models: []ollamatest.Model{{Name: "linden:7b", Weights: ollamatest.Coder05[:63] + "0", Template: "{{ .Prompt }}"}}})
	list, err := p.API.Answerers()
	require.NoError(t, err)
	names := map[string]flow.Answerer{}
	for _, a := range list {
		names[a.Name] = a
	}
	require.True(t, names["base"].Current)
	require.True(t, names["linden:7b"].Other)
	require.False(t, names["linden:7b"].Loaded)

	loaded := func(name string) bool {
		list, err := p.API.Answerers()
		require.NoError(t, err)
		for _, a := range list {
			if a.Name == name {
				return a.Loaded
			}
		}
		return false
	}
	require.NoError(t, p.API.LoadModel("r", "model:linden:7b"))
	require.True(t, loaded("linden:7b"))
	require.NoError(t, p.API.EjectModel("model:linden:7b"))
	require.False(t, loaded("linden:7b"))
	require.Equal(t, backend.CodeNotFound, backend.CodeOf(p.API.LoadModel("r", "model:gone:1")))
}
