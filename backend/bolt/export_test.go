package bolt

import (
	"go.etcd.io/bbolt"

	"errata/backend"
)

// WithMigrations gives options with further migrations after the shipped ones.
func WithMigrations(o Options, more ...Migration) Options {
	o.migrations = append([]migration{}, migrations...)
	for _, m := range more {
		o.migrations = append(o.migrations, migration{Name: m.Name, Apply: m.Apply})
	}
	return o
}

// FirstLayout gives options that stop before the later migrations.
func FirstLayout(o Options) Options {
	o.migrations = migrations[:1]
	return o
}

type Migration struct {
	Name  string
	Apply func(*bbolt.Tx) error
}

// BucketNames lists every bucket that the code knows.
func BucketNames() []string { return bucketNames() }

// Raw changes the bytes of a store behind its back.
func (s *Store) Raw(do func(*bbolt.Tx) error) error { return s.db.Update(do) }

// PutOlderSettings stores settings as they were when one of them named extractor and
// judge.
func (s *Store) PutOlderSettings(v backend.Settings, judgeModel string) error {
	return s.update("test", func(tx *tx) error {
		return settings.put(tx, &chosen{settingsID, storedSettings{v, judgeModel}})
	})
}

// AddFacts adds many facts in few transactions, without their invariants.
func (s *Store) AddFacts(list []backend.Fact) error {
	for len(list) > 0 {
		n := min(len(list), 5000)
		err := s.update("test", func(tx *tx) error {
			for i := range list[:n] {
				if err := facts.add(tx, &list[i]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}
