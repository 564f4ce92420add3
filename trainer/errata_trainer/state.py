"""What a training remembers of itself, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class State:
    """What a checkpoint keeps beside tensors. `losses` is a running mean for each fact, nats per token.

    `looked` is the last step behind which everything was asked that was to be asked there. `prepare_seconds` are
    those before the first step and behind the last one, but for the time that weights took to load and to save.
    """

    step: int = 0
    looked: int = 0
    row_passes: int = 0
    token_passes: int = 0
    seconds: float = 0.0
    prepare_seconds: float = 0.0
    learned: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    losses: dict[str, float] = field(default_factory=dict)
    streak: int = 0
    probed_at: int = 0
    polish_from: int = 0
    early_from: int = 0
    early_rate: float = 0.0
    end: int = 0
    best_learned: int = -1
    best_guard: float = 0.0
    last_loss: float | None = None
    last_kl: float | None = None


@dataclass(frozen=True)
class Outcome:
    """The result of a training; `guard_kl` is measured at `scale`. `given_up` facts are in neither other list."""

    scale: float
    learned: list[str]
    not_learned: list[str]
    given_up: list[str]
    guard_kl: float | None
    stopped_by: str
