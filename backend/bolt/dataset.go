package bolt

import (
	"encoding/binary"

	"errata/backend"
)

var datasets = table[backend.Dataset]{
	bucket: "dataset", noun: "dataset",
	id: func(d *backend.Dataset) string { return d.ID },
	index: func(d *backend.Dataset) []entry {
		return []entry{at(datasetByNumber, "", number(uint64(d.Number)), d.ID)}
	},
}

// content is a dataset's body, kept apart because it can be megabytes.
type content struct {
	ID      string                 `json:"id"`
	Content backend.DatasetContent `json:"content"`
}

var contents = table[content]{
	bucket: "dataset_content", noun: "dataset content", packed: true,
	id: func(c *content) string { return c.ID },
}

// nextNumber is one more than the highest number of an index by number.
func nextNumber(tx *tx, index string) (int, error) {
	h, ok := scopeOf(tx, index, "").below(nil, false)
	if !ok {
		return 1, nil
	}
	if len(h.suffix) < 8 {
		return 0, Damage{index, string(h.id), "the list holds an entry without a number"}.wrapped()
	}
	return int(binary.BigEndian.Uint64(h.suffix)) + 1, nil
}

// AddDataset stores a frozen dataset with its content and gives it the next
// number. A parent must be stored and have the hash that the dataset names.
func (s *Store) AddDataset(d backend.Dataset, c backend.DatasetContent) (backend.Dataset, error) {
	err := s.update("bolt.dataset.add", func(tx *tx) (err error) {
		if err := checkID("dataset", d.ID); err != nil {
			return err
		}
		if d.ParentID != "" {
			parent, err := datasets.get(tx, d.ParentID)
			if err != nil {
				return err
			}
			if parent.Hash != d.ParentHash {
				return backend.Errorf(backend.CodeInvalid, "", "The dataset names another hash for its parent than the parent has; it was not stored.")
			}
		}
		if d.Number, err = nextNumber(tx, datasetByNumber); err != nil {
			return err
		}
		if err := datasets.add(tx, &d); err != nil {
			return err
		}
		return contents.add(tx, &content{d.ID, c})
	})
	if err != nil {
		return backend.Dataset{}, err
	}
	fillEmpty(&d)
	return d, nil
}

// Dataset gets the head of a dataset.
func (s *Store) Dataset(id string) (d backend.Dataset, err error) {
	err = s.view("bolt.dataset", func(tx *tx) error { d, err = datasets.get(tx, id); return err })
	return d, err
}

// Datasets gives the heads of all datasets, newest first.
func (s *Store) Datasets() (out []backend.Dataset, err error) {
	err = s.view("bolt.datasets", func(tx *tx) error {
		out, err = datasets.page(tx, datasetByNumber, scopeOf(tx, datasetByNumber, ""), nil, -1)
		return err
	})
	return orEmpty(out), err
}

// DatasetContent gets the frozen body of a dataset.
func (s *Store) DatasetContent(id string) (backend.DatasetContent, error) {
	var c content
	err := s.view("bolt.dataset.content", func(tx *tx) (err error) { c, err = contents.get(tx, id); return err })
	return c.Content, err
}
