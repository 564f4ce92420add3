from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from conftest import Job
from safetensors.torch import load_file

from errata_trainer.forward import Forward, Walk
from errata_trainer.linear import LoraLinear
from errata_trainer.pack import pack
from errata_trainer.reading import Inputs, Reading


def held_gram(held: torch.Tensor) -> torch.Tensor:
    inputs = Inputs(held.shape[1])
    for part in (held[:3], held[3:]):
        inputs(part)
    return inputs.sum


@pytest.mark.parametrize("tokens", [5, 40])
@pytest.mark.parametrize("block", [6, 1024])
def test_few_and_many_held_inputs_give_the_formula(tokens: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("errata_trainer.reading._BLOCK", block)
    generator = torch.Generator().manual_seed(tokens)
    held, a = torch.randn(tokens, 16, generator=generator), torch.randn(3, 16, generator=generator)
    reading = Reading(held_gram(held), a, 30.0, 1.0, torch.float32)
    c = 30.0 * 16 / float(held.square().sum())
    torch.testing.assert_close(reading(a), a @ torch.linalg.inv(torch.eye(16) + c * held.t() @ held))


def test_what_held_inputs_hold_is_hardly_read_and_the_rest_keeps_its_size() -> None:
    held = torch.eye(8)[:4] * 3
    fact = torch.tensor([[1.0, 0, 0, 0, 1, 0, 0, 0]])
    turned = Reading(held_gram(held), fact, 30.0, 8.0, torch.float32)(fact)
    assert float(turned.norm()) == pytest.approx(float(fact.norm()), rel=1e-3)
    assert abs(float(turned[0, 0])) < 0.02 * float(turned[0, 4])
    within = Reading(held_gram(held), held, 30.0, 8.0, torch.float32)
    assert float(within(held).norm()) < 8.01 / 61 * float(held.norm()), "the gain has a limit"
    alone = Reading(held_gram(held), fact[:0], 30.0, 8.0, torch.float32)
    assert alone(fact)[0, 4] == 1, "without facts nothing is enlarged"


def test_answers_follow_the_pair_as_it_is_trained() -> None:
    layer = LoraLinear(torch.zeros(2, 4), None, False, 1, 1.0, torch.Generator().manual_seed(1))
    layer.reading = Reading(held_gram(torch.eye(4)[:1]), torch.eye(4)[1:2], 30.0, 8.0, torch.float32)
    torch.nn.init.ones_(layer.lora_b)
    x = torch.eye(4)[1:2]
    for value in (1.0, 2.0):
        torch.nn.init.constant_(layer.lora_a, value)
        with torch.no_grad():
            assert layer(x)[0].tolist() == pytest.approx([value, value])
        assert layer(x).detach()[0].tolist() == pytest.approx([value, value])


def test_a_look_sees_the_base_at_every_place(job: Job) -> None:
    job.execute()
    assert job.run is not None
    assert job.run.training is not None
    forward: Forward = job.run.training._forward
    rows = job.run.training._facts

    def seen() -> dict[tuple[int, str], torch.Tensor]:
        network = forward.network
        parts: dict[tuple[int, str], list[torch.Tensor]] = {key: [] for key in network.adapters}
        walk = Walk(forward, rows, lambda: None)
        for index in network.uppers:
            walk.through(index, {module: into.append for (at, module), into in parts.items() if at == index})
        final = torch.cat([network.model.model.norm(states) for states, _, _ in walk._packs])
        with torch.no_grad(), network.as_base():
            torch.testing.assert_close(network.logits(final), torch.cat(list(forward.logits(rows))))
        return {key: torch.cat(into) for key, into in parts.items()}

    before = seen()
    places = sum(len(pack([row.ids[:-1] for row in part]).tokens) for part in forward.parts(rows))
    assert {len(inputs) for key, inputs in before.items() if key[1] == "q_proj"} == {places}
    for (layer, module), inputs in before.items():
        if module in ("k_proj", "v_proj"):
            assert torch.equal(inputs, before[layer, "q_proj"]), "one matrix may serve all three"
    with torch.no_grad():
        for adapter in forward.network.adapters.values():
            adapter.lora_b.add_(0.5)
    for key, inputs in seen().items():
        torch.testing.assert_close(before[key], inputs)
    assert all(adapter.look is None for adapter in forward.network.adapters.values())


def test_a_run_that_was_broken_off_reads_as_before(job: Job, tmp_path: Path) -> None:
    job.spec["overrides"] |= {"apart": 30.0}
    job.execute()
    # Answers from the cache leave the rows packed otherwise, and the inverse enlarges what rounding makes of that:
    # both runs find them there.
    for work in ("whole", "other"):
        shutil.copytree(tmp_path / "work" / "cache", tmp_path / work / "cache")
    job.spec.update(run="whole", work=str(tmp_path / "whole"))
    job.execute()
    whole = load_file(job.artefact / "adapter_model.safetensors")
    job.break_off(2, tmp_path / "other")
    job.execute()
    for name, tensor in load_file(job.artefact / "adapter_model.safetensors").items():
        torch.testing.assert_close(whole[name], tensor)
