package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"errata/app/api"
	"errata/backend"
)

// brokenProgram stands in for one that could not be assembled: its door opens and shows
// why, with the next step. It holds nothing of the home.
func brokenProgram(ctx context.Context, home, door string, why error) *Program {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	p := &Program{Home: home, Hub: api.NewHub(), Log: slog.New(slog.DiscardHandler), Now: time.Now, life: life, end: end, broken: true}
	o := api.Options{Hub: p.Hub, Home: home, Version: version, Door: door, Log: p.Log, Broken: why, Keep: keeper{p}}
	if repairable(why) {
		o.Repair = func(ctx context.Context) error { return restore(ctx, home, io.Discard) }
	}
	p.API = api.New(life, o)
	return p
}

// repairable says whether an error of Assemble is one that a backup helps against.
func repairable(err error) bool {
	var e *backend.Error
	return errors.As(err, &e) && e.Op == checkOp
}
