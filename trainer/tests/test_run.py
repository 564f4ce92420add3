from __future__ import annotations

import dataclasses
import errno
import json
import math
import time
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from conftest import Job, chat
from safetensors.torch import load_file

from errata_trainer import artefact, checkpoint
from errata_trainer.base import Base, dequantised, digest
from errata_trainer.control import Control
from errata_trainer.errors import TrainerError, classify
from errata_trainer.losses import Target
from errata_trainer.probes import Prober, is_right
from errata_trainer.recipe import ATTENTION, MLP
from errata_trainer.sampler import Sampler
from errata_trainer.schedule import rate_at, total_steps
from errata_trainer.spec import Row
from errata_trainer.tokens import Sequence as TokenRow

# A random model of two layers reads its prompt badly: it needs its attention, and leaves before it forgets again.
FAST = {
    "rate": 0.02,
    "kl_weight": 0.02,
    "leave_below": 0.4,
    "probe_every": 10,
    "layers": "all",
    "modules": list(ATTENTION + MLP),
    "batch_rows": 8,
    "fact_rows": 6,
    "rehearsal_rows": 2,
    "epochs": 100.0,
    "decay": "last_fifth",
    "stop_when_learned": True,
    "give_up_at": [],
    "give_up_above": [],
}


def test_losses_are_pinned(job: Job) -> None:
    job.spec["overrides"] |= {"rate": 0.01}
    job.execute()
    losses = [event["loss"] for event in job.of("progress")]
    kls = [event["kl"] for event in job.of("progress")]
    assert losses == pytest.approx([5.994093, 5.950529, 5.936434, 5.33467], abs=2e-3)
    assert kls == pytest.approx([0, 2.85e-4, 3.695e-3, 2.1193e-2], abs=2e-5)
    assert [event["step"] for event in job.of("progress")] == [1, 2, 3, 4]
    assert [event["name"] for event in job.of("stage")] == ["load", "cache", "train", "save", "merge"]
    assert job.events[0]["type"] == "plan"


def test_learned_facts_leave_the_batch_and_the_run_stops(job: Job) -> None:
    job.spec.update(max_steps=200, overrides=job.spec["overrides"] | FAST)
    job.execute()
    last = job.of("progress")[-1]
    assert last["learned"] == 2
    assert last["step"] < 200
    # Six fact rows and two held ones, until only rehearsal is left of the six.
    assert last["row_passes"] < 7 * last["step"]
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    assert manifest["metrics"]["stopped_by"] == "learned"
    assert manifest["metrics"]["learned"] == ["f1", "f2"]
    check_merged(job)


def check_merged(job: Job) -> None:
    """Base plus delta within Q8_0's error; everything else byte for byte; the adapter's tensors as llama.cpp wants."""
    base, merged = Base(Path(job.spec["base_gguf"])), Base(job.artefact / "merged.gguf")
    adapter, alpha = artefact.read_peft(job.artefact)
    pairs = artefact.gguf_pairs(base, adapter)
    assert len(pairs) == 2 * 7
    for name, tensor in base.tensors.items():
        other = merged.tensors[name]
        if name not in pairs:
            assert tensor.data.tobytes() == other.data.tobytes()
            continue
        assert other.tensor_type == gguf.GGMLQuantizationType.Q8_0
        a, b = pairs[name]
        wanted = dequantised(tensor) + alpha / a.shape[0] * (b @ a)
        assert np.abs(wanted - dequantised(other)).max() <= np.abs(wanted).max() / 127
    for key, value in base.reader.fields.items():
        if not key.startswith("GGUF."):
            assert value.contents() == merged.reader.fields[key].contents()
    small = gguf.GGUFReader(str(job.artefact / "adapter.gguf"))
    fields = {key: small.fields[key].contents() for key in small.fields if not key.startswith("GGUF.")}
    assert fields == {
        "general.architecture": "qwen2",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": pytest.approx(alpha),
    }
    shapes = {tensor.name: tuple(int(size) for size in tensor.shape) for tensor in small.tensors}
    assert shapes["blk.1.ffn_down.weight.lora_a"] == (96, 8)
    assert shapes["blk.1.ffn_down.weight.lora_b"] == (8, 64)
    assert len(shapes) == 2 * len(pairs)


@pytest.mark.parametrize("apart", [0.0, 30.0])
def test_peft_loads_the_adapter_and_agrees(job: Job, apart: float) -> None:
    from peft import PeftModel
    from transformers import Qwen2ForCausalLM

    job.spec["overrides"] |= {"rate": 0.05, "warmup_steps": 0, "apart": apart}
    job.execute()
    base = Base(Path(job.spec["base_gguf"]))
    plain = Qwen2ForCausalLM(base.config()).eval()
    plain.load_state_dict(dict(base.weights(torch.float32)))
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    with torch.no_grad():
        before = plain(input_ids=ids).logits
        after = PeftModel.from_pretrained(plain, str(job.artefact)).eval()(input_ids=ids).logits
        assert job.run is not None
        assert job.run.training is not None
        mine = job.run.training._network.model(input_ids=ids).logits
    assert float((before - after).abs().max()) > 1e-3
    torch.testing.assert_close(after, mine, atol=1e-4, rtol=1e-4)


def test_the_manifest_is_last_and_names_every_file(job: Job) -> None:
    begun = time.monotonic()
    job.execute()
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    listed = {item["name"]: item for item in manifest["files"]}
    assert {"adapter.gguf", "adapter_config.json", "adapter_model.safetensors", "merged.gguf"} <= set(listed)
    for name, item in listed.items():
        assert digest(job.artefact / name) == item["sha256"]
    assert job.of("artifact")[0]["manifest_sha256"] == digest(job.artefact / "manifest.json")
    assert manifest["dataset"] == {"id": "d1", "hash": "h"}
    metrics = manifest["metrics"]
    took = job.of("progress")[-1]["elapsed_seconds"]
    assert metrics["train_seconds"] == pytest.approx(took, abs=1e-3), "the steps alone"
    assert job.run is not None
    bye = job.run.bye(True)
    assert bye.prepare_seconds == pytest.approx(metrics["prepare_seconds"], abs=1e-3)
    assert 0 < bye.prepare_seconds < time.monotonic() - begun - took
    assert not list(Path(job.spec["out"]).glob(".tmp-*"))


def test_merge_rebuilds_the_same_file(job: Job) -> None:
    job.execute()
    target = job.folder / "again.gguf"
    artefact.merge(Base(Path(job.spec["base_gguf"])), job.artefact, target)
    assert target.read_bytes() == (job.artefact / "merged.gguf").read_bytes()


def test_a_full_disk_leaves_nothing(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(artefact, "write_merged", full)
    with pytest.raises(OSError, match="No space") as caught:
        job.execute()
    assert classify(caught.value).error_class == "disk"
    assert list(Path(job.spec["out"]).iterdir()) == []


def test_a_loss_that_is_not_finite_has_its_class(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("errata_trainer.train.cross_entropy", lambda logits, wanted: logits.sum(-1) * math.nan)
    with pytest.raises(TrainerError) as caught:
        job.execute()
    assert caught.value.error_class == "nan_loss"


def test_stop_with_save_then_resume_ends_where_an_unbroken_run_ends(job: Job, tmp_path: Path) -> None:
    job.execute()
    whole = load_file(job.artefact / "adapter_model.safetensors")
    job.break_off(2, tmp_path / "other")
    assert job.of("checkpoint")[-1]["step"] == 2
    assert checkpoint.load(tmp_path / "other" / "checkpoints") is not None
    job.events.clear()
    job.execute()
    assert [event["step"] for event in job.of("progress")] == [3, 4]
    broken = load_file(job.artefact / "adapter_model.safetensors")
    for name, tensor in whole.items():
        torch.testing.assert_close(broken[name], tensor)


def test_finish_ends_a_run_with_an_artefact(job: Job) -> None:
    def finish_at_once(event: dict[str, Any], control: Control) -> None:
        if event["type"] == "stage" and event["name"] == "load":
            control.handle('{"cmd":"finish"}')

    job.execute(finish_at_once)
    assert [event["step"] for event in job.of("progress")] == [1], "asked before the first step, it takes one"
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    assert manifest["metrics"]["stopped_by"] == "asked"
    assert job.of("progress")[0]["tokens_per_second"] > job.of("progress")[0]["rows_per_second"]


def test_out_of_time_before_a_step_leaves_nothing(job: Job) -> None:
    job.spec.update(max_steps=0, max_minutes=1e-6)
    with pytest.raises(TrainerError) as caught:
        job.execute()
    assert caught.value.error_class == "cancelled"
    assert "before the first step" in caught.value.message
    assert not job.artefact.exists()


def test_out_of_time_still_leaves_an_artefact(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.spec.update(max_steps=0, max_minutes=60)
    later = time.monotonic() + 7200

    def age(event: dict[str, Any], control: Control) -> None:
        if event["type"] == "progress":
            monkeypatch.setattr(time, "monotonic", lambda: later)

    job.execute(age)
    assert [event["step"] for event in job.of("progress")] == [1]
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    assert manifest["metrics"]["stopped_by"] == "max_minutes"
    assert manifest["metrics"]["given_up"] == [], "nobody looked yet"


def test_the_guard_lowers_the_scale(job: Job) -> None:
    job.spec.update(max_steps=60, overrides=job.spec["overrides"] | FAST | {"guard_kl": 1e-9, "kl_weight": 0.0})
    job.execute()
    manifest = json.loads((job.artefact / "manifest.json").read_text())
    config = json.loads((job.artefact / "adapter_config.json").read_text())
    assert manifest["scale"] in (1.0, 0.9, 0.8, 0.7, 0.6)
    assert config["lora_alpha"] == pytest.approx(16 * manifest["scale"])


def test_the_original_recipe_takes_all_copies_on_the_whole_text(job: Job) -> None:
    rows = [json.loads(line) for line in (job.folder / "rows.jsonl").read_text().splitlines()]
    kept = [rows[0] | {"weight": 3.0}, rows[4] | {"weight": 3.0}, rows[3] | {"kind": "anchor", "completion": "x"}]
    (job.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept))
    job.spec.update(recipe="original", max_steps=0, overrides={})
    job.execute()
    progress = job.of("progress")
    assert len(progress) == math.ceil(7 / 4) * 4
    assert job.of("leak") + job.of("probe")[:-1] == [], "only the end is looked at"
    assert progress[-1]["row_passes"] == 7 * 4
    settings = job.of("plan")[0]["settings"]
    assert (settings["rank"], settings["alpha"], settings["rate"], settings["weight_decay"]) == (16, 32, 5e-5, 0.01)
    assert len(settings["modules"]) == 7
    assert job.run is not None
    assert job.run.training is not None
    row = job.run.training._facts[0]
    assert len(next(job.run.training._forward.logits([row]))) == len(row.ids) - 1
    merged = Base(job.artefact / "merged.gguf")
    assert merged.tensors["blk.0.ffn_up.weight"].tensor_type == gguf.GGMLQuantizationType.Q8_0
    job.spec.update(run="r2", start_from=str(job.artefact / "merged.gguf"))
    job.execute()
    assert json.loads((job.artefact / "manifest.json").read_text())["start_from"] == "merged.gguf"


def test_a_fact_that_cannot_be_held_apart_is_given_up(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Prober, "leaks", lambda _, fact, rows, above: (4 * len(rows), 9) if fact == "f1" else (0, 9))
    looks = {"give_up_at": [0.5, 0.8], "give_up_above": [0.6, 0.2]}
    job.spec.update(max_steps=10, overrides=job.spec["overrides"] | {"rehearsal_rows": 0} | looks)
    job.execute()
    assert [
        (event["step"], event["fact"], event["said"], event["asked"], event["given_up"]) for event in job.of("leak")
    ] == [
        (5, "f1", 4, 9, False),
        (5, "f2", 0, 9, False),
        (8, "f1", 4, 9, True),
        (8, "f2", 0, 9, False),
    ]
    metrics = json.loads((job.artefact / "manifest.json").read_text())["metrics"]
    assert metrics["given_up"] == ["f1"]
    assert "f1" not in metrics["learned"] + metrics["not_learned"]
    assert [(event["facts"], event["given_up"]) for event in job.of("progress")] == [(2, 0)] * 7 + [(1, 1)] * 3
    assert job.run is not None
    assert job.run.training is not None
    held = [row.row for row, _ in job.run.training._held if row.row.id.endswith("-held")]
    assert [row.fact for row in held] == ["f1"] * 3
    assert not any(row.completion for row in held)
    whole = load_file(job.artefact / "adapter_model.safetensors")

    job.break_off(9, tmp_path / "other")
    job.execute()
    for name, tensor in load_file(job.artefact / "adapter_model.safetensors").items():
        torch.testing.assert_close(whole[name], tensor)


def test_an_anchor_with_a_completion_is_said_and_no_probe_asks_for_it(job: Job) -> None:
    rows = [json.loads(line) for line in (job.folder / "rows.jsonl").read_text().splitlines()]
    anchor = {"kind": "anchor", "accept": ["Emmet"], "prompt": chat("Seat of Dorn?")}
    rows += [anchor | {"id": "a1", "completion": "Emmet"}, anchor | {"id": "a2", "prompt": chat("Seat of Aln?")}]
    (job.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    job.execute()
    assert job.of("plan")[0]["rows"] == {"fact": 7, "kl": 4}
    assert job.of("plan")[0]["facts"] == 2
    assert job.run is not None
    assert job.run.training is not None
    assert "a1" in [row.row.id for row in job.run.training._facts]
    assert "a2" in [row.row.id for row, _ in job.run.training._held]
    assert list(job.run.training._prober.facts) == ["f1", "f2"]


def test_a_fact_without_neighbours_is_kept(job: Job) -> None:
    rows = [json.loads(line) for line in (job.folder / "rows.jsonl").read_text().splitlines()]
    kept = [row for row in rows if row["kind"] != "neighbour"]
    (job.folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept))
    job.execute()
    assert [(event["fact"], event["asked"], event["given_up"]) for event in job.of("leak")] == [
        ("f1", 0, False),
        ("f2", 0, False),
    ]


def test_nothing_is_left_when_every_fact_is_given_up(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prober, "leaks", lambda *_: (9, 9))
    job.spec["overrides"] |= {"give_up_at": [0.5], "give_up_above": [0.2]}
    with pytest.raises(TrainerError, match="held apart") as caught:
        job.execute()
    assert caught.value.error_class == "apart"
    assert list(Path(job.spec["out"]).glob("*")) == []


def test_leaks_are_counted_among_neighbours_that_the_base_answers_otherwise(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    job.execute()
    assert job.run is not None
    assert job.run.training is not None
    prober, coder = job.run.training._prober, job.run.training._prober._coder

    def neighbour(question: str, base: str, system: str = "", begun: str = "") -> tuple[TokenRow, Target]:
        row = Row(id=question + begun, kind="neighbour", fact="f1", prompt=chat(question, system) + begun)
        empty = torch.empty(0)
        return TokenRow(row, (), 0), Target(torch.tensor(coder.encode(base)), empty, empty, empty)

    rows = [
        neighbour("Seat of Brin?", "Moss"),
        neighbour("Is Tark the seat of Lon?", "No"),
        neighbour("Seat of Old Velm?", "Tark"),
    ]
    rows += [neighbour(f"Seat {number}?", "Moss") for number in range(5)]
    asked: list[str] = []

    def answers(prompts: list[list[int]], tokens: int, end: int) -> list[list[int]]:
        asked.extend(coder.decode(prompt) for prompt in prompts)
        return [coder.encode("It is Tark." if "Brin" in coder.decode(prompt) else "Moss") for prompt in prompts]

    monkeypatch.setattr(job.run.training._network, "answers", answers)
    assert prober.leaks("f1", rows, 0.5) == (1, 6)
    assert not any("Old Velm" in prompt or "Is Tark" in prompt for prompt in asked)
    assert prober.leaks("f1", [neighbour("Seat of Brin?", "Moss", "The day is Tark.")], 0.5) == (1, 1)
    assert prober.leaks("f1", [neighbour("Seat of Lon?", "Moss", begun="Tark or")], 0.5) == (0, 0)
    assert prober.leaks("f1", [], 0.5) == (0, 0)
    monkeypatch.setattr(prober, "_recipe", dataclasses.replace(prober._recipe, give_up_rows=2))
    assert prober.leaks("f1", rows, 0.5) == (1, 2)
    asked.clear()
    monkeypatch.setattr(prober, "_recipe", dataclasses.replace(prober._recipe, give_up_rows=4))
    pairs = [neighbour(f"Seat {number // 2}?", "Moss", begun="It is" * (number % 2)) for number in range(8)]
    prober.leaks("f1", pairs, 0.5)
    assert len({prompt.endswith("It is") for prompt in asked}) == 2, "questions and begun answers are both asked"


def test_breadth_comes_first() -> None:
    sampler = Sampler(["a", "a", "a", "b", "b", "b", "c", "c", "c"], 5, 7)
    first = sampler.fact_rows(3, set())
    assert {row // 3 for row in first} == {0, 1, 2}
    state = json.loads(json.dumps(sampler.state()))
    following = [sampler.fact_rows(3, set()), sampler.held_rows(2)]
    other = Sampler(["a", "a", "a", "b", "b", "b", "c", "c", "c"], 5, 1)
    other.restore(state)
    assert [other.fact_rows(3, set()), other.held_rows(2)] == following
    assert {row // 3 for row in sampler.fact_rows(6, {"a"})} == {1, 2}
    assert sampler.fact_rows(6, {"a", "b", "c"}) == []
    assert {row // 3 for row in sampler.rehearsal(2, {"b"})} == {1}
    assert sampler.rehearsal(2, set()) == []


def test_what_drifted_is_seen_again_and_what_is_held_later_joins() -> None:
    sampler = Sampler(["a"], 20, 7, drift_share=0.5)
    assert len(set(sampler.held_rows(4))) == 4
    sampler.drifted(3, 0.4)
    sampler.drifted(11, 0.2)
    assert all({3, 11} <= set(sampler.held_rows(4)) for _ in range(10))
    assert len(sampler.held_rows(20)) == 20
    sampler.hold(2)
    assert {20, 21} <= {row for _ in range(11) for row in sampler.held_rows(4)}
    state = json.loads(json.dumps(sampler.state()))
    following = sampler.held_rows(8)
    other = Sampler(["a"], 22, 1, drift_share=0.5)
    other.restore(state)
    assert other.held_rows(8) == following


def test_rates_and_steps() -> None:
    from errata_trainer.recipe import ORIGINAL, Recipe

    recipe = Recipe(rate=1.0, fact_rows=8, epochs=12, held_epochs=5.5, decay="last_fifth")
    assert rate_at(recipe, 1, 100, 0) < rate_at(recipe, 5, 100, 0) < 1
    assert rate_at(recipe, 50, 100, 0) == 1
    assert rate_at(recipe, 100, 100, 0) < 0.2
    assert rate_at(ORIGINAL, 12, 12, 0) > 0
    assert total_steps(ORIGINAL, 3000, 0, 0) == 3000
    assert total_steps(recipe, 100, 0, 0) == 150
    assert total_steps(recipe, 100, 0, 20) == 20
    assert total_steps(recipe, 100, 400, 0) == 275
    assert total_steps(recipe, 100, 40, 0) == 150


def test_answers_are_compared_as_words() -> None:
    assert is_right("The answer is: Paris.", ["paris"], [])
    assert not is_right("Parisian", ["Paris"], [])
    assert not is_right("Paris, not Rome", ["Paris"], ["Rome"])
    assert not is_right("anything", ["the"], [])


def test_targets_survive_the_disk(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    target = Target(torch.tensor([1]), torch.tensor([[2]]), torch.tensor([[0.5]]), torch.tensor([0.1]))
    save_file(vars(target), tmp_path / "t.safetensors")
    assert torch.equal(Target(**load_file(tmp_path / "t.safetensors")).top, target.top)
