from __future__ import annotations

import torch

from errata_trainer.losses import cross_entropy, distribution, focused, kl


def test_kl_is_zero_for_the_base_and_never_below() -> None:
    logits = torch.randn(5, 300, generator=torch.Generator().manual_seed(1)) * 3
    ids, top, tail = distribution(logits, 64)
    assert float(kl(logits, ids, top, tail).abs().max()) < 1e-5
    other = logits + torch.randn(5, 300, generator=torch.Generator().manual_seed(2))
    assert float(kl(other, ids, top, tail).min()) > 0


def test_kl_with_a_tail_is_below_the_full_divergence() -> None:
    base = torch.randn(4, 100, generator=torch.Generator().manual_seed(3))
    other = torch.randn(4, 100, generator=torch.Generator().manual_seed(4))
    full = torch.nn.functional.kl_div(
        other.log_softmax(-1), base.log_softmax(-1), log_target=True, reduction="none"
    ).sum(-1)
    cut = kl(other, *distribution(base, 64))
    assert bool((cut <= full + 1e-5).all())
    assert float((full - cut).max()) < 0.35


def test_pinned_values() -> None:
    logits = torch.tensor([[0.0, 1.0, 2.0], [2.0, 0.0, 0.0]])
    torch.testing.assert_close(cross_entropy(logits, torch.tensor([2, 1])), torch.tensor([0.4076059, 2.2395447]))
    # Base (1/2, 1/4, 1/4) with one likely token against a uniform student: ln 2 + ln(3/2) / 2 - ln 2 + ln(3/4) / 2.
    ids, top, tail = distribution(torch.tensor([[2.0, 1.0, 1.0]]).log(), 1)
    torch.testing.assert_close(tail.exp(), torch.tensor([0.5]))
    torch.testing.assert_close(kl(torch.zeros(1, 3), ids, top, tail), torch.tensor([0.0588915]))


def test_the_worst_token_weighs_most_and_its_weight_is_held_fixed() -> None:
    values = torch.tensor([3.0, 1.0, 0.0], requires_grad=True)
    loss = focused(values)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.testing.assert_close(loss.detach(), torch.tensor(2.5))
    torch.testing.assert_close(values.grad, torch.tensor([0.75, 0.25, 0.0]))
    assert float(focused(torch.zeros(3))) == 0
