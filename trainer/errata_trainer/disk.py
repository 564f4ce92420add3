"""How what was written outlasts a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Brings a file to the disk, or the names in a folder where the system can."""
    folder = path.is_dir()
    if folder and os.name == "nt":
        return  # Windows opens no folder; NTFS keeps a journal of names
    # Windows syncs only what is open for writing.
    descriptor = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
