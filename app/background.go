package app

import (
	"path/filepath"
	"time"

	"errata/backend"
	"errata/backend/bolt"
	"errata/backend/library"
)

// A backup is made when the newest one is a day old. The age is looked at every
// hour, because a clock that counts a day stands still while a laptop sleeps.
const (
	backupAge  = 24 * time.Hour
	backupLook = time.Hour
)

// tendEvery is how often is looked whether facts are due for a re-check.
const tendEvery = 10 * time.Minute

// Background starts what goes on beside a door that stays open: watching
// incoming/ and the library, a backup a day, and the checks that fall due.
func (p *Program) Background() {
	if p.broken {
		return
	}
	p.behind.Go(func() {
		p.watcher.Run(p.life, func() {
			if err := p.Loop.Absorb(p.life); err != nil && p.life.Err() == nil {
				p.Log.Error("absorb", "err", err)
			}
		})
	})
	p.behind.Go(func() {
		if err := p.library.Watch(p.life); err != nil && p.life.Err() == nil {
			p.Log.Error("library", "err", err)
		}
	})
	p.every(backupLook, p.backUp)
	p.every(tendEvery, func() { p.Loop.Tend(p.life) })
}

// every does something again and again until the program ends.
func (p *Program) every(wait time.Duration, do func()) {
	p.behind.Go(func() {
		look := time.NewTicker(wait)
		defer look.Stop()
		for {
			select {
			case <-p.life.Done():
				return
			case <-look.C:
				do()
			}
		}
	})
}

// libraryScanned tells the doors that the documents are others than before.
func (p *Program) libraryScanned(r library.Report, err error) {
	if err != nil {
		p.Log.Error("library", "err", err)
	}
	if r.Added+r.Changed+r.Removed > 0 {
		p.Hub.Emit(backend.Event{At: p.Now(), Topic: "library.changed", Data: r})
	}
}

// libraryRead tells the doors how far a scan is.
func (p *Program) libraryRead(at library.Progress) {
	p.Hub.Emit(backend.Event{At: p.Now(), Topic: "library.progress", Data: at})
}

// backUpBehind makes the backup that is due at a start, beside what goes on. A new
// home gets none: of two ways to repair it, an empty backup would be the worse one.
func (p *Program) backUpBehind() {
	if !p.fresh {
		p.behind.Go(p.backUp)
	}
}

// backUp makes a backup if the newest is too old.
func (p *Program) backUp() {
	p.backups.Lock()
	defer p.backups.Unlock()
	dir := filepath.Join(p.Home, backupsDir)
	ring, err := bolt.Backups(dir)
	if err == nil && (len(ring) == 0 || p.Now().Sub(ring[0].At) >= backupAge) {
		_, err = p.Store.Backup(dir, p.Now())
	}
	if err != nil && p.life.Err() == nil {
		p.Log.Error("backup", "err", err)
	}
}
