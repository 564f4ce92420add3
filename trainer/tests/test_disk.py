from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from errata_trainer import disk


def test_windows_syncs_files_open_for_writing_and_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "adapter.gguf"
    file.write_bytes(b"weights")
    opened, synced = os.open, []
    writable: set[int] = set()

    def open_as_windows(path: Path, flags: int) -> int:
        if path.is_dir():
            raise PermissionError(errno.EACCES, "Permission denied")
        descriptor = opened(path, flags)
        if flags & os.O_RDWR:
            writable.add(descriptor)
        return descriptor

    def sync_as_windows(descriptor: int) -> None:
        if descriptor not in writable:
            raise OSError(errno.EBADF, "Bad file descriptor")
        synced.append(descriptor)

    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        windows.setattr(os, "open", open_as_windows)
        windows.setattr(os, "fsync", sync_as_windows)
        disk.sync(file)
        disk.sync(tmp_path)
    assert len(synced) == 1


def test_elsewhere_a_folder_is_synced_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    disk.sync(tmp_path)
    assert len(synced) == 1
