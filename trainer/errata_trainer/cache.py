"""What runs share because it can be made again: what the base answers, its tokenizer, and how long a step takes."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
import time
from pathlib import Path

from errata_trainer import __version__
from errata_trainer.machine import Derived
from errata_trainer.recipe import Recipe
from errata_trainer.spec import Spec

KEPT_DAYS = 90
_PACES = 20
# Of answers, tokenizers, paces, and what a run left half written. A folder may hold other things.
_OURS = re.compile(r"(tokenizer-[0-9a-f]{16}|[0-9a-f]{32}|pace)\.(json|safetensors|\d+)")


def _root(spec: Spec) -> Path:
    # A run that goes on from merged weights hears other answers than the base's, by whose digest they are kept.
    return Path(spec.cache) if spec.cache and not spec.start_from else Path(spec.work) / "cache"


def folder(spec: Spec) -> Path:
    """Where a run keeps it. Another version of the trainer may make it in another way and has a folder of its own."""
    return _root(spec) / __version__


def used(file: Path) -> None:
    """Notes that a run still needs `file`."""
    with contextlib.suppress(OSError):
        os.utime(file)


def sweep(spec: Spec) -> None:
    """Removes what no run has used for long. Never raises for a file that cannot be looked at or removed."""
    oldest = time.time() - KEPT_DAYS * 24 * 3600
    try:
        for path in _root(spec).rglob("*"):
            if _OURS.fullmatch(path.name) and path.is_file() and path.stat().st_mtime < oldest:
                path.unlink()
    except OSError as error:
        logging.warning("The cache could not be swept: %s", error)


class Pace:
    """Seconds a step of the machine's last run of this base, with as many rows a step on the same device."""

    def __init__(self, spec: Spec, recipe: Recipe, derived: Derived) -> None:
        self._file = folder(spec) / "pace.json"
        parts = (
            spec.base_sha256[:16], derived.device, derived.dtype, derived.threads, recipe.layers, recipe.batch_rows,
            recipe.loss,
        )  # fmt: skip
        self._key = " ".join(map(str, parts))

    def read(self) -> float | None:
        """None where no such run is known."""
        seconds = self._all().get(self._key)
        return seconds if isinstance(seconds, float) and math.isfinite(seconds) and seconds > 0 else None

    def keep(self, seconds: float) -> None:
        """Notes what a run took. Never raises for a file that cannot be written."""
        others = {key: value for key, value in self._all().items() if key != self._key}
        latest = dict([*others.items(), (self._key, seconds)][-_PACES:])
        part = self._file.with_suffix(f".{os.getpid()}")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(latest), encoding="utf-8")
            part.replace(self._file)
        except OSError as error:
            logging.warning("The seconds a step were not kept: %s", error)

    def _all(self) -> dict[str, object]:
        # Not there, or what a power cut left of it.
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return known if isinstance(known, dict) else {}
