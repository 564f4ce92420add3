package backend_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"errata/backend"
)

func TestRemoteSaysWhatIsWrongBeforeAnythingIsSent(t *testing.T) {
	good := backend.Remote{Kind: backend.EngineRay, Address: "http://10.0.0.5:8265", GPUs: 1, Sweep: json.RawMessage(`{"rate":[0.1,0.2]}`)}
	require.NoError(t, good.Validate())
	for name, change := range map[string]func(r *backend.Remote){
		"another engine":    func(r *backend.Remote) { r.Kind = "slurm" },
		"no address":        func(r *backend.Remote) { r.Address = "" },
		"no scheme":         func(r *backend.Remote) { r.Address = "10.0.0.5:8265" },
		"a client's scheme": func(r *backend.Remote) { r.Address = "ray://10.0.0.5:10001" },
		"a password":        func(r *backend.Remote) { r.Address = "http://me:secret@10.0.0.5:8265" },
		"less than no GPU":  func(r *backend.Remote) { r.GPUs = -1 },
		"a sweep of one":    func(r *backend.Remote) { r.Sweep = json.RawMessage(`{"rate":0.1}`) },
		"an empty sweep":    func(r *backend.Remote) { r.Sweep = json.RawMessage(`{}`) },
		"no JSON":           func(r *backend.Remote) { r.Sweep = json.RawMessage(`rate`) },
	} {
		t.Run(name, func(t *testing.T) {
			r := good
			change(&r)
			require.Equal(t, backend.CodeInvalid, backend.CodeOf(r.Validate()))
		})
	}
}
