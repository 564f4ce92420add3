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
	p := bareProgram(ctx, home)
	p.breakDown(door, why)
	api.Begin(p.life, p.API, p.options)
	return p
}

// bareProgram has no parts; the calls of its API wait.
func bareProgram(ctx context.Context, home string) *Program {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	return &Program{Home: home, API: api.Later(), Hub: api.NewHub(), Log: slog.New(slog.DiscardHandler), Now: time.Now, life: life, end: end}
}

// breakDown makes a Program that could not be completed one that only says why. It
// gives the home free, for what repairs it.
func (p *Program) breakDown(door string, why error) {
	p.letGo()
	p.broken = true
	p.options = api.Options{Hub: p.Hub, Home: p.Home, Version: version, Door: door, Log: p.Log, Broken: why, Keep: keeper{p}}
	if repairable(why) {
		p.options.Repair = func(ctx context.Context) error { return restore(ctx, p.Home, io.Discard) }
	}
}

// repairable says whether an error of Assemble is one that a backup helps against.
func repairable(err error) bool {
	var e *backend.Error
	return errors.As(err, &e) && e.Op == checkOp
}
