"""A folder as lines of the protocol, so that checkpoints and artefacts come back by the way the events come."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from errata_trainer.base import digest
from errata_trainer.disk import sync
from errata_trainer.errors import TrainerError
from errata_trainer.events import Event

# Of a file, so that a line stays under the 8 KiB that are written to a log in one piece.
_PIECE = 4_500
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_MOST_BYTES = 4 << 30


@dataclass(frozen=True)
class Parcel(Event):
    """A folder follows; `files` are its (name, bytes, SHA-256), in the order in which they come."""

    type: ClassVar[str] = "parcel"
    label: str
    files: list[tuple[str, int, str]]


@dataclass(frozen=True)
class Part(Event):
    """The next bytes of the parcel `label`, in base64."""

    type: ClassVar[str] = "part"
    label: str
    data: str


def send(folder: Path, label: str, emit: Callable[[Event], None]) -> None:
    """Sends the files of `folder`, which holds no folder itself."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    contents = [(path.name, path.stat().st_size, digest(path)) for path in paths]
    emit(Parcel(label, contents))
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                emit(Part(label, base64.b64encode(piece).decode("ascii")))


class Receiver:
    """Puts parcels together below `folder`, each in one rename, once all of its files have their digests."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, _Box] = {}

    def take(self, message: dict[str, Any]) -> Path | None:
        """One message of type parcel or part; the folder when it was the last of its parcel.

        Raises TrainerError (crashed) for one that does not fit: what comes from another machine is not trusted.
        """
        label = str(message.get("label"))
        if not _NAME.fullmatch(label):
            raise _broken(f"a parcel is called {label!r}")
        if message.get("type") == "parcel":
            self._open[label] = _Box(self._folder / f".tmp-{label}", _contents(message.get("files")))
        box = self._open.get(label)
        if box is None:
            raise _broken(f"a part of {label} came before its parcel")
        if message.get("type") == "part":
            box.add(message.get("data"))
        if not box.full():
            return None
        del self._open[label]
        target = self._folder / label
        shutil.rmtree(target, ignore_errors=True)
        box.folder.rename(target)
        sync(self._folder)
        return target


class _Box:
    def __init__(self, folder: Path, contents: list[tuple[str, int, str]]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder = folder
        self._left = contents
        self._have = 0
        self._hash = hashlib.sha256()
        self._close_whole()

    def full(self) -> bool:
        return not self._left

    def add(self, data: Any) -> None:
        try:
            piece = base64.b64decode(data, validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise _broken("a part is not base64") from error
        if not self._left or self._have + len(piece) > self._left[0][1]:
            raise _broken("a file is longer than it was said to be")
        with (self.folder / self._left[0][0]).open("ab") as file:
            file.write(piece)
        self._have += len(piece)
        self._hash.update(piece)
        self._close_whole()

    def _close_whole(self) -> None:
        while self._left and self._have == self._left[0][1]:
            name, _, wanted = self._left[0]
            (self.folder / name).touch()
            if self._hash.hexdigest() != wanted:
                raise _broken(f"{name} arrived damaged")
            sync(self.folder / name)
            self._left, self._have, self._hash = self._left[1:], 0, hashlib.sha256()


def _contents(files: Any) -> list[tuple[str, int, str]]:
    if not isinstance(files, list) or not files:
        raise _broken("a parcel says nothing of its files")
    contents = []
    for item in files:
        match item:
            case [str(name), int(size), str(sha256)] if _NAME.fullmatch(name) and 0 <= size <= _MOST_BYTES:
                contents.append((name, size, sha256))
            case _:
                raise _broken("a parcel holds a file that cannot be one")
    if sum(size for _, size, _ in contents) > _MOST_BYTES or len({name for name, _, _ in contents}) < len(contents):
        raise _broken("a parcel holds what cannot be")
    return contents


def _broken(what: str) -> TrainerError:
    return TrainerError("crashed", f"What came back cannot be used: {what}.", "Resume the training.")
