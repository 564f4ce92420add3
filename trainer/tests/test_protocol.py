from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

from conftest import Job

from errata_trainer.control import Control
from errata_trainer.events import Bye, Emitter, Failure, to_line


def collect() -> tuple[list[str], Control]:
    lines: list[str] = []
    return lines, Control(Emitter(lines.append), leave=lambda code: lines.append(f"left {code}"))


def test_grease_is_answered_and_harmless() -> None:
    lines, control = collect()
    for line in ('{"cmd":"dance"}', "garbage", "[1]", '{"cmd":3}', '{"cmd":"ping","more":1}'):
        control.handle(line)
    events = [json.loads(line) for line in lines]
    assert [event["type"] for event in events] == ["unsupported"] * 4 + ["pong"]
    assert events[0]["cmd"] == "dance"
    assert not control.stopping


def test_the_first_stop_counts() -> None:
    _, control = collect()
    control.handle('{"cmd":"stop","save":false}')
    control.handle('{"cmd":"stop","save":true}')
    assert control.stopping
    assert not control.save


def test_lines_are_versioned_json() -> None:
    line = json.loads(to_line(Failure("disk", "full", "free some")))
    assert line == {"v": 1, "type": "error", "class": "disk", "message": "full", "hint": "free some"}
    assert json.loads(to_line(Bye(True, 1, math.nan, 1, 1.0)))["train_seconds"] is None


def test_the_end_of_stdin_ends_the_process_with_a_checkpoint(job: Job) -> None:
    job.spec.update(max_steps=100_000)
    job.spec["overrides"] |= {"rate": 1e-6}
    folder = Path(__file__).parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", "errata_trainer", "run", "--spec", str(job.spec_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    seen: list[dict[str, object]] = []
    for line in process.stdout:
        seen.append(json.loads(line))
        if seen[-1]["type"] == "progress":
            break
    assert [event["type"] for event in seen if event["type"] != "heartbeat"][:2] == ["hello", "plan"]
    begun = time.monotonic()
    process.stdin.close()
    rest = [json.loads(line) for line in process.stdout]
    assert process.wait(10) == 3
    assert time.monotonic() - begun < 10
    assert [event["type"] for event in rest][-3:] == ["checkpoint", "error", "bye"]
    assert rest[-2]["class"] == "cancelled"
    process.stdout.close()
    assert process.stderr is not None
    process.stderr.close()


def test_a_process_that_hangs_is_left(monkeypatch: object) -> None:
    lines, control = collect()
    control.finish()
    control._watch()
    assert lines == []
