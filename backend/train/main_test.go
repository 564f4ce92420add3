package train_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"errata/backend"
	"errata/backend/train"
	"errata/backend/train/traintest"
)

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) != "" {
		helper()
	}
	traintest.Hook()
	goleak.VerifyTestMain(m)
}

// helperEnv makes the test's program an Errata that trains until it is killed.
const helperEnv = "ERRATA_TEST_HELPER"

type order struct {
	Home string
	Env  []string
	Spec backend.TrainSpec
}

func helper() {
	var o order
	if err := json.Unmarshal([]byte(os.Getenv(helperEnv)), &o); err != nil {
		panic(err)
	}
	err := train.New(train.Options{Python: traintest.Python, Env: o.Env, Home: o.Home}).Train(context.Background(), o.Spec, nil, nil)
	fmt.Println(err)
	os.Exit(1)
}
