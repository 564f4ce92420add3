"""What runs share because it can be made again: what the base answers, and its tokenizer."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import time
from pathlib import Path

from errata_trainer import __version__
from errata_trainer.spec import Spec

KEPT_DAYS = 90
# Of answers, tokenizers, and what a run left half written. A folder may hold other things.
_OURS = re.compile(r"(tokenizer-[0-9a-f]{16}|[0-9a-f]{32})\.(json|safetensors|\d+)")


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
