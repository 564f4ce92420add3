from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import make_rows

from bench import ours, plain
from bench import report as reports
from bench.__main__ import main
from bench.job import Job, Result
from bench.rows import as_same_work, chosen, invented, save
from errata_trainer.base import digest
from errata_trainer.forward import Forward
from errata_trainer.spec import Row, load_rows
from errata_trainer.tokens import Sequence as TokenRow


def job(folder: Path, base: Path, side: str, **changes: Any) -> Job:
    values: dict[str, Any] = {
        "side": side,
        "work": "same",
        "dtype": "float32",
        "base": str(base),
        "base_sha256": digest(base),
        "folder": str(folder),
        "rows": str(folder / "same.jsonl"),
        "start": str(folder / "start.safetensors"),
        "steps": 3,
        "batch_rows": 3,
        "threads": 1,
        "seed": 7,
        "max_seconds": 600.0,
    }
    return Job(**(values | changes))


def test_both_sides_see_the_same_tokens_and_lose_the_same(
    tmp_path: Path, base_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "same.jsonl", as_same_work(invented(2, 4, 3)))
    reached: list[tuple[list[int], list[int]]] = []
    logits = Forward.logits

    def noted(self: Forward, rows: list[TokenRow]) -> Iterator[torch.Tensor]:
        reached.extend((list(row.ids), [row.ids[place] for place in row.targets(self.whole)]) for row in rows)
        return logits(self, rows)

    monkeypatch.setattr(Forward, "logits", noted)
    own = ours.measure(job(tmp_path, base_path, "errata"), time.monotonic())

    collated: list[tuple[list[int], list[int]]] = []
    collate = plain.Collator.__call__

    def kept(self: plain.Collator, rows: list[TokenRow]) -> dict[str, torch.Tensor]:
        batch = collate(self, rows)
        for ids, mask, labels in zip(*batch.values(), strict=True):
            collated.append((ids[mask.bool()].tolist(), labels[labels >= 0].tolist()))
        return batch

    monkeypatch.setattr(plain.Collator, "__call__", kept)
    other = plain.measure(job(tmp_path, base_path, "plain"), time.monotonic())

    assert len(reached) == 9
    assert sorted(reached[:3]) == sorted(collated[:3])
    assert sorted(reached[:3]) != sorted(reached[3:6])
    assert own.tokens == other.tokens
    assert len(set(own.tokens)) > 1
    assert own.losses[0] == pytest.approx(other.losses[0], rel=1e-5)
    # The later ones hold only if start, rate, scale, layers and optimiser are the same too.
    assert own.losses == pytest.approx(other.losses, rel=1e-4)
    assert own.losses[2] != pytest.approx(own.losses[0], rel=1e-3)
    assert (own.layers, sorted(own.modules), own.rank) == (other.layers, sorted(other.modules), other.rank)
    assert own.trained_parameters == other.trained_parameters
    assert own.step_rows == other.step_rows == [3, 3, 3]


def test_the_whole_run_writes_its_figures(tmp_path: Path, base_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Two of these rows wait for the base's own answer.
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps(row) + "\n" for row in make_rows()))
    out = tmp_path / "figures.json"
    options = ["--steps", "2", "--batch", "3", "--threads", "1", "--dtype", "float32", "--json", str(out)]
    assert main(["--base", str(base_path), "--rows", str(rows), *options]) == 0
    report = json.loads(out.read_text())
    assert set(report) == {
        "model", "model_digest", "machine", "rows", "steps", "batch_rows", "seed", "seconds", "arms", "works", "curves",
    }  # fmt: skip
    assert set(report["arms"]) == {
        "errata-same-float32", "plain-same-float32", "errata-default-float32", "plain-default-float32",
    }  # fmt: skip
    for arm in report["arms"].values():
        assert arm["steps"] == len(arm["losses"]) == 2
        assert arm["rows_per_second"] > 0
        assert arm["peak_memory_mb"] > 0
        assert arm["threads"] == 1
    assert report["rows"] == {"fact": 2, "held": 3, "source": "rows.jsonl"}
    assert report["curves"]["float32"]["agrees"]
    assert set(report["works"]["same"]) == {"errata", "plain", "ratio", "cpu_ratio", "memory_ratio", "aim"}
    # peft's own set-up, not ours.
    default = report["arms"]["plain-default-float32"]
    assert (default["modules"], default["layers"], default["alpha"]) == (["q_proj", "v_proj"], [0, 1], 8.0)
    assert "plain-same-float32" in capsys.readouterr().out


def result(side: str, losses: list[float], dtype: str = "float32", seconds: float = 1.0, work: str = "same") -> Result:
    steps = len(losses)
    times = [90.0] + [seconds] * (steps - 1)
    return Result(
        f"{side}-{work}-{dtype}", side, work, dtype, "cpu", 2, 8, 16.0, ["q_proj"], [1], 10,
        step_rows=[4] * steps, step_seconds=times, step_cpu_seconds=times, losses=losses,
        tokens=[str(step) for step in range(steps)], peak_memory_mb=100.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("losses", "dtype", "want"),
    [
        ([4.0, 3.0, 2.0], "float32", ""),
        ([4.0, 3.0, 2.03], "float32", ""),
        ([4.0, 3.0, 2.05], "float32", "part at step 3"),
        ([4.0, 3.0, 2.05], "bfloat16", ""),
        ([4.01, 3.0, 2.0], "float32", "part at step 1"),
        ([4.0, float("nan"), 2.0], "bfloat16", "part at step 2"),
    ],
)
def test_curves_that_part_are_an_error(losses: list[float], dtype: str, want: str) -> None:
    results = [result("errata", [4.0, 3.0, 2.0], dtype), result("plain", losses, dtype)]
    results += [result("errata", [4.0, 3.0], dtype, work="default"), result("plain", [4.0, 3.0], dtype, work="default")]
    found = reports.problems(reports.compare(results, dtype))
    assert [want in problem for problem in found] == [True] * bool(want)


def test_other_tokens_are_an_error() -> None:
    results = [result(side, [4.0, 3.0], work=work) for work in reports.AIMS for side in ("errata", "plain")]
    results[1].tokens = ["0", "9"]
    assert "same tokens" in reports.problems(reports.compare(results, "float32"))[0]


def test_a_comparison_that_is_none_is_shown_and_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [result(side, [4.0, 3.0], work=work) for work in reports.AIMS for side in ("errata", "plain")]
    results[1].losses = [4.0, 3.5]
    machine = {"device_name": "processor", "features": [], "threads": 2, "versions": {"torch": "2"}}
    report = {
        "model": "m", "machine": machine, "rows": {"fact": 1, "held": 1, "source": "invented"}, "steps": 2,
        "batch_rows": 4, "seed": 7, **reports.compare(results, "float32"),
    }  # fmt: skip
    monkeypatch.setattr("bench.__main__.measure", lambda options, folder: report)
    assert main(["--base", "m", "--json", "-"]) == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["curves"]["float32"]["agrees"] is False
    assert "PART" in shown.err
    assert "NOT THE SAME WORK: float32: the losses part at step 2" in shown.err


def test_the_ratio_is_ours_over_the_faster_plain_precision_without_the_first_step() -> None:
    results = [
        result(side, [4.0, 3.0, 2.0], dtype, seconds, work)
        for work in reports.AIMS
        for side, dtype, seconds in (
            ("errata", "float32", 9.0),
            ("plain", "float32", 2.0),
            ("errata", "bfloat16", 1.0),
            ("plain", "bfloat16", 3.0),
        )
    ]
    same = reports.compare(results, "bfloat16")["works"]["same"]
    assert (same["errata"], same["plain"]) == ("errata-same-bfloat16", "plain-same-float32")
    assert (same["ratio"], same["cpu_ratio"], same["memory_ratio"]) == (2.0, 2.0, 1.0)


def test_invented_rows_are_the_same_for_a_seed_and_complete(tmp_path: Path) -> None:
    rows = invented(15, 33, 7)
    assert rows == invented(15, 33, 7)
    assert rows != invented(15, 33, 8)
    save(tmp_path / "rows.jsonl", rows)
    read = load_rows(tmp_path / "rows.jsonl")
    assert read == rows
    assert all(row.completion.strip() for row in read)
    assert (sum(row.kind == "fact" for row in read), sum(row.kind == "neighbour" for row in read)) == (15, 33)


def test_drawn_rows_hold_both_kinds_and_nothing_else() -> None:
    rows = [Row(f"{kind}{index}", kind, "p", "f", "c") for kind in ("fact", "guard", "probe") for index in range(9)]
    drawn = chosen(rows, 3, 4, 7)
    assert sorted(row.kind for row in drawn) == ["fact"] * 3 + ["guard"] * 4
    assert len({row.id for row in drawn}) == 7
    assert {row.kind for row in as_same_work(drawn)} == {"fact"}


def test_a_missing_base_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base", str(tmp_path / "none.gguf")]) == 1
    assert "none.gguf" in capsys.readouterr().err
