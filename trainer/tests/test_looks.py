from __future__ import annotations

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from conftest import Job
from safetensors.torch import load_file

from errata_trainer import checkpoint
from errata_trainer.control import Control
from errata_trainer.errors import Cancelled, TrainerError
from errata_trainer.losses import Target
from errata_trainer.probes import Prober
from errata_trainer.recipe import Recipe, resolve
from errata_trainer.schedule import falling, looks
from errata_trainer.spec import Row
from errata_trainer.tokens import Sequence as TokenRow


@pytest.mark.parametrize("above", [0.4, 0.2])
def test_asking_half_first_decides_as_asking_all(above: float) -> None:
    source = random.Random(3)
    saying: set[str] = set()
    asked: list[str] = []

    def answers(prompts: list[str], *_: Any) -> list[str]:
        asked.extend(prompts)
        return ["Tark" if prompt in saying else "Moss" for prompt in prompts]

    forward: Any = SimpleNamespace(network=SimpleNamespace(answers=answers))
    coder: Any = SimpleNamespace(encode=lambda text: text, decode=lambda ids: ids or "Moss", end=0)
    prober = Prober(forward, coder, Recipe(), [Row("f", "fact", "q", "f1", "Tark", ("Tark",))])
    empty = torch.empty(0)
    texts = [f"{number}{' begun' * (number % 2)}" for number in range(32)]
    rows = [
        (TokenRow(Row(text, "neighbour", text, "f1"), (), 0), Target(torch.tensor([]), empty, empty, empty))
        for text in texts
    ]
    halves = 0
    for _ in range(400):
        saying = set(source.sample(texts, source.choice((0, 1, 2, 5, 7, 10, 13, 20, 32))))
        asked.clear()
        said, count = prober.leaks("f1", rows, above)
        assert count == len(asked) == len(set(asked))
        assert said == len(saying & set(asked))
        halves += count == 16
        assert count in (16, 32)
        assert sum(text.endswith("begun") for text in asked) == count / 2, "both kinds are in either half"
        if said:
            assert (said > above * count) == (len(saying) > above * len(texts))
        else:
            assert count == 16
    assert 100 < halves < 400


def test_a_stop_within_a_look_saves_and_looks_again(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"f1": (9, 9), "f2": (0, 9)}
    monkeypatch.setattr(Prober, "leaks", lambda _, fact, *__: said[fact])
    job.spec["overrides"] |= {"give_up_at": [0.5], "give_up_above": [0.5]}
    job.execute()
    whole = load_file(job.artefact / "adapter_model.safetensors")
    job.events.clear()

    def stop(event: dict[str, Any], control: Control) -> None:
        if event["type"] == "leak":
            control.handle('{"cmd":"stop","save":true}')

    job.spec.update(run="r2", work=str(tmp_path / "other"))
    with pytest.raises(Cancelled):
        job.execute(stop)
    assert [event["fact"] for event in job.of("leak")] == ["f1"], "the others are not asked any more"
    saved = checkpoint.load(tmp_path / "other" / "checkpoints")
    assert saved is not None
    assert saved[2]["training"]["step"] == 2
    assert saved[2]["training"]["given_up"] == []
    job.events.clear()
    job.spec["resume"] = True
    job.execute()
    assert [(event["fact"], event["given_up"]) for event in job.of("leak")] == [("f1", True), ("f2", False)]
    assert [event["step"] for event in job.of("progress")] == [3, 4]
    for name, tensor in load_file(job.artefact / "adapter_model.safetensors").items():
        torch.testing.assert_close(whole[name], tensor)


def test_a_recipe_that_nothing_stops_early_is_probed_at_its_looks_and_the_end(job: Job) -> None:
    looks = {"give_up_at": [0.5, 0.8], "give_up_above": [1.0, 1.0]}
    job.spec.update(max_steps=10, overrides=job.spec["overrides"] | looks | {"probe_every": 1, "probe_below": 99.0})
    job.execute()
    assert [event["step"] for event in job.of("probe")] == [5, 8, 10]


def test_a_run_of_which_all_is_learned_ends_early_when_asked_to(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = {
        "epochs": 20.0,
        "probe_every": 4,
        "probe_below": 99.0,
        "leave_below": 99.0,
        "rate": 0.001,
        "rehearsal_rows": 0,
    }
    looks_at = {"give_up_at": [0.55, 0.75], "give_up_above": [0.9, 0.8]}
    monkeypatch.setattr(Prober, "learned", lambda _, facts, *__: set(facts))
    monkeypatch.setattr(Prober, "leaks", lambda *_: (0, 9))
    job.spec.update(max_steps=40, overrides=job.spec["overrides"] | right | looks_at | {"early_end": 0.5})
    job.execute()
    progress = job.of("progress")
    # All right behind step 4 and, half as long after it, step 6: half as many steps again are left.
    assert [event["total"] for event in progress] == [40] * 5 + [9] * 4
    rates = [event["rate"] for event in progress]
    assert rates[6:] == pytest.approx([rates[5] * left / 4 for left in (3, 2, 1)], rel=1e-3)
    assert {event["row_passes"] for event in progress} == {4 * step for step in range(1, 10)}, "no fact leaves"
    assert [event["step"] for event in job.of("leak")] == [7, 7], "and what leaks is looked at before the end"
    whole = load_file(job.artefact / "adapter_model.safetensors")
    job.break_off(7, tmp_path / "other")
    job.events.clear()
    job.execute()
    assert [event["step"] for event in job.of("progress")] == [8, 9]
    assert job.of("leak") == []
    for name, tensor in load_file(job.artefact / "adapter_model.safetensors").items():
        torch.testing.assert_close(whole[name], tensor)


def test_looks_move_before_an_early_end() -> None:
    recipe = Recipe()
    assert looks(recipe, 100, 100, 0) == {56: 0.4, 75: 0.2}
    assert looks(recipe, 100, 75, 60) == {56: 0.4, 61: 0.2}, "the first was made"
    assert looks(recipe, 100, 60, 30) == {33: 0.4, 45: 0.2}
    assert looks(recipe, 100, 45, 40) == {41: 0.2}, "where two meet, the stricter stays"
    assert falling(1.0, 10, 11, 14) == pytest.approx(0.8)
    assert falling(1.0, 10, 14, 14) == pytest.approx(0.2)


def test_learned_facts_cannot_both_leave_and_stay() -> None:
    assert Recipe().early_end == 0
    assert resolve("default", {"early_end": 0.25}).early_end == 0.25
    with pytest.raises(TrainerError, match="early_end"):
        resolve("default", {"early_end": 0.25, "stop_when_learned": True})
