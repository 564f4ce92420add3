package bolt

import "errata/backend"

var scorecards = table[backend.Scorecard]{
	bucket: "scorecard", noun: "scorecard",
	id: func(c *backend.Scorecard) string { return c.ID },
	index: func(c *backend.Scorecard) []entry {
		return []entry{at(scorecardByVersion, c.VersionID, stamp(c.CreatedAt), c.ID)}
	},
}

var comparisons = table[backend.Comparison]{
	bucket: "comparison", noun: "comparison",
	id: func(c *backend.Comparison) string { return c.ID },
	index: func(c *backend.Comparison) []entry {
		return []entry{at(comparisonByTime, "", stamp(c.CreatedAt), c.ID)}
	},
}

// AddScorecard stores a scorecard. Its version need not be stored, because the
// plain base (an empty VersionID) is scored too.
func (s *Store) AddScorecard(c backend.Scorecard) error {
	return s.update("bolt.scorecard.add", func(tx *tx) error {
		if err := checkID("scorecard", c.ID); err != nil {
			return err
		}
		if err := checkRef("version", c.VersionID); err != nil {
			return err
		}
		return scorecards.add(tx, &c)
	})
}

// ScorecardOf gives the newest scorecard of a version, if it has one.
func (s *Store) ScorecardOf(versionID string) (c backend.Scorecard, found bool, err error) {
	err = s.view("bolt.scorecard", func(tx *tx) error {
		c, found, err = scorecards.newest(tx, scorecardByVersion, versionID)
		return err
	})
	return c, found, err
}

// AddComparison stores a comparison.
func (s *Store) AddComparison(c backend.Comparison) error {
	return s.update("bolt.comparison.add", func(tx *tx) error {
		if err := checkID("comparison", c.ID); err != nil {
			return err
		}
		return comparisons.add(tx, &c)
	})
}

// Comparisons gives the newest comparisons, newest first; limit 0 means 50.
func (s *Store) Comparisons(limit int) (out []backend.Comparison, err error) {
	err = s.view("bolt.comparisons", func(tx *tx) error {
		out, err = comparisons.page(tx, comparisonByTime, scopeOf(tx, comparisonByTime, ""), nil, limitOf(limit))
		return err
	})
	return orEmpty(out), err
}
