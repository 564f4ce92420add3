package train_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"errata/backend/train/traintest"
)

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) != "" {
		helper()
	}
	traintest.Hook()
	goleak.VerifyTestMain(m)
}
