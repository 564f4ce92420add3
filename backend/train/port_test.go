package train_test

import (
	"errata/backend/flow"
	"errata/backend/train"
)

var (
	_ flow.Trainer = (*train.Local)(nil)
	_ flow.Failure = (*train.Failure)(nil)
)
