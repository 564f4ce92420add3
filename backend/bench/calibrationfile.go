package bench

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"errata/backend"
)

//go:embed calibration
var shippedCalibrations embed.FS

// calibrationName tells the fits of two models or prompts apart.
func calibrationName(digest, promptVersion string) string {
	sum := sha256.Sum256([]byte(digest + "\x00" + promptVersion))
	return hex.EncodeToString(sum[:8]) + ".json"
}

// SaveCalibration writes a fit into a folder, over an older one for the same model
// and prompts, and gives its path.
func SaveCalibration(dir string, c backend.Calibration) (string, error) {
	file := filepath.Join(dir, calibrationName(c.ModelDigest, c.PromptVersion))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(c)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = WriteFile(file, b.Bytes())
	}
	return file, backend.Wrap(err, backend.CodeUnavailable, "bench.calibrate", "The calibration cannot be written to "+file+".")
}

// LoadCalibration gives the fit for a model's digest and a prompt version: that of
// the folder, else the shipped one, nil without either. One that is damaged, or
// that is for something else, is an error.
func LoadCalibration(dir, digest, promptVersion string) (*backend.Calibration, error) {
	name := calibrationName(digest, promptVersion)
	raw, err := os.ReadFile(filepath.Join(dir, name)) //nolint:gosec // a name of our own in our own folder
	if errors.Is(err, fs.ErrNotExist) {
		if raw, err = shippedCalibrations.ReadFile(path.Join("calibration", name)); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	var c backend.Calibration
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err != nil {
		return nil, backend.Wrap(err, backend.CodeInvalid, "calibration", "The calibration "+name+" cannot be read.")
	}
	if c.ModelDigest != digest || c.PromptVersion != promptVersion {
		return nil, backend.Errorf(backend.CodeInvalid, "calibration", "The calibration %s is for another model or prompt.", name).
			WithHint("Fit it again: errata bench calibrate --data DIR.")
	}
	if err := c.Validate(); err != nil {
		return nil, err
	}
	return &c, nil
}
