"""The messages of the protocol, version 1: what the trainer says, one JSON object a line on stdout."""

from __future__ import annotations

import contextlib
import json
import math
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

VERSION = 1


@dataclass(frozen=True)
class Event:
    """Base of all messages; `type` is the name on the wire."""

    type: ClassVar[str] = ""


@dataclass(frozen=True)
class Hello(Event):
    """The first line."""

    type: ClassVar[str] = "hello"
    pid: int
    run: str
    trainer_version: str


@dataclass(frozen=True)
class Plan(Event):
    """What will be done and why; sent before the weights are loaded.

    `total_steps` is the cap: a recipe that stops when all facts are learned ends earlier. `rows`
    counts a row as often as the recipe copies it.
    """

    type: ClassVar[str] = "plan"
    settings: dict[str, Any]
    reasons: dict[str, str]
    total_steps: int
    rows: dict[str, int]
    facts: int
    estimate_seconds: float | None


@dataclass(frozen=True)
class Stage(Event):
    """A phase begins: wait (for a machine elsewhere), load, cache, train, save or merge."""

    type: ClassVar[str] = "stage"
    name: str


@dataclass(frozen=True)
class Progress(Event):
    """One optimiser step. `loss` is nats per token on fact rows, `kl` nats per token on held rows.

    `facts` are those still taught, without the `given_up` ones.
    """

    type: ClassVar[str] = "progress"
    step: int
    total: int
    loss: float | None
    kl: float | None
    rate: float
    learned: int
    facts: int
    given_up: int
    row_passes: int
    rows_per_second: float
    tokens_per_second: float
    elapsed_seconds: float
    eta_seconds: float
    peak_memory_mb: float


@dataclass(frozen=True)
class Probe(Event):
    """Greedy answers were compared: ids learned now, ids lost since the last probe."""

    type: ClassVar[str] = "probe"
    step: int
    learned: list[str]
    lost: list[str]
    guard_kl: float | None


@dataclass(frozen=True)
class Leak(Event):
    """Of `asked` trained neighbours of the fact, `said` are answered with it; `given_up`: it leaves the training."""

    type: ClassVar[str] = "leak"
    step: int
    fact: str
    said: int
    asked: int
    given_up: bool


@dataclass(frozen=True)
class Heartbeat(Event):
    """The process lives."""

    type: ClassVar[str] = "heartbeat"


@dataclass(frozen=True)
class Pong(Event):
    """The answer to ping."""

    type: ClassVar[str] = "pong"


@dataclass(frozen=True)
class Unsupported(Event):
    """A line on stdin was not understood; nothing else happens."""

    type: ClassVar[str] = "unsupported"
    cmd: str


@dataclass(frozen=True)
class Checkpoint(Event):
    """A complete checkpoint lies at `path`."""

    type: ClassVar[str] = "checkpoint"
    step: int
    path: str


@dataclass(frozen=True)
class Artifact(Event):
    """The finished folder and the digest of its manifest."""

    type: ClassVar[str] = "artifact"
    path: str
    manifest_sha256: str


@dataclass(frozen=True)
class Failure(Event):
    """The run ended without an artefact."""

    type: ClassVar[str] = "error"
    # `class` is a keyword of Python; the line on the wire calls it `class`.
    error_class: str
    message: str
    hint: str


@dataclass(frozen=True)
class Bye(Event):
    """The last line. `prepare_seconds` went into what the base answers, what adapters read, and the last probe."""

    type: ClassVar[str] = "bye"
    ok: bool
    row_passes: int
    train_seconds: float
    steps: int
    peak_memory_mb: float
    prepare_seconds: float = 0.0


def to_line(event: Event) -> str:
    """The event as one line of JSON; numbers that JSON cannot say become null."""
    fields = asdict(event)
    if "error_class" in fields:
        fields["class"] = fields.pop("error_class")
    return json.dumps(_plain({"v": VERSION, "type": event.type, **fields}), ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


class Emitter:
    """Writes events from any thread. A reader that went away is not an error: stdin's end stops the run."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Sends one event."""
        self._send(to_line(event))

    def forward(self, message: dict[str, Any]) -> None:
        """Sends an event that another process said."""
        self._send(json.dumps(message, ensure_ascii=False) + "\n")

    def _send(self, line: str) -> None:
        with self._lock, contextlib.suppress(BrokenPipeError):
            self._write(line)
