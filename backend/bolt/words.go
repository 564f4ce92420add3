package bolt

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"errata/backend"
)

const (
	maxWordBytes = 64  // a longer word is found by its start
	maxWords     = 256 // of one record; later words are not found
)

// wordsOf gives the distinct words of texts in Normal form.
func wordsOf(texts ...string) []string {
	seen := map[string]bool{}
	out := []string{}
	for _, text := range texts {
		for _, w := range strings.Fields(backend.Normal(text)) {
			w = cut(w)
			if seen[w] {
				continue
			}
			if len(out) == maxWords {
				return out
			}
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}

func cut(w string) string {
	if len(w) <= maxWordBytes {
		return w
	}
	n := maxWordBytes
	for n > 0 && !utf8.RuneStart(w[n]) {
		n--
	}
	return w[:n]
}

// wordEntries lists a record under each of its words.
//
//	bucket: scope · 0 · word · 0 · position · id
func wordEntries(bucket, scope string, words []string, position []byte, id string) []entry {
	out := make([]entry, 0, len(words))
	for _, w := range words {
		out = append(out, at(bucket, scope+"\x00"+w, position, id))
	}
	return out
}

// search streams what holds every word of the query, the last one as a prefix,
// because it may still be being typed. A query without a word (only marks or
// articles) gives nil: there is nothing to filter by.
func search(tx *tx, bucket, scope, query string) allOf {
	words := wordsOf(query)
	if len(words) == 0 {
		return nil
	}
	last := len(words) - 1
	parts := allOf{prefixed(tx, bucket, scope, words[last])}
	for _, w := range words[:last] {
		parts = append(parts, scopeOf(tx, bucket, scope+"\x00"+w))
	}
	return parts
}

// prefixed streams the records of every indexed word that starts with prefix.
func prefixed(tx *tx, bucket, scope, prefix string) stream {
	start := join(scope, []byte(prefix))
	skip := len(scope) + 1
	parts := &anyOf{}
	c := tx.in(bucket).Cursor()
	for key, _ := c.Seek(start); bytes.HasPrefix(key, start); {
		end := bytes.IndexByte(key[skip:], 0)
		if end < 0 {
			tx.note(Damage{bucket, string(key), "the list holds an entry without a word"})
			key, _ = c.Next()
			continue
		}
		word := key[skip : skip+end]
		parts.parts = append(parts.parts, scopeOf(tx, bucket, scope+"\x00"+string(word)))
		key, _ = c.Seek(append(bytes.Clone(key[:skip+end]), 1))
	}
	return parts
}
