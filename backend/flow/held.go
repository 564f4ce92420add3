package flow

import (
	"time"

	"errata/backend"
)

// held tells which facts the weights of a version answer. Its scorecard names them by
// id, of the text that was frozen; a person may have edited the fact since.
type held struct {
	loop    *Loop
	version backend.Version
	ids     map[string]bool
	frozen  time.Time // when the version's facts were read
	taught  map[string]backend.Fact
}

func (l *Loop) heldBy(v backend.Version) *held {
	h := &held{loop: l, version: v, ids: make(map[string]bool, len(v.RecalledFactIDs))}
	if len(v.RecalledFactIDs) == 0 {
		return h
	}
	d, err := l.Store.Dataset(v.DatasetID)
	if err != nil {
		// A fact told twice does less harm than one that the weights say in its old words.
		l.Log.Warn("memory", "version", v.ID, "err", err)
		return h
	}
	h.frozen = d.CreatedAt
	for _, id := range v.RecalledFactIDs {
		h.ids[id] = true
	}
	return h
}

// recalled says whether the weights answered for a fact. What changes within weeks is
// given all the same.
func (h *held) recalled(f backend.Fact) bool { return f.Class != backend.ClassFast && h.ids[f.ID] }

// untouched says, without reading what was taught, that the weights hold a fact. A
// decision touches one as an edit does.
func (h *held) untouched(f backend.Fact) bool { return h.recalled(f) && !f.UpdatedAt.After(h.frozen) }

// says says whether the weights hold a fact as it reads now.
func (h *held) says(f backend.Fact) bool {
	if !h.recalled(f) {
		return false
	}
	if h.taught == nil {
		content, err := h.loop.Store.DatasetContent(h.version.DatasetID)
		if err != nil {
			h.loop.Log.Warn("memory", "version", h.version.ID, "err", err)
		}
		h.taught = make(map[string]backend.Fact, len(content.Facts))
		for _, was := range content.Facts {
			h.taught[was.ID] = was
		}
	}
	was, ok := h.taught[f.ID]
	return ok && backend.Normal(was.Question) == backend.Normal(f.Question) && backend.SameAnswer(was.Answer, f.Answer)
}
