"""What runs on the other machine: finds the base by its digest, trains, and sends back what it writes."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from errata_trainer.base import digest
from errata_trainer.errors import TrainerError
from errata_trainer.events import Artifact, Checkpoint, Emitter, Event
from errata_trainer.remote import parcel

# What SIGTERM leaves a step and a checkpoint to end in; whoever stops the job allows as much.
STOP_SECONDS = 120


class Sender(Emitter):
    """Sends the folder that an event names before the event, and its name in place of its path."""

    def __init__(self, write: Callable[[str], object], stopping: Callable[[], bool], every: float) -> None:
        """`stopping` says whether the run was asked to stop; `every` is in seconds."""
        super().__init__(write)
        self._stopping = stopping
        self._every = every
        self._sent = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Sends one event, with its folder."""
        if isinstance(event, Artifact):
            parcel.send(Path(event.path), "artifact", super().__call__)
            event = Artifact("artifact", event.manifest_sha256)
        elif isinstance(event, Checkpoint):
            now = time.monotonic()
            if now - self._sent < self._every and not self._stopping():
                return
            label = Path(event.path).name
            parcel.send(Path(event.path), label, super().__call__)
            self._sent, event = now, Checkpoint(event.step, label)
        super().__call__(event)


@contextmanager
def spec_here(sent: Path, models: str) -> Iterator[Path]:
    """The spec of a package that was sent, with this machine's paths, while the context lasts.

    The package may be shared by jobs, so that nothing is written to it. `models` is a folder that holds bases.
    Raises TrainerError (data, env).
    """
    package = sent.resolve().parent
    spec: dict[str, Any] = json.loads(sent.read_text(encoding="utf-8"))
    base = find_base(spec["base_sha256"], models)
    room = Path(tempfile.mkdtemp(prefix="errata-"))
    try:
        work = room / "work"
        before = package / "checkpoints" / sent.stem
        if before.is_dir():
            shutil.copytree(before, work / "checkpoints")
        spec |= {
            "base_gguf": str(base),
            "rows": str(package / "rows.jsonl"),
            "out": str(room / "out"),
            "work": str(work),
            "cache": str(_cache()),
            "resume": before.is_dir(),
            # Made anew where the version is served: it is as big as the model.
            "merged": False,
        }
        path = room / "spec.json"
        path.write_text(json.dumps(spec), encoding="utf-8")
        yield path
    finally:
        shutil.rmtree(room, ignore_errors=True)


def find_base(sha256: str, models: str) -> Path:
    """The file of a base: named as Ollama names it in its store, or any GGUF of that digest in `models`.

    Raises TrainerError (env) when there is none.
    """
    blob = f"sha256-{sha256}"
    folders = [Path(models)] if models else []
    for store in (
        os.environ.get("OLLAMA_MODELS"),
        Path.home() / ".ollama" / "models",
        "/usr/share/ollama/.ollama/models",
    ):
        if store:
            folders.append(Path(store))
    for folder in folders:
        for path in (folder / blob, folder / "blobs" / blob):
            if path.is_file():
                return path
    if models:
        for path in sorted(Path(models).glob("*.gguf")):
            if digest(path) == sha256:
                return path
    raise TrainerError(
        "env",
        f"the machine that should train has no model with the SHA-256 {sha256}",
        "Pull the same model with Ollama there, or name a folder on it that holds the file.",
    )


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "errata" / "training-cache"
