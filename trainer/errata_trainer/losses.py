"""The two losses, both in nats per token."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional


@dataclass(frozen=True)
class Target:
    """The base's answer to a prompt and its distribution there.

    `answer` (t) ids, `top_ids` (t, k), `top` (t, k) log-probabilities, `tail` (t) log of the mass left over.
    """

    answer: torch.Tensor
    top_ids: torch.Tensor
    top: torch.Tensor
    tail: torch.Tensor


def cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Per token: logits (m, vocabulary), targets (m) -> (m)."""
    return functional.cross_entropy(logits, targets, reduction="none")


def distribution(logits: torch.Tensor, top: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """logits (m, vocabulary) -> ids (m, k), log-probabilities (m, k), log of the remaining mass (m)."""
    k = min(top, logits.shape[-1] - 1)
    values, ids = torch.log_softmax(logits, -1).topk(k, -1)
    return ids, values, _log_rest(values)


def kl(logits: torch.Tensor, ids: torch.Tensor, top: torch.Tensor, tail: torch.Tensor) -> torch.Tensor:
    """Forward KL(base || student) per token, (m).

    Exact on the base's k likeliest tokens; all others count as one event. By the log-sum inequality this is never
    more than the full divergence and never below zero.
    """
    own = torch.log_softmax(logits, -1).gather(-1, ids)
    rest = _log_rest(own)
    return (top.exp() * (top - own)).sum(-1) + tail.exp() * (tail - rest)


def focused(values: torch.Tensor) -> torch.Tensor:
    """The mean of the token losses (m), each weighed by itself: sum(l^2) / sum(l), with the weights held fixed.

    A fact is missed, and a neighbour lost, in the one token where the answer is decided. In a plain mean over a
    sentence that token hardly counts.
    """
    weights = values.detach().clamp_min(0)
    total = weights.sum()
    return values.mean() if total <= 0 else (values * (weights / total)).sum()


def _log_rest(values: torch.Tensor) -> torch.Tensor:
    # Float32 rounds a sum of probabilities to one long before the true rest is zero.
    return torch.log((1 - values.exp().sum(-1)).clamp_min(1e-6))
