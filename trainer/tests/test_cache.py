from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from conftest import Job

from errata_trainer import __version__, cache


def test_the_base_answers_are_kept_on_disk(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.execute()
    files = list((job.folder / "work" / "cache").rglob("*.safetensors"))
    assert len(files) == 4
    job.spec["run"] = "r2"
    monkeypatch.setattr("errata_trainer.forward.BaseAnswers._compute", pytest.fail)
    job.execute()


def test_runs_with_work_folders_of_their_own_share_what_the_base_answers(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    job.spec["cache"] = str(shared)
    job.execute()
    assert not (job.folder / "work" / "cache").exists()
    job.spec.update(run="r2", work=str(tmp_path / "other"))
    with monkeypatch.context() as kept:
        kept.setattr("errata_trainer.forward.BaseAnswers._compute", pytest.fail)
        job.execute()
    job.spec.update(run="r3", start_from=str(job.artefact / "merged.gguf"))
    job.execute()
    own = list((tmp_path / "other" / "cache").rglob("*.safetensors"))
    assert len(own) == 4, "what merged weights answer is not what the base answers"


def test_what_no_run_has_used_for_long_leaves_the_cache(job: Job, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    job.spec["cache"] = str(shared)
    job.execute()
    cached = [path for path in shared.rglob("*") if path.is_file()]
    unused = cached[0].parent / f"{'0' * 32}.safetensors"
    other = shared / "letters.txt"
    long_ago = time.time() - (cache.KEPT_DAYS + 1) * 24 * 3600
    for path in (*cached, unused, other):
        path.touch()
        os.utime(path, (long_ago, long_ago))
    job.spec.update(run="r2", work=str(tmp_path / "other"))
    job.execute()
    assert all(path.is_file() for path in cached), "this run has used them"
    assert not unused.exists()
    assert other.exists(), "what is not ours stays"


def test_a_cached_file_that_a_power_cut_emptied_is_made_again(job: Job) -> None:
    job.execute()
    cached = [path for path in (job.folder / "work" / "cache").rglob("*") if path.is_file()]
    assert len(cached) == 6, "four answers, the tokenizer and the seconds a step"
    sizes = {path: path.stat().st_size for path in cached}
    for path in cached:
        path.write_bytes(b"")
    job.spec["run"] = "r2"
    job.execute()
    sizes.pop(job.folder / "work" / "cache" / __version__ / "pace.json")
    assert {path: path.stat().st_size for path in sizes} == sizes


def test_a_plan_estimates_by_the_last_run_of_its_kind(job: Job, tmp_path: Path) -> None:
    job.spec["cache"] = str(tmp_path / "shared")
    job.execute()
    assert job.of("plan")[0]["estimate_seconds"] is None, "nothing is known of this machine yet"
    took = job.of("progress")[-1]["elapsed_seconds"]
    job.events.clear()
    job.spec.update(run="r2", max_steps=8)
    job.execute()
    plan = job.of("plan")[0]
    assert plan["estimate_seconds"] == pytest.approx(took / 4 * 8, rel=1e-3)
    assert "last training" in plan["reasons"]["estimate_seconds"]
    job.events.clear()
    job.spec.update(run="r3", overrides=job.spec["overrides"] | {"batch_rows": 3})
    job.execute()
    assert job.of("plan")[0]["estimate_seconds"] is None, "with other batches a step takes another time"
    assert len(json.loads((tmp_path / "shared" / __version__ / "pace.json").read_text())) == 2
