from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import chat, write_base

from errata_trainer.base import Base, permute, unpermute
from errata_trainer.forward import Forward
from errata_trainer.linear import LoraLinear, Product
from errata_trainer.machine import derive, look
from errata_trainer.network import Network
from errata_trainer.pack import Pack, pack
from errata_trainer.recipe import resolve
from errata_trainer.spec import Row
from errata_trainer.tokens import Coder, encode_row, load_coder


def load(path: Path, cache: Path, **overrides: Any) -> tuple[Network, Coder]:
    recipe = resolve("default", {"dtype": "float32", **overrides})
    base = Base(path)
    return Network(base, recipe, derive(recipe, look(), 1), seed=7), load_coder(base, cache, "0" * 64)


@pytest.mark.parametrize("layers", ["upper_half", "all"])
def test_packed_logits_equal_the_plain_model(base_path: Path, tmp_path: Path, layers: str) -> None:
    network, coder = load(base_path, tmp_path, layers=layers)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.05)
    questions = ("Seat of Velm?", "Seat of Orlin? the end", "x")
    rows = [encode_row(coder, Row(f"{i}", "fact", chat(q), "f", "Tark")) for i, q in enumerate(questions)]
    forward = Forward(network, whole=False)
    for _ in range(2):  # the second pass reads the cached states
        for row, logits in zip(rows, forward.logits(rows), strict=True):
            plain = network.model(input_ids=torch.tensor([row.ids])).logits[0]
            torch.testing.assert_close(logits, plain[row.start - 1 : -1], atol=1e-4, rtol=1e-4)


def test_answers_of_a_batch_are_those_of_each_prompt_alone(base_path: Path, tmp_path: Path) -> None:
    network, coder = load(base_path, tmp_path)
    questions = ("Seat of Velm?", "Seat of Orlin? the end of the road", "x", "Seat of Velm?")
    prompts = [coder.encode(chat(q)) for q in questions]
    alone = [network.answers([prompt], 12, coder.end)[0] for prompt in prompts]
    assert network.answers(prompts, 12, coder.end) == alone
    plain = []
    for prompt in prompts:
        ids = list(prompt)
        while len(ids) < len(prompt) + 12 and ids[-1] != coder.end:
            ids.append(int(network.model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
        plain.append(ids[len(prompt) :])
    assert alone == plain
    assert network.answers([coder.encode("x"), prompts[0]], 12, coder.end)[1] == alone[0], "without a common beginning"
    letter = coder.encode("x")
    assert network.answers([letter, letter], 3, coder.end)[0] == network.answers([letter, prompts[0]], 3, coder.end)[0]


def test_prompts_that_begin_alike_are_answered_together(
    base_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, coder = load(base_path, tmp_path)
    # By length, each of these would come beside one that begins otherwise.
    prompts = [coder.encode(chat(f"Seat {'of' * (number // 2)}?", "AB"[number % 2] * 40)) for number in range(8)]
    monkeypatch.setattr(network, "pack_tokens", 4 * max(map(len, prompts)))
    read: list[int] = []

    def packed(rows: list[list[int]]) -> Pack:
        tree = pack(rows)
        read.append(len(tree.tokens))
        return tree

    alone = [network.answers([prompt], 4, coder.end)[0] for prompt in prompts]
    monkeypatch.setattr("errata_trainer.network.pack", packed)
    assert network.answers(prompts, 4, coder.end) == alone
    assert len(read) == 2
    assert sum(read) < sum(map(len, prompts)) / 2
    assert all(size <= network.pack_tokens for size in read)


def test_masks_cover_answer_and_end_only(base_path: Path, tmp_path: Path) -> None:
    _, coder = load(base_path, tmp_path)
    row = encode_row(coder, Row("a", "fact", chat("Seat?"), "f", "Tark"))
    assert [row.ids[place] for place in row.targets(False)] == [*coder.encode("Tark"), coder.end]
    assert len(row.targets(True)) == len(row.ids) - 1
    assert coder.encode("<|im_start|>") == [coder.end - 1]
    assert coder.decode(coder.encode("the café<|im_end|>")) == "the café"


def test_adapter_gradients_match_autograd() -> None:
    torch.manual_seed(1)
    weight, x = torch.randn(6, 4), torch.randn(3, 4, requires_grad=True)
    layer = LoraLinear(weight, None, False, 2, 4.0, torch.Generator().manual_seed(1))
    torch.nn.init.normal_(layer.lora_b)
    g = torch.randn(3, 6)
    torch.autograd.backward((layer(x) * g).sum())
    got = [x.grad, layer.lora_a.grad, layer.lora_b.grad]
    a, b = layer.lora_a.detach().requires_grad_(), layer.lora_b.detach().requires_grad_()
    y = x.detach().requires_grad_()
    torch.autograd.backward(((y @ weight.t() + 2.0 * (y @ a.t()) @ b.t()) * g).sum())
    for mine, reference in zip(got, [y.grad, a.grad, b.grad], strict=True):
        assert mine is not None
        assert reference is not None
        torch.testing.assert_close(mine, reference)


def test_packed_weights_give_the_same_products() -> None:
    if not derive(resolve("default", {"dtype": "bfloat16"}), look()).packed_weights:
        pytest.skip("this processor packs nothing")
    weight, x, g = (torch.randn(*size).bfloat16() for size in ((48, 32), (5, 32), (5, 48)))
    packed, plain = Product(weight, True), Product(weight, False)
    torch.testing.assert_close(packed.forward(x), plain.forward(x), atol=0.1, rtol=0.05)
    torch.testing.assert_close(packed.backward(g), plain.backward(g), atol=0.1, rtol=0.05)


def test_llama_rows_are_permuted_back_and_forth(tmp_path: Path) -> None:
    rows = torch.arange(16.0).reshape(8, 2).numpy()
    assert (unpermute(permute(rows, 2), 2) == rows).all()
    assert permute(rows, 2)[:4, 0].tolist() == [0, 4, 2, 6]
    path = tmp_path / "llama.gguf"
    write_base(path, "llama", tied=True)
    network, _ = load(path, tmp_path)
    stored = Base(path)
    raw = dict(stored.weights(torch.float32))["model.layers.0.self_attn.q_proj.weight"]
    torch.testing.assert_close(network.model.model.layers[0].self_attn.q_proj.product.forward(torch.eye(64)), raw.t())


def test_other_architectures_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.gguf"
    write_base(path, "gemma")
    with pytest.raises(Exception, match="gemma"):
        Base(path)


def test_settings_are_plain_json(base_path: Path) -> None:
    assert json.dumps(derive(resolve("original", {}), look()).reasons)
