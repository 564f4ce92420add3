package bolt_test

import (
	"errata/backend/bolt"
	"errata/backend/flow"
)

var _ flow.Store = (*bolt.Store)(nil)
