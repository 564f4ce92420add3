"""What an arm is asked to do and what it gives back: JSON files between processes. Imports no torch.

The parent stays small on purpose: on Linux a child's peak memory is never below what its parent held at the start.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SIDES = ("errata", "plain")
WORKS = ("same", "default")


@dataclass(frozen=True)
class Job:
    """One arm. `rows` and `start` (the first adapter, shared by both sides of a precision) are files in `folder`."""

    side: str
    work: str
    dtype: str
    base: str
    base_sha256: str
    folder: str
    rows: str
    start: str
    steps: int
    batch_rows: int
    threads: int
    seed: int
    max_seconds: float

    @property
    def name(self) -> str:
        """Names the arm in tables and files."""
        return f"{self.side}-{self.work}-{self.dtype}"


@dataclass
class Result:
    """What an arm did, step by step; the first step is a warm-up and is left out of every rate.

    `tokens` has a digest of the ids and loss places of each step, on the same work only.
    """

    name: str
    side: str
    work: str
    dtype: str
    device: str
    threads: int
    rank: int
    alpha: float
    modules: list[str]
    layers: list[int]
    trained_parameters: int
    load_seconds: float = 0.0
    peak_memory_mb: float = 0.0
    load_average: float | None = None
    step_rows: list[int] = field(default_factory=list)
    step_seconds: list[float] = field(default_factory=list)
    step_cpu_seconds: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    @property
    def rows_per_second(self) -> float:
        """Rows forward and backward in a second of wall time."""
        return sum(self.step_rows[1:]) / sum(self.step_seconds[1:])

    @property
    def cpu_seconds_per_row(self) -> float:
        """Processor time of all threads: the fairer figure on a busy machine."""
        return sum(self.step_cpu_seconds[1:]) / sum(self.step_rows[1:])


def write(path: Path, value: Any) -> None:
    """Writes a dataclass as JSON."""
    path.write_text(json.dumps(dataclasses.asdict(value)), encoding="utf-8")


def read_job(path: Path) -> Job:
    """The job in a file."""
    return Job(**json.loads(path.read_text(encoding="utf-8")))


def read_result(path: Path) -> Result:
    """The result in a file."""
    return Result(**json.loads(path.read_text(encoding="utf-8")))


def step_digest(rows: Iterable[tuple[list[int], int]]) -> str:
    """Names the tokens of a step: (ids, place of the first predicted id) of each row, whatever their order."""
    text = json.dumps(sorted(rows))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
