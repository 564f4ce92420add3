"""Runs on other machines, over a transport that runs each job as a process of this one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import Job, at_progress
from safetensors.torch import load_file

from errata_trainer.control import Control
from errata_trainer.errors import Cancelled, TrainerError
from errata_trainer.events import Emitter, Event
from errata_trainer.remote import node
from errata_trainer.remote.driver import RemoteRun, State
from errata_trainer.remote.parcel import Receiver, send
from errata_trainer.remote.sweep import arms_of, best


class Here:
    """A Transport whose machine is this one. `kill_at` ends the first job once it has said a line with that text."""

    def __init__(self, folder: Path, kill_at: str = "") -> None:
        self.folder = folder
        self.kill_at = kill_at
        self.jobs: dict[str, subprocess.Popen[str]] = {}
        self.arguments: list[list[str]] = []
        self.files: list[str] = []

    def names(self, prefix: str) -> list[str]:
        return [name for name in self.jobs if name.startswith(prefix)]

    def submit(self, name: str, package: Path, arguments: list[str]) -> None:
        copy = self.folder / name
        shutil.copytree(package, copy)
        self.files = sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file())
        self.arguments.append(arguments)
        self.jobs[name] = subprocess.Popen(
            [sys.executable, "-m", "errata_trainer", *arguments],
            cwd=copy,
            stdout=(self.folder / f"{name}.log").open("w"),
            stderr=subprocess.STDOUT,
            env={**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")},
            text=True,
        )

    def lines(self, name: str) -> Iterable[str]:
        job = self.jobs[name]
        with (self.folder / f"{name}.log").open() as log:
            while True:
                over = job.poll() is not None
                for line in log.read().splitlines():
                    if self.kill_at and self.kill_at in line:
                        self.kill_at = ""
                        job.kill()
                    yield line
                if over:
                    return
                time.sleep(0.05)

    def state(self, name: str) -> tuple[State, str]:
        code = self.jobs[name].poll()
        if code is None:
            return "running", ""
        return ("done" if code == 0 else "failed"), f"exit {code}"

    def stop(self, name: str) -> None:
        self.jobs[name].send_signal(signal.SIGTERM)


def remote(
    job: Job, here: Here, sweep: dict[str, Any] | None = None
) -> tuple[RemoteRun, Control, list[dict[str, Any]]]:
    job.spec["remote"] = {"kind": "here", "models": str(Path(job.spec["base_gguf"]).parent), "sweep": sweep or {}}
    events: list[dict[str, Any]] = []
    emit = Emitter(lambda line: events.append(json.loads(line)))
    control = Control(emit)
    return RemoteRun(job.spec_path, emit, control, here), control, events


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    there = Here(folder)
    yield there
    for job in there.jobs.values():
        job.kill()


def test_a_run_elsewhere_brings_the_adapter_that_a_run_here_makes(job: Job, here: Here) -> None:
    job.execute()
    own = json.loads((job.artefact / "manifest.json").read_text())
    job.spec["run"] = "r2"
    run, _, events = remote(job, here)
    run.execute()

    manifest = json.loads((job.artefact / "manifest.json").read_text())
    assert manifest["where"] == {"kind": "here", "job": "errata-r2-0-1"}
    assert manifest["metrics"]["steps"] == own["metrics"]["steps"] == 4
    left, right = ((Path(job.spec["out"]) / name / "adapter_model.safetensors") for name in ("r1", "r2"))
    for name, tensor in load_file(left).items():
        torch.testing.assert_close(load_file(right)[name], tensor, atol=1e-5, rtol=1e-4)
    assert "merged.gguf" in [file["name"] for file in manifest["files"]], "made here, from the base that is here"
    kinds = [event["type"] for event in events]
    assert kinds.count("progress") == 4
    assert kinds[-1] == "artifact"
    assert Path(events[-1]["path"]) == job.artefact
    assert next(event["name"] for event in events if event["type"] == "stage") == "wait"
    assert run.bye(True).row_passes == next(event["row_passes"] for event in reversed(events) if "row_passes" in event)
    assert not (Path(job.spec["work"]) / "package").exists()


def test_only_rows_and_settings_are_sent(job: Job, here: Here) -> None:
    (job.folder / "chats.json").write_text("private")
    run, _, _ = remote(job, here)
    run.execute()
    assert [name for name in here.files if not name.startswith("errata_trainer/")] == ["rows.jsonl", "spec-0.json"]
    sent = json.loads((here.folder / "errata-r1-0-1" / "spec-0.json").read_text())
    assert str(job.folder) not in json.dumps(sent)


def test_a_job_that_dies_goes_on_from_the_last_checkpoint(
    job: Job, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.spec["overrides"] |= {"checkpoint_seconds": 0.000001}
    monkeypatch.setattr("errata_trainer.remote.driver.CHECKPOINT_SECONDS", 0.0)
    here.kill_at = '"type": "checkpoint", "step": 2'
    run, _, events = remote(job, here)
    run.execute()
    assert list(here.jobs) == ["errata-r1-0-1", "errata-r1-0-2"]
    assert any("checkpoints/spec-0/step-2" in name for name in here.files)
    steps = [event["step"] for event in events if event["type"] == "progress"]
    assert steps[-2:] == [3, 4]
    assert steps.count(1) == 1, "it did not begin again"
    assert (job.artefact / "adapter_model.safetensors").is_file()


def test_stopping_brings_a_checkpoint_from_which_a_resumed_run_finishes(job: Job, here: Here) -> None:
    job.spec |= {"max_steps": 100_000}
    job.spec["overrides"] |= {"rate": 1e-6, "epochs": 20_000.0}
    run, control, events = remote(job, here)
    at_progress(events, '{"cmd":"stop","save":true}', control)
    with pytest.raises(Cancelled):
        run.execute()
    (checkpoint,) = [event for event in events if event["type"] == "checkpoint"]
    assert Path(checkpoint["path"]).is_dir()

    job.spec["resume"] = True
    again, control, events = remote(job, here)
    at_progress(events, '{"cmd":"finish"}', control)
    again.execute()
    assert next(event["step"] for event in events if event["type"] == "progress") == checkpoint["step"] + 1
    assert here.arguments[-1][-1] == "--finish"
    assert json.loads((job.artefact / "manifest.json").read_text())["metrics"]["stopped_by"] == "asked"


def test_a_parent_that_left_leaves_the_job_and_finds_it_again(job: Job, here: Here) -> None:
    run, control, _ = remote(job, here)
    threading.Timer(0.5, lambda: setattr(control, "left", True)).start()
    with pytest.raises(Cancelled):
        run.execute()
    assert len(here.jobs) == 1
    job.spec["resume"] = True
    again, _, _ = remote(job, here)
    again.execute()
    assert len(here.jobs) == 1
    assert (job.artefact / "manifest.json").is_file()


def test_what_the_job_says_of_its_failure_is_said(job: Job, here: Here) -> None:
    run, _, _ = remote(job, here)
    run.spec.remote["models"] = str(job.folder / "nothing")
    with pytest.raises(TrainerError, match="has no model with the SHA-256") as error:
        run.execute()
    assert error.value.error_class == "env"
    assert len(here.jobs) == 1, "what was said is no accident"


def test_a_job_that_never_speaks_is_given_up(job: Job, here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("errata_trainer.remote.driver._arguments", lambda *_: ["--help"])
    run, _, _ = remote(job, here)
    with pytest.raises(TrainerError, match="ended 3 times without a word"):
        run.execute()
    assert len(here.jobs) == 3
    assert not job.artefact.exists()


def test_a_sweep_takes_the_arm_that_learned_most(job: Job, here: Here) -> None:
    job.spec["max_steps"] = 40
    job.spec["overrides"] |= {"give_up_at": [], "give_up_above": []}
    run, _, events = remote(job, here, {"rate": [1e-6, 0.02]})
    run.execute()
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    learned = [len(arm["metrics"]["learned"]) for arm in manifest["sweep"]]
    assert learned[1] > learned[0]
    assert [arm["taken"] for arm in manifest["sweep"]] == [False, True]
    assert manifest["recipe"]["rate"] == 0.02
    assert [event["type"] for event in events].count("artifact") == 1


def test_arms_are_all_combinations() -> None:
    assert arms_of({}, {"rank": 4}) == [{"rank": 4}]
    assert arms_of({"rate": [1, 2], "rank": [8]}, {}) == [{"rate": 1, "rank": 8}, {"rate": 2, "rank": 8}]
    refused: list[dict[str, Any]] = [{"rate": []}, {"rate": 3}, {"rate": list(range(65))}]
    for wrong in refused:
        with pytest.raises(TrainerError):
            arms_of(wrong, {})
    assert (
        best([{"learned": ["a"], "guard_kl": 0.1}, {"learned": ["a", "b"]}, {"learned": ["a", "b"], "guard_kl": 0.3}])
        == 2
    )


def test_a_parcel_comes_back_as_it_was_sent(tmp_path: Path) -> None:
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / "a.bin").write_bytes(bytes(range(256)) * 100)
    (folder / "EMPTY").touch()
    messages = parcel(folder)
    receiver = Receiver(tmp_path / "to")
    for message in messages[:-1]:
        assert receiver.take(message) is None
    # A log that is read again begins at its beginning.
    for message in messages[:-1]:
        receiver.take(message)
    assert receiver.take(messages[-1]) == tmp_path / "to" / "step-1"
    assert (tmp_path / "to" / "step-1" / "a.bin").read_bytes() == (folder / "a.bin").read_bytes()
    assert (tmp_path / "to" / "step-1" / "EMPTY").read_bytes() == b""


@pytest.mark.parametrize(
    "change",
    [
        lambda messages: messages[0]["files"][0].__setitem__(0, "../a"),
        lambda messages: messages[0]["files"][0].__setitem__(1, 3),
        lambda messages: messages[0]["files"][0].__setitem__(2, "0" * 64),
        lambda messages: messages[0].update(label="../up"),
        lambda messages: messages[0].update(files=[]),
        lambda messages: messages[0]["files"].append(messages[0]["files"][0]),
        lambda messages: messages[1].update(data="%%%"),
        lambda messages: messages.pop(0),
    ],
)
def test_a_hostile_parcel_is_refused(change: Callable[[list[dict[str, Any]]], Any], tmp_path: Path) -> None:
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / "a.bin").write_bytes(b"12345")
    messages = parcel(folder)
    change(messages)
    receiver = Receiver(tmp_path / "to")

    def take() -> None:
        for message in messages:
            receiver.take(message)

    with pytest.raises(TrainerError, match="cannot be used"):
        take()
    assert not (tmp_path / "to" / "step-1").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) in (["from"], ["from", "to"])


def test_a_base_is_found_by_its_digest(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = job.spec["base_sha256"]
    store = tmp_path / "store" / "blobs"
    store.mkdir(parents=True)
    monkeypatch.setenv("OLLAMA_MODELS", str(store.parent))
    with pytest.raises(TrainerError):
        node.find_base(sha256, "")
    (store / f"sha256-{sha256}").touch()
    assert node.find_base(sha256, "") == store / f"sha256-{sha256}"


def parcel(folder: Path) -> list[dict[str, Any]]:
    lines: list[str] = []
    emit: Callable[[Event], None] = Emitter(lines.append)
    send(folder, "step-1", emit)
    return [json.loads(line) for line in lines]
