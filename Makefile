# Everything goes through here. Two commands are enough on a fresh Debian or
# Ubuntu machine:
#
#   make run    installs what is missing, builds, fetches engine, model and
#               trainer, and opens the app
#   make test   every check and test
#
# Each step is skipped when it is done; downloads and builds that take long lie
# in the user's cache folder and serve every checkout.

SHELL := /bin/bash
SETUP := bash build/setup

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X errata/app.version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help screenshots test-real test-ray run build build-headless build-window build-windows package package-check icons setup system system-tests engine trainer model node test check fuzz demo bench-chat bench-judge bench-learn bench-trainer bench-ui hostile-window clean

# What can be made.
help:
	@awk '/^# /{text=substr($$0,3)} /^[a-z-]+:/{split($$1,a,":"); if (text!="" && a[1]!="run" || a[1]=="run") printf "  make %-14s %s\n", a[1], text; text=""}' Makefile

# Installs what is missing, builds, and opens the app (in a browser where there is no display).
run: setup build model
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then exec build/bin/errata; else exec build/bin/errata serve; fi

# Both programs: with the window, and the same without it.
build: build-window build-headless

# The program with its window (GTK and WebKitGTK).
build-window:
	@echo "errata: build: build/bin/errata (minutes the first time) ..." >&2
	@CGO_ENABLED=1 go build -trimpath -tags desktop,production,webkit2_41 -ldflags "$(LDFLAGS)" -o build/bin/errata .

# The program without a window: it serves the same pages to a browser.
build-headless:
	@echo "errata: build: build/bin/errata-headless ..." >&2
	@CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o build/bin/errata-headless .

# Both programs for Windows, whose window needs no C.
build-windows:
	@CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build -trimpath -tags desktop,production -ldflags "$(LDFLAGS) -H windowsgui" -o build/bin/errata.exe .
	@CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build -trimpath -ldflags "$(LDFLAGS)" -o build/bin/errata-headless.exe .

# The .deb, the .rpm and the installer for Windows, in build/bin/package.
package:
	@$(SETUP)/system.sh package
	@$(SETUP)/engine.sh package
	@$(SETUP)/package.sh

# The .deb on a machine that has nothing else, as a user with an empty home: window and chat, with TRAIN=1 a training (root, minutes).
package-check: package
	@$(SETUP)/system.sh package-check
	@TRAIN="$(TRAIN)" $(SETUP)/package-check.sh

# The sizes of the icons, after a change of their drawings.
icons:
	@$(SETUP)/icons.sh

# Packages of the system, then the engine and the trainer.
setup: system engine trainer

# Debian packages that building and running need.
system:
	@$(SETUP)/system.sh

# The same, with those of the tests.
system-tests:
	@$(SETUP)/system.sh tests

# The bundled engine, built once into the user's cache.
engine:
	@$(SETUP)/engine.sh

# The trainer's Python environment, made once into the user's cache.
trainer:
	@$(SETUP)/trainer.sh

# The small model, installed once into the user's cache.
model: build-headless
	@$(SETUP)/model.sh qwen2.5-coder:0.5b

# Packages that check and test the front end.
node:
	@$(SETUP)/node.sh

# Every check and test, cheapest first; one line a stage, all of them even when one fails.
test: system-tests engine trainer
	@$(SETUP)/test.sh

# The real model alone: the engine's contract, then two facts taught, served both ways, promoted and rolled back (minutes).
test-real: engine trainer
	@$(SETUP)/test.sh real

# Trainings on a real Ray cluster of this machine, a head and two workers: several recipes at once, killed, stopped, resumed (minutes).
test-ray: trainer
	@$(SETUP)/trainer.sh ray
	@cd trainer && "$$(bash ../build/setup/trainer.sh ray --path)/bin/python" -m pytest -q tests/test_ray.py

# The checks alone: vet, linters, types.
check: system-tests
	@$(SETUP)/test.sh check

# Every parser of what comes from outside, fuzzed for 10 minutes each: make fuzz FUZZTIME=1m FUZZ=Labels
fuzz:
	@FUZZTIME="$(FUZZTIME)" FUZZ="$(FUZZ)" $(SETUP)/fuzz.sh

# The whole loop on ten questions, with the table before and after.
demo: setup build-headless model
	@build/bin/errata-headless demo

# Speed through Errata beside the engine's own API.
bench-chat: engine build-headless model
	@build/bin/errata-headless bench chat

# How often the judge is right, on every task of a folder (hours): make bench-judge DATA=DIR
bench-judge:
	@$(SETUP)/bench-judge.sh "$(DATA)" check
	@$(MAKE) --no-print-directory engine build-headless
	@$(SETUP)/bench-judge.sh "$(DATA)"

# What teaching teaches and breaks, on a fixed part of a folder (about an hour): make bench-learn DATA=DIR
bench-learn:
	@$(SETUP)/bench-learn.sh "$(DATA)" check
	@$(MAKE) --no-print-directory engine trainer build-headless
	@$(SETUP)/bench-learn.sh "$(DATA)"

# The trainer beside plain transformers.Trainer and peft: speed, memory, loss (ten minutes): make bench-trainer BASE=GGUF ROWS=FILE STEPS=9
bench-trainer:
	@$(SETUP)/bench-trainer.sh "$(BASE)" "$(ROWS)" "$(STEPS)" check
	@$(MAKE) --no-print-directory trainer $(if $(BASE),,model)
	@$(SETUP)/bench-trainer.sh "$(BASE)" "$(ROWS)" "$(STEPS)"

# Speed of the page in a browser and in the real window, beside an empty one (about ten minutes): make bench-ui ONLY=stream,chat,queue,window RUNS=10
bench-ui: system-tests node build
	@$(SETUP)/bench-ui.sh "$(ONLY)" "$(or $(RUNS),10)"

# A thousand hostile texts in every place of the real window (WebKitGTK; the browser tests have them in Chromium).
hostile-window: system-tests node build-window
	@node frontend/e2e/hostile-window.js build/bin/errata

# Pictures of each room, light and dark, into build/screenshots/; some scenes in two sizes: make screenshots ONLY=settings-dark
screenshots: system-tests node
	@node frontend/e2e/screenshots.js $(ONLY)

# What was built in this checkout; the user's cache stays.
clean:
	rm -rf build/bin build/cache
