"""Runs on a real Ray cluster of this machine: a head without cores and two workers of one core each."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from conftest import Job, at_progress

from errata_trainer.control import Control
from errata_trainer.errors import Cancelled, TrainerError
from errata_trainer.events import Emitter
from errata_trainer.remote.driver import RemoteRun
from errata_trainer.remote.places import transport_of

pytest.importorskip("ray", reason="the environment has no Ray: make test-ray")

WORKER_STARTS_SECONDS = 60


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from ray.cluster_utils import Cluster

    # Jobs run `python`, which has to be this one.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    port = free_port()
    cluster: Any = Cluster(
        initialize_head=True,
        head_node_args={
            "num_cpus": 0,
            "include_dashboard": True,
            "dashboard_port": port,
            "object_store_memory": 80 << 20,
        },
    )
    try:
        for _ in range(2):
            cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
        cluster.wait_for_nodes(timeout=WORKER_STARTS_SECONDS)
        yield f"http://127.0.0.1:{port}"
    finally:
        cluster.shutdown()


def on_ray(job: Job, address: str, **more: Any) -> tuple[RemoteRun, Control, list[dict[str, Any]]]:
    models = str(Path(job.spec["base_gguf"]).parent)
    # A cluster keeps its jobs, and a run finds its own by name.
    job.spec["run"] = job.folder.name
    job.spec["remote"] = {"kind": "ray", "address": address, "cpus": 1, "models": models, **more}
    events: list[dict[str, Any]] = []
    emit = Emitter(lambda line: events.append(json.loads(line)))
    control = Control(emit)
    return RemoteRun(job.spec_path, emit, control, transport_of(job.spec["remote"])), control, events


def test_two_arms_train_on_two_workers(job: Job, address: str) -> None:
    run, _, events = on_ray(job, address, sweep={"rate": [1e-4, 2e-4]})
    run.execute()
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    assert len(manifest["sweep"]) == 2
    assert manifest["where"]["kind"] == "ray"
    assert {"adapter.gguf", "merged.gguf"} < {file["name"] for file in manifest["files"]}
    assert [event["step"] for event in events if event["type"] == "progress"][:4] == [1, 2, 3, 4]


def test_a_killed_job_goes_on_from_its_checkpoint(job: Job, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("errata_trainer.remote.driver.CHECKPOINT_SECONDS", 0.0)
    job.spec["max_steps"] = 60
    job.spec["overrides"] |= {"checkpoint_seconds": 0.000001}
    run, _, events = on_ray(job, address)

    def kill() -> None:
        while not any(event["type"] == "checkpoint" for event in events):
            time.sleep(0.02)
        for process in psutil.process_iter(["cmdline"]):
            if "node" in (line := process.info["cmdline"] or []) and "spec-0.json" in line and line[0] != "/bin/sh":
                process.kill()

    threading.Thread(target=kill, daemon=True).start()
    run.execute()
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    assert manifest["where"]["job"].endswith("-0-2")
    steps = [event["step"] for event in events if event["type"] == "progress"]
    assert steps.count(1) == 1, "the second job did not begin again"
    assert manifest["metrics"]["steps"] == steps[-1]


def test_stopping_brings_what_was_learned(job: Job, address: str) -> None:
    job.spec["max_steps"] = 100_000
    job.spec["overrides"] |= {"rate": 1e-6, "epochs": 20_000.0}
    run, control, events = on_ray(job, address)
    at_progress(events, '{"cmd":"stop","save":true}', control)
    with pytest.raises(Cancelled):
        run.execute()
    (checkpoint,) = [event for event in events if event["type"] == "checkpoint"]
    job.spec["resume"] = True
    again, control, events = on_ray(job, address)
    at_progress(events, '{"cmd":"finish"}', control)
    again.execute()
    assert next(event["step"] for event in events if event["type"] == "progress") == checkpoint["step"] + 1
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    assert manifest["metrics"]["stopped_by"] == "asked"


def test_a_cluster_that_is_not_there_says_so(job: Job) -> None:
    with pytest.raises(TrainerError, match="Ray cluster at http://127") as error:
        on_ray(job, "http://127.0.0.1:9")
    assert error.value.error_class == "env"


def test_the_command_runs_a_spec_that_names_a_cluster(job: Job, address: str) -> None:
    on_ray(job, address)
    result = subprocess.run(
        [sys.executable, "-m", "errata_trainer", "run", "--spec", str(job.spec_path), "--no-stdin"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0, result.stderr[-2000:]
    assert lines[0]["type"] == "hello"
    assert lines[-1]["type"] == "bye"
    assert lines[-1]["row_passes"] > 0
