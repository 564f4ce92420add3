// Package app assembles the parts of Errata, once, in one function that tests call
// too, and gives them to the three doors.
//
//	Main ─> cli.Run ─> Assemble ─> Program{API, Loop, Store, …}
//	                      │
//	        bolt, ollama, engine, evidence, library, train, watch, secret
package app

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"errata/app/cli"
)

// Main runs one command line and returns the exit code of the process.
func Main(args []string) int {
	if len(args) == 2 && args[0] == checkFlag {
		return checkDB(args[1], os.Stderr)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Run(ctx, args, doors(), cli.IO{Out: os.Stdout, Err: os.Stderr, In: os.Stdin, Version: fmt.Sprintf("errata %s", version)})
}

// doors are what the command line can open.
func doors() cli.Doors {
	return cli.Doors{Open: openCaller, Serve: serve, Window: openWindow, Restore: restore, BenchChat: benchChat, BenchJudge: benchJudge, BenchCalibrate: benchCalibrate, BenchLearn: benchLearn}
}

// openCaller assembles the program for one command, or reaches the one that
// already runs on this home.
func openCaller(ctx context.Context, home string) (cli.Caller, func(), error) {
	dir, err := HomeDir(home)
	if err != nil {
		return nil, nil, err
	}
	for patience := time.Now().Add(endingLimit); ; {
		p, err := Assemble(ctx, Config{Home: dir, Door: "command line"})
		if err == nil {
			return localCaller{api: p.API, hub: p.Hub}, func() { p.Finish(ctx, sayWaiting) }, nil
		}
		if !running(err) {
			return nil, nil, err
		}
		remote, dialErr := dialControl(ctx, dir)
		if dialErr == nil {
			return remote, remote.close, nil
		}
		if ctx.Err() != nil || time.Now().After(patience) {
			return nil, nil, err
		}
		time.Sleep(endingLook)
	}
}

// A command that ends has closed its socket but still holds the home for a
// moment; the next one waits for it.
const (
	endingLimit = 3 * time.Second
	endingLook  = 50 * time.Millisecond
)

func sayWaiting() {
	fmt.Fprintln(os.Stderr, "Done. Another command is running through this one; it ends with that one (Ctrl-C ends both).")
}
