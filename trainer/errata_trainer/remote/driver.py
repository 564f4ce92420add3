"""One run elsewhere, seen from here as if it trained here: jobs are started, followed, started again, and taken in."""

from __future__ import annotations

import dataclasses
import json
import logging
import shutil
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from errata_trainer import artefact, checkpoint
from errata_trainer.base import Base, verify
from errata_trainer.control import Control
from errata_trainer.errors import Cancelled, TrainerError
from errata_trainer.events import Artifact, Bye, Checkpoint, Emitter, Stage
from errata_trainer.remote.parcel import Receiver
from errata_trainer.remote.sweep import arms_of, best, describe
from errata_trainer.spec import Spec, load_spec

log = logging.getLogger("errata_trainer")

# Jobs that ended without a word, their machine being gone, are started again so often.
MOST_ATTEMPTS = 3
_LOOK_SECONDS = 0.2
# Between checkpoints that come back: one is some 30 MB, and the log that it goes into stays on the other machine.
CHECKPOINT_SECONDS = 300.0
# How long a job that was told to stop may take to send its checkpoint.
_SAVE_SECONDS = 110.0
_PACKAGE = Path(__file__).resolve().parent.parent

State = Literal["waiting", "running", "done", "failed", "stopped"]


class Transport(Protocol):
    """Where jobs run. Names are ours; every method raises TrainerError (env) when the other side cannot be reached."""

    def names(self, prefix: str) -> list[str]:
        """The jobs there whose names begin so, the oldest first."""

    def submit(self, name: str, package: Path, arguments: list[str]) -> None:
        """Starts `python -m errata_trainer ARGUMENTS` in a copy of the folder `package`."""

    def lines(self, name: str) -> Iterable[str]:
        """What the job says, from its first line until it is over or the connection ends."""

    def state(self, name: str) -> tuple[State, str]:
        """Where the job stands, with the other side's own words."""

    def stop(self, name: str) -> None:
        """Asks the job to stop; it may go on for STOP_SECONDS to send a checkpoint."""


@dataclass
class Arm:
    """One training of the run: its recipe, and what came of it."""

    index: int
    overrides: dict[str, Any]
    folder: Path
    job: str = ""
    manifest: dict[str, Any] | None = None
    error: TrainerError | None = None
    bye: dict[str, Any] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def metrics(self) -> dict[str, Any]:
        """What its manifest says of the training."""
        return dict((self.manifest or {}).get("metrics") or {})

    @property
    def artefact(self) -> Path:
        """Where its adapter is put together."""
        return self.folder / "artifact"


class RemoteRun:
    """A run of one or several jobs. `bye` tells what was done, even after an error."""

    def __init__(self, spec_path: Path, emit: Emitter, control: Control, transport: Transport) -> None:
        """Reads and checks the spec here, before anything is sent. Raises TrainerError."""
        self._emit = emit
        self._control = control
        self._transport = transport
        self.spec, _, _ = load_spec(spec_path)
        if self.spec.start_from:
            raise TrainerError(
                "data",
                "this recipe goes on from the merged weights of the last version, which only this machine has",
                "Train it here, or choose the default recipe.",
            )
        self._work = Path(self.spec.work)
        sweep = self.spec.remote.get("sweep") or {}
        self._arms = [
            Arm(index, overrides, self._work / "arms" / str(index))
            for index, overrides in enumerate(arms_of(sweep, self.spec.overrides))
        ]
        self._sweep = bool(sweep)
        self._lock = threading.Lock()

    def execute(self) -> None:
        """Sends, follows and takes in. Raises TrainerError."""
        spec = self.spec
        verify(Path(spec.base_gguf), spec.base_sha256)
        base = Base(Path(spec.base_gguf))
        package = self._pack()
        self._emit(Stage("wait"))
        followers = [threading.Thread(target=self._follow, args=(arm, package), daemon=True) for arm in self._arms]
        for follower in followers:
            follower.start()
        self._await()
        done = [arm for arm in self._arms if arm.manifest is not None]
        if not done:
            raise next((arm.error for arm in self._arms if arm.error), None) or Cancelled()
        chosen = done[best([arm.metrics for arm in done])]
        if self._sweep:
            log.info("taken: %s", describe(chosen.overrides))
        self._take_in(base, chosen, done)

    def bye(self, ok: bool) -> Bye:
        """The last event, of all arms together."""

        def total(name: str) -> float:
            return sum(float(arm.bye.get(name) or 0) for arm in self._arms)

        peak = max((float(arm.bye.get("peak_memory_mb") or 0) for arm in self._arms), default=0.0)
        return Bye(
            ok=ok,
            row_passes=int(total("row_passes")),
            train_seconds=total("train_seconds"),
            steps=int(total("steps")),
            peak_memory_mb=peak,
            prepare_seconds=total("prepare_seconds"),
        )

    def _pack(self) -> Path:
        """The folder that is sent: the trainer, the rows, and a spec and the newest checkpoint for each arm."""
        package = self._work / "package"
        shutil.rmtree(package, ignore_errors=True)
        shutil.copytree(
            _PACKAGE, package / _PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"), symlinks=True
        )
        shutil.copyfile(self.spec.rows, package / "rows.jsonl")
        for arm in self._arms:
            self._write_spec(package, arm)
        return package

    def _write_spec(self, package: Path, arm: Arm) -> None:
        sent = {
            **dataclasses.asdict(self.spec),
            "overrides": arm.overrides,
            # Paths are the other machine's to choose.
            **{name: "" for name in ("base_gguf", "rows", "out", "work", "cache")},
            "threads": 0,
            "remote": {},
        }
        (package / f"spec-{arm.index}.json").write_text(json.dumps(sent), encoding="utf-8")
        newest = checkpoint.newest(arm.folder)
        if newest is not None:
            target = package / "checkpoints" / f"spec-{arm.index}"
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(newest, target / newest.name)

    def _await(self) -> None:
        told = finishing = False
        until = float("inf")
        while not all(arm.over.is_set() for arm in self._arms):
            reason = self._control.ended_by
            if self._control.left:
                # The parent is gone, not the wish: the jobs go on, and a resumed run finds them.
                raise Cancelled("left; the cluster goes on with it")
            if reason == "stopped" and not told:
                told, until = True, time.monotonic() + (_SAVE_SECONDS if self._control.save else 0)
                self._stop_all()
            elif reason == "asked" and not finishing:
                finishing = True
                self._stop_all()  # each starts again from its checkpoint, only to finish
            if time.monotonic() > until:
                raise Cancelled
            time.sleep(_LOOK_SECONDS)
        self._control.check()

    def _stop_all(self) -> None:
        for arm in self._arms:
            if arm.job and not arm.over.is_set():
                try:
                    self._transport.stop(arm.job)
                except TrainerError as error:
                    log.warning("%s could not be stopped: %s", arm.job, error.message)

    def _follow(self, arm: Arm, package: Path) -> None:
        try:
            self._follow_jobs(arm, package)
        except TrainerError as error:
            arm.error = error
        except Exception as error:  # a thread's own error would be lost
            log.exception("%s could not be followed", arm.job)
            arm.error = TrainerError("crashed", f"{type(error).__name__}: {error}", "See the run's log.")
        finally:
            if arm.error and self._sweep:
                log.warning("%s failed: %s", describe(arm.overrides), arm.error.message)
            arm.over.set()

    def _follow_jobs(self, arm: Arm, package: Path) -> None:
        prefix = f"errata-{self.spec.run}-{arm.index}-"
        there = sorted(self._transport.names(prefix), key=_attempt)
        if there and self._transport.state(there[-1])[0] in ("waiting", "running", "done"):
            arm.job = there[-1]
            log.info("%s is still there and is followed again", arm.job)
        finish, tries = False, 0
        first = _attempt(there[-1]) + 1 if there else 1
        while True:
            if not arm.job:
                tries += 1
                arm.job = f"{prefix}{first + tries - 1}"
                with self._lock:
                    self._write_spec(package, arm)
                    self._transport.submit(arm.job, package, _arguments(self.spec, arm, finish))
            state, message = self._listen(arm)
            if arm.manifest is not None or arm.error is not None:
                return
            self._control.check()
            finish = self._control.ended_by == "asked"
            if tries >= MOST_ATTEMPTS + finish:
                raise TrainerError(
                    "crashed",
                    f"the job {arm.job} ended {MOST_ATTEMPTS} times without a word: {message}",
                    "Look at the cluster's own page.",
                )
            log.warning("%s is %s without a result (%s); it is started again", arm.job, state, message)
            arm.job = ""

    def _listen(self, arm: Arm) -> tuple[State, str]:
        """Takes what a job says until it is over. A connection that ended is made again, and what was heard is left."""
        receiver, heard = Receiver(arm.folder), 0
        while True:
            for number, line in enumerate(self._transport.lines(arm.job), 1):
                if number > heard:
                    heard = number
                    self._take(arm, receiver, line)
            state, message = self._transport.state(arm.job)
            if state not in ("waiting", "running"):
                return state, message
            time.sleep(_LOOK_SECONDS)

    def _take(self, arm: Arm, receiver: Receiver, line: str) -> None:
        if self._control.left:
            raise Cancelled  # the next run puts the same folders together
        message = _message(line)
        if message is None:
            log.info("%s: %s", arm.job, line.rstrip())
            return
        kind = message["type"]
        if kind in ("parcel", "part"):
            receiver.take(message)
        elif kind == "checkpoint":
            self._keep_newest(arm, str(message.get("path")), message.get("step"))
        elif kind == "artifact":
            arm.manifest = self._manifest(arm, str(message.get("manifest_sha256")))
        elif kind == "error" and message.get("class") != "cancelled":
            arm.error = TrainerError(message["class"], str(message.get("message")), str(message.get("hint")))
        elif kind == "bye":
            arm.bye = message
        elif kind not in ("hello", "heartbeat", "error") and self._leads(arm):
            self._emit.forward(message)

    def _leads(self, arm: Arm) -> bool:
        """The first arm that is not over is the one whose progress is shown."""
        return next((other for other in self._arms if not other.over.is_set()), arm) is arm

    def _keep_newest(self, arm: Arm, label: str, step: Any) -> None:
        target = arm.folder / label
        if not label.startswith("step-") or not target.is_dir():
            raise TrainerError("crashed", f"{arm.job} named a checkpoint that did not come", "Resume the training.")
        for other in arm.folder.glob("step-*"):
            if other != target:
                shutil.rmtree(other, ignore_errors=True)
        if self._leads(arm):
            self._emit(Checkpoint(int(step), str(target)))

    def _manifest(self, arm: Arm, sha256: str) -> dict[str, Any]:
        """The manifest of an adapter that came back, after a look at every file that it names."""
        manifest, wrong = artefact.read_manifest(arm.artefact, sha256)
        if wrong or manifest.get("run") != self.spec.run or manifest.get("base_sha256") != self.spec.base_sha256:
            raise TrainerError(
                "crashed",
                f"the adapter of {arm.job} is not what was asked for{': ' + wrong if wrong else ''}",
                "Start the training again.",
            )
        return manifest

    def _take_in(self, base: Base, arm: Arm, done: list[Arm]) -> None:
        spec, manifest = self.spec, dict(arm.manifest or {})
        self._emit(Stage("save"))
        if spec.merged:
            self._emit(Stage("merge"))
        adapter, alpha = artefact.read_peft(arm.artefact)
        manifest["where"] = {"kind": spec.remote["kind"], "job": arm.job}
        if self._sweep:
            manifest["sweep"] = [
                {"overrides": other.overrides, "metrics": other.metrics, "taken": other is arm} for other in done
            ]
        path, sha256 = artefact.write(
            Path(spec.out), spec.run, base, adapter, alpha, spec.merged, manifest, self._control.check
        )
        self._emit(Artifact(path=str(path), manifest_sha256=sha256))
        shutil.rmtree(self._work / "arms", ignore_errors=True)
        shutil.rmtree(self._work / "package", ignore_errors=True)


def _arguments(spec: Spec, arm: Arm, finish: bool) -> list[str]:
    arguments = ["node", "--spec", f"spec-{arm.index}.json", "--send-every", str(CHECKPOINT_SECONDS)]
    models = spec.remote.get("models")
    if models:
        arguments += ["--models", str(models)]
    return [*arguments, "--finish"] if finish else arguments


def _attempt(name: str) -> int:
    last = name.rsplit("-", 1)[-1]
    return int(last) if last.isdecimal() else 0


def _message(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) and isinstance(message.get("type"), str) else None
