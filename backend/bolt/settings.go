package bolt

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"

	"errata/backend"
)

// chosen is what the user chose.
type chosen struct {
	ID       string         `json:"id"`
	Settings storedSettings `json:"settings"`
}

// storedSettings reads older records too: one setting named extractor and judge.
type storedSettings struct {
	backend.Settings
	JudgeModel string `json:"judge_model,omitempty"`
}

const settingsID = "settings"

var settings = table[chosen]{bucket: "settings", noun: "settings", id: func(c *chosen) string { return c.ID }}

// Settings gives what the user chose, DefaultSettings before that.
func (s *Store) Settings() (backend.Settings, error) {
	c := chosen{Settings: storedSettings{Settings: backend.DefaultSettings()}}
	err := s.view("bolt.settings", func(tx *tx) error {
		stored, found, err := settings.find(tx, settingsID)
		if found {
			c = stored
			c.Settings.Extractor = cmp.Or(c.Settings.Extractor, c.Settings.JudgeModel)
			c.Settings.Judge = cmp.Or(c.Settings.Judge, c.Settings.JudgeModel)
		}
		return err
	})
	return c.Settings.Settings, err
}

// PutSettings stores what the user chose, over settings that are damaged too.
func (s *Store) PutSettings(v backend.Settings) error {
	return s.update("bolt.settings.put", func(tx *tx) error {
		if err := dropDamaged(tx, &settings, settingsID); err != nil {
			return err
		}
		return settings.put(tx, &chosen{settingsID, storedSettings{Settings: v}})
	})
}

// dropDamaged makes room where a damaged record may be written over: nothing
// lists it and a new value is at hand.
func dropDamaged[T any](tx *tx, t *table[T], id string) error {
	_, _, err := t.find(tx, id)
	var d Damage
	if !errors.As(err, &d) {
		return err
	}
	tx.note(d)
	return tx.in(t.bucket).Delete([]byte(id))
}

// tally is a record of running counts, so that counting costs the same at any size.
type tally struct {
	ID string           `json:"id"`
	N  map[string]int64 `json:"n"`
}

var counts = table[tally]{bucket: "count", noun: "count", id: func(t *tally) string { return t.ID }}

const (
	countFacts = "facts" // by state
	countCache = "cache" // cacheBytes
	cacheBytes = "bytes"
)

// countsOf reads counts; damaged ones are counted again from the records.
func countsOf(tx *tx, id string) (map[string]int64, error) {
	t, _, err := counts.find(tx, id)
	var d Damage
	if errors.As(err, &d) {
		tx.note(d)
		return recount(tx, id)
	}
	if err == nil && t.N == nil {
		t.N = map[string]int64{}
	}
	return t.N, err
}

// count adds steps to counts. It runs when records and index are written, so a
// recount of damaged ones has the steps in it.
func count(tx *tx, id string, steps map[string]int64) error {
	t, _, err := counts.find(tx, id)
	var d Damage
	if errors.As(err, &d) {
		tx.note(d)
		return storeRecount(tx, id)
	}
	if err != nil {
		return err
	}
	if t.N == nil {
		t.N = map[string]int64{}
	}
	changed := false
	for name, by := range steps {
		t.N[name] += by
		changed = changed || by != 0
	}
	if !changed {
		return nil
	}
	return counts.put(tx, &tally{id, t.N})
}

func storeRecount(tx *tx, id string) error {
	n, err := recount(tx, id)
	if err != nil {
		return err
	}
	if err := tx.in(counts.bucket).Delete([]byte(id)); err != nil {
		return err
	}
	return counts.put(tx, &tally{id, n})
}

func recount(tx *tx, id string) (map[string]int64, error) {
	n := map[string]int64{}
	if id == countFacts {
		for _, state := range factStates {
			prefix := join(string(state))
			c := tx.in(factByState).Cursor()
			for key, _ := c.Seek(prefix); bytes.HasPrefix(key, prefix); key, _ = c.Next() {
				n[string(state)]++
			}
		}
		return n, nil
	}
	kept, err := replies.children(tx, cacheByAge, "")
	for _, r := range kept {
		n[cacheBytes] += int64(len(r.Value))
	}
	return n, err
}

// reply is one cached reply.
type reply struct {
	ID    string `json:"id"`
	Seq   uint64 `json:"seq"`
	Value []byte `json:"value"`
}

// replies is the cache without its count, for counting it again.
var replies = table[reply]{
	bucket: "cache", noun: "cached reply",
	id: func(r *reply) string { return r.ID },
	index: func(r *reply) []entry {
		return []entry{at(cacheByAge, "", number(r.Seq), r.ID)}
	},
}

var cached = table[reply]{
	bucket: replies.bucket, noun: replies.noun, id: replies.id, index: replies.index,
	after: func(tx *tx, before, now *reply) error {
		by := int64(0)
		if before != nil {
			by -= int64(len(before.Value))
		}
		if now != nil {
			by += int64(len(now.Value))
		}
		return count(tx, countCache, map[string]int64{cacheBytes: by})
	},
}

// cacheID makes one id of kind and key; a key that is no id goes by its hash.
func cacheID(kind, key string) (string, error) {
	if err := checkID("cache kind", kind); err != nil {
		return "", err
	}
	if checkID("cache key", key) != nil {
		h := sha256.Sum256([]byte(key))
		key = "sha256:" + hex.EncodeToString(h[:])
	}
	return kind + "\x00" + key, nil
}

// Cached gives a cached reply; a damaged one counts as not there.
func (s *Store) Cached(kind, key string) (value []byte, found bool, err error) {
	err = s.view("bolt.cache", func(tx *tx) error {
		id, err := cacheID(kind, key)
		if err != nil {
			return err
		}
		r, has, err := cached.find(tx, id)
		if tolerated(tx, &err) && has {
			value, found = r.Value, true
		}
		return err
	})
	return value, found, err
}

// PutCached keeps a reply and drops the oldest ones beyond Options.CacheBytes.
// A value larger than that is not kept, which is no error.
func (s *Store) PutCached(kind, key string, value []byte) error {
	return s.update("bolt.cache.put", func(tx *tx) error {
		id, err := cacheID(kind, key)
		if err != nil {
			return err
		}
		if int64(len(value)) > tx.cacheBytes {
			return nil
		}
		if _, _, err := cached.find(tx, id); err != nil {
			if err := dropReply(tx, id); err != nil {
				return err
			}
		}
		seq := uint64(1)
		if h, ok := scopeOf(tx, cacheByAge, "").below(nil, false); ok && len(h.suffix) >= 8 {
			seq = binary.BigEndian.Uint64(h.suffix) + 1
		}
		if err := cached.put(tx, &reply{id, seq, value}); err != nil {
			return err
		}
		return shrinkCache(tx)
	})
}

func shrinkCache(tx *tx) error {
	for {
		n, err := countsOf(tx, countCache)
		if err != nil || n[cacheBytes] <= tx.cacheBytes {
			return err
		}
		key, id := tx.in(cacheByAge).Cursor().First()
		if key == nil {
			return storeRecount(tx, countCache)
		}
		name := string(id)
		if cached.remove(tx, name) == nil {
			continue
		}
		if err := dropReply(tx, name); err != nil {
			return err
		}
	}
}

// dropReply drops a reply that cannot be read, with every entry that names it.
func dropReply(tx *tx, id string) error {
	var stale [][]byte
	c := tx.in(cacheByAge).Cursor()
	for key, value := c.First(); key != nil; key, value = c.Next() {
		if string(value) == id {
			stale = append(stale, bytes.Clone(key))
		}
	}
	for _, key := range stale {
		if err := tx.in(cacheByAge).Delete(key); err != nil {
			return err
		}
	}
	if err := tx.in(cached.bucket).Delete([]byte(id)); err != nil {
		return err
	}
	return storeRecount(tx, countCache)
}
