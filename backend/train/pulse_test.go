package train_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"errata/backend"
	"errata/backend/train"
)

func TestPulse(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	type look struct {
		wall, up time.Duration
		want     time.Duration
	}
	tests := []struct {
		name  string
		looks []look
	}{
		{"silence grows", []look{{0, 0, 0}, {time.Second, time.Second, time.Second}, {2 * time.Second, 2 * time.Second, 2 * time.Second}}},
		{"uptime stands still in sleep", []look{{0, 0, 0}, {20 * time.Second, 20 * time.Second, 20 * time.Second}, {8 * time.Hour, 21 * time.Second, 0}, {8*time.Hour + time.Second, 22 * time.Second, time.Second}}},
		{"both clocks run on in sleep", []look{{0, 0, 0}, {8 * time.Hour, 8 * time.Hour, 0}, {8*time.Hour + 5*time.Second, 8*time.Hour + 5*time.Second, 5 * time.Second}}},
		{"the wall clock set back is no sleep", []look{{0, 0, 0}, {-time.Hour, 10 * time.Second, 10 * time.Second}}},
		{"a slow look is no sleep", []look{{0, 0, 0}, {25 * time.Second, 25 * time.Second, 25 * time.Second}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var p train.Pulse
			for i, l := range tt.looks {
				require.Equal(t, l.want, p.Look(start.Add(l.wall), l.up), "look %d", i)
			}
		})
	}
}

func TestClassOfLog(t *testing.T) {
	tests := []struct {
		name string
		log  string
		want backend.FailureClass
	}{
		{"nothing", "all well", ""},
		{"torch on the GPU", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate", backend.FailOOMGPU},
		{"an older torch", "RuntimeError: CUDA error: out of memory", backend.FailOOMGPU},
		{"the CPU", "RuntimeError: [enforce fail] DefaultCPUAllocator: not enough memory", backend.FailOOMHost},
		{"Python", "MemoryError", backend.FailOOMHost},
		{"a harmless warning first", "warning: No module named 'flash_attn'\nRuntimeError: CUDA out of memory", backend.FailOOMGPU},
		{"the disk", "OSError: [Errno 28] No space left on device", backend.FailDisk},
		{"a package", "ModuleNotFoundError: No module named 'torch'", backend.FailEnv},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := train.ClassOfLog(tt.log)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want != "", ok)
		})
	}
}
