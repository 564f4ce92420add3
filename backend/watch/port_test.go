package watch_test

import (
	"errata/backend/flow"
	"errata/backend/watch"
)

var _ flow.Arrivals = (*watch.Watcher)(nil)
