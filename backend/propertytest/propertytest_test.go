package propertytest

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEveryRunDrawsTheSame(t *testing.T) {
	draw := func() (drawn []int) {
		Check(t, func(t *rapid.T) { drawn = append(drawn, rapid.Int().Draw(t, "n")) })
		return drawn
	}
	first := draw()
	require.NotEmpty(t, first)
	require.Equal(t, first, draw())
}

func TestAGivenSeedWins(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want uint64
	}{
		{"none given", nil, 1},
		{"one given", []string{"-rapid.seed=7"}, 7},
		{"a random one wanted", []string{"-rapid.seed=0"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			flags := flag.NewFlagSet(tt.name, flag.ContinueOnError)
			got := flags.Uint64(seedFlag, 0, "")
			require.NoError(t, flags.Parse(tt.args))
			require.NoError(t, fix(flags))
			require.Equal(t, tt.want, *got)
		})
	}
}
