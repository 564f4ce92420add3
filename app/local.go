package app

import (
	"context"
	"encoding/json"

	"errata/app/api"
	"errata/app/cli"
	"errata/backend"
)

// localCaller calls the API of this very process.
type localCaller struct {
	api *api.API
	hub *api.Hub
}

// Call goes the same way as a call from elsewhere, through JSON, so that a verb
// behaves alike in both.
func (c localCaller) Call(ctx context.Context, method string, out any, args ...any) error {
	raw, err := encodeArgs(args)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { c.api.Cancel(cli.RequestID) })
	defer stop()
	result, err := api.Invoke(c.api, method, raw)
	if err != nil || out == nil {
		return err
	}
	b, err := json.Marshal(result)
	if err != nil {
		return backend.Wrap(err, backend.CodeInternal, "call", method+" gave something that is no JSON.")
	}
	return json.Unmarshal(b, out)
}

// Events gives the events from now on.
func (c localCaller) Events() (<-chan backend.Event, func()) { return c.hub.Listen() }

func encodeArgs(args []any) ([]json.RawMessage, error) {
	raw := make([]json.RawMessage, len(args))
	for i, a := range args {
		b, err := json.Marshal(a)
		if err != nil {
			return nil, backend.Wrap(err, backend.CodeInternal, "call", "An argument is no JSON.")
		}
		raw[i] = b
	}
	return raw, nil
}
