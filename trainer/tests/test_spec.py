from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Job, make_rows

from errata_trainer.errors import TrainerError
from errata_trainer.recipe import resolve, trained_layers


@pytest.mark.parametrize(
    "overrides",
    [
        {"nonsense": 1},
        {"rate": -1.0},
        {"rank": 2.5},
        {"dropout": 0.1},
        {"fact_rows": 99},
        {"rehearsal_rows": 9},
        {"modules": ["lm_head"]},
        {"layers": "lower"},
        {"scales": [2.0]},
        {"give_up_at": [0.5], "give_up_above": [2.0]},
        {"give_up_at": [0.5]},
        {"loss": "half"},
        {"cache_states": 1},
    ],
)
def test_bad_settings_are_refused(overrides: dict[str, Any]) -> None:
    with pytest.raises(TrainerError) as caught:
        resolve("default", overrides)
    assert caught.value.error_class == "data"


def test_layers() -> None:
    assert trained_layers("upper_half", 24) == tuple(range(12, 24))
    assert trained_layers((3, 1), 4) == (1, 3)
    with pytest.raises(TrainerError):
        trained_layers((4,), 4)


def test_bad_settings_are_refused_before_weights_are_loaded(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("errata_trainer.run.Network", pytest.fail)
    job.spec["overrides"]["layers"] = [17]
    with pytest.raises(TrainerError, match="layers"):
        job.execute()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"extra": 1}, "unknown keys: extra"),
        ({"seed": "x"}, "seed must be int"),
        ({"base_sha256": "0" * 64}, "base changed"),
        ({"engine": "other"}, "engine"),
        ({"run": "../x"}, "plain file name"),
        ({"rows": "/nowhere"}, "no file"),
    ],
)
def test_bad_specs_are_refused(job: Job, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], message: str) -> None:
    monkeypatch.setattr("errata_trainer.run.Network", pytest.fail)
    job.spec.update(change)
    with pytest.raises(TrainerError, match=message):
        job.execute()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "joke"}, "unknown kind"),
        ({"completion": ""}, "needs a completion"),
        ({"fact": ""}, "needs its fact"),
        ({"colour": 1}, "unknown keys"),
        ({"accept": 3}, "accept"),
    ],
)
def test_bad_rows_name_their_line(job: Job, change: dict[str, Any], message: str) -> None:
    rows = make_rows()
    rows[1].update(change)
    (job.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    with pytest.raises(TrainerError, match=message) as caught:
        job.execute()
    assert "line 2" in caught.value.message
