package judge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"strconv"
	"sync"
	"time"

	"errata/backend"
)

// tableRevision is raised by hand when the gate, the decision table, the comparison
// under it or its confidences change, because no prompt shows that.
const tableRevision = 10

// AppOrders gives what the app compares labels with: nothing, so that T3 is off.
// It judges nobody's answers before `errata bench judge` has shown what it adds.
// Calibration asks here too, because a fit holds only for the judge it was made with.
func AppOrders() *Orders { return nil }

// PromptVersion names everything that the app's judge says to a model, and its
// decision table: a calibration holds for one of them only.
var PromptVersion = sync.OnceValue(func() string {
	rec := &recorder{Hash: sha256.New()}
	sayAll(rec)
	return strconv.Itoa(tableRevision) + "-" + hex.EncodeToString(rec.Sum(nil)[:4])
})

// sayAll asks a model every kind of question once; the replies are of no use.
func sayAll(m Model) {
	day := time.Date(2025, 6, 15, 12, 0, 0, 0, time.UTC)
	r := &run{o: Options{Model: m, MaxCalls: 1 << 20}, id: "version", now: day}
	ctx := context.Background()
	f := parseQuestion("Who is the mayor of Larkstead?")
	c := chosen{Passage: backend.Passage{ID: "p", Title: "Larkstead"}, window: "Ada Birch is the mayor of Larkstead.", first: "Ada Birch is the mayor of Larkstead.", at: &day}
	_, _ = r.gate(ctx, "Does the clay of Larkstead shrink?")
	_, _ = r.modelClaim(ctx, f, "The mayor is Ada Birch.")
	_ = r.extract(ctx, backend.ExtractRequest{Messages: r.extractMessages(f, c), Schema: extractSchema}, nil)
	_, _, _ = r.readChat(ctx, f, c)
	_, _, _ = r.readYesNo(ctx, f, c)
	if AppOrders() != nil {
		_, _, _, _ = r.bothOrders(ctx, pair{question: f.Text, a: "Ada Birch", b: "A. Birch"}, r.label)
	}
}

// recorder is a model that hashes what it is asked and gives nothing back.
type recorder struct{ hash.Hash }

func (r *recorder) note(kind string, request any) {
	b, err := json.Marshal(request)
	if err != nil {
		b = []byte(err.Error())
	}
	_, _ = r.Write(append([]byte(kind+"\x00"), b...))
}

// Label implements the port.
func (r *recorder) Label(_ context.Context, req backend.LabelRequest) (backend.LabelResult, error) {
	r.note("label", req)
	return backend.LabelResult{Mass: 1, P: map[string]float64{}}, nil
}

// Extract implements the port.
func (r *recorder) Extract(_ context.Context, req backend.ExtractRequest, _ any) error {
	r.note("extract", req)
	return backend.ErrUnusable
}

// Chat implements the port.
func (r *recorder) Chat(_ context.Context, req backend.ChatRequest, _ func(string) error) (backend.ChatResult, error) {
	r.note("chat", req)
	return backend.ChatResult{Text: "none", Done: true}, nil
}
