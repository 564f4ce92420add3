"""The arm of our own trainer: a run of the package itself, stopped after the last measured step."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from bench.job import Job, Result, step_digest
from errata_trainer.base import MODULES
from errata_trainer.control import Control
from errata_trainer.errors import Cancelled
from errata_trainer.events import Emitter
from errata_trainer.forward import Forward
from errata_trainer.run import Run
from errata_trainer.tokens import Sequence as TokenRow

# Steps alone are measured: nothing is probed, given up or saved, and the number of steps decides nothing.
_STEPS_ALONE = {"probe_every": 10**9, "give_up_at": [], "give_up_above": [], "checkpoint_seconds": 1e9, "epochs": 1e6}


def overrides(job: Job) -> dict[str, Any]:
    """The settings in which the run departs from the default recipe."""
    always = {**_STEPS_ALONE, "dtype": job.dtype}
    if job.work == "default":
        return always
    # Cross entropy on every row at one rate: what plain Trainer can be told to do as well.
    same = {"batch_rows": job.batch_rows, "fact_rows": job.batch_rows, "decay": "none", "warmup_steps": 0}
    return {**always, **same}


def measure(job: Job, begun: float) -> Result:
    """Runs the arm; loading counts from `begun`, monotonic. On the same work the first adapter is written for both."""
    spec = Path(job.folder, f"{job.name}.spec.json")
    spec.write_text(json.dumps(_spec(job)), encoding="utf-8")
    seen: list[TokenRow] = []
    watch = _Watch(job, begun, seen)
    emit = Emitter(watch.line)
    watch.control = control = Control(emit)
    watch.run = run = Run(spec, emit, control)
    with _watched(seen), contextlib.suppress(Cancelled):
        run.execute()
    assert watch.result is not None
    return watch.result


class _Watch:
    """Reads the run's events as the application would, and stops it."""

    control: Control
    run: Run

    def __init__(self, job: Job, begun: float, seen: list[TokenRow]) -> None:
        self.result: Result | None = None
        self._job = job
        self._begun = begun
        self._seen = seen
        self._cpu = self._elapsed = 0.0
        self._passes = 0

    def line(self, line: str) -> None:
        """One event."""
        event = json.loads(line)
        if event["type"] == "plan":
            self.result = self._planned(event["settings"])
        elif event["type"] == "stage" and event["name"] == "train":
            self._start()
        elif event["type"] == "progress":
            self._step(event)

    def _planned(self, settings: dict[str, Any]) -> Result:
        job = self._job
        return Result(
            job.name, job.side, job.work, settings["dtype"], settings["device"], settings["threads"], settings["rank"],
            settings["alpha"], list(settings["modules"]), settings["layers"], 0,
        )  # fmt: skip

    def _start(self) -> None:
        assert self.result is not None
        assert self.run.training is not None
        adapter = self.run.training.tensors()["adapter"]
        self.result.trained_parameters = sum(tensor.numel() for tensor in adapter)
        self.result.load_seconds = time.monotonic() - self._begun
        if self._job.work == "same":
            _save_start(Path(self._job.start), adapter, self.result)
        self._seen.clear()
        self._cpu = time.process_time()

    def _step(self, event: dict[str, Any]) -> None:
        result, job = self.result, self._job
        assert result is not None
        cpu = time.process_time()
        result.step_rows.append(event["row_passes"] - self._passes)
        result.step_seconds.append(event["elapsed_seconds"] - self._elapsed)
        result.step_cpu_seconds.append(cpu - self._cpu)
        result.losses.append(event["loss"])
        if job.work == "same":
            result.tokens.append(step_digest((list(row.ids), row.start) for row in self._seen))
            self._seen.clear()
        self._passes, self._elapsed = event["row_passes"], event["elapsed_seconds"]
        late = event["step"] >= 2 and time.monotonic() - self._begun > job.max_seconds
        if late or event["step"] == job.steps:
            self.control.handle('{"cmd":"stop","save":false}')
        self._cpu = time.process_time()


@contextlib.contextmanager
def _watched(seen: list[TokenRow]) -> Iterator[None]:
    # What reaches the model is noted where it reaches it, not where it was drawn.
    logits = Forward.logits

    def noted(self: Forward, rows: Sequence[TokenRow]) -> Iterator[torch.Tensor]:
        seen.extend(rows)
        return logits(self, rows)

    Forward.logits = noted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Forward.logits = logits  # type: ignore[method-assign]


def _save_start(path: Path, adapter: list[torch.Tensor], result: Result) -> None:
    # The order of Network.parameters: layer by layer, in it the modules as the GGUF names them, of each A before B.
    places = [
        f"{layer}.{module}.{part}"
        for layer in result.layers
        for module in (name.rpartition(".")[2] for name in MODULES.values())
        if module in result.modules
        for part in "ab"
    ]
    save_file(dict(zip(places, adapter, strict=True)), path)


def _spec(job: Job) -> dict[str, Any]:
    return {
        "run": job.name,
        "base_gguf": job.base,
        "base_sha256": job.base_sha256,
        "rows": job.rows,
        "out": str(Path(job.folder, "out")),
        "work": job.folder,
        "seed": job.seed,
        "threads": job.threads,
        "overrides": overrides(job),
        "merged": False,
    }
