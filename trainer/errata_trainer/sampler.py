"""Which rows make the next step: breadth-first over the facts that are still taught, beside held rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any


class Sampler:
    """Draws indices. Its whole state is plain JSON, so that a resumed run draws what the first would have drawn."""

    def __init__(self, facts: Sequence[str], held: int, seed: int, drift_share: float = 0.0) -> None:
        """`facts[i]` is the fact of row i; `held` is the number of held rows, of which `drift_share` go by drift."""
        self._facts = list(facts)
        self._drift = [0.0] * held
        self._drift_share = drift_share
        self._random = random.Random(seed)
        self._fact_queue: list[int] = []
        self._held_queue: list[int] = []

    def fact_rows(self, count: int, without: set[str]) -> list[int]:
        """Up to `count` rows of facts not in `without`; never the same row twice in one batch."""
        open_rows = sum(fact not in without for fact in self._facts)
        chosen: list[int] = []
        while len(chosen) < min(count, open_rows):
            if not self._fact_queue:
                self._fact_queue = self._epoch()
            row = self._fact_queue.pop(0)
            if self._facts[row] not in without and row not in chosen:
                chosen.append(row)
        return chosen

    def rehearsal(self, count: int, learned: set[str]) -> list[int]:
        """Up to `count` rows of facts in `learned`, drawn evenly."""
        rows = [row for row, fact in enumerate(self._facts) if fact in learned]
        return self._random.sample(rows, min(count, len(rows)))

    def held_rows(self, count: int) -> list[int]:
        """`count` held rows: some by how far they had drifted when last seen, the others each once before any again."""
        count = min(count, len(self._drift))
        chosen = self._drifted(int(count * self._drift_share))
        while len(chosen) < count:
            if not self._held_queue:
                self._held_queue = list(range(len(self._drift)))
                self._random.shuffle(self._held_queue)
            row = self._held_queue.pop(0)
            if row not in chosen:
                chosen.append(row)
        return chosen

    def drifted(self, row: int, divergence: float) -> None:
        """Notes the KL to the base, nats per token, that held row `row` has now."""
        self._drift[row] = max(0.0, divergence)

    def hold(self, more: int) -> None:
        """Adds `more` held rows behind the others."""
        self._drift += [0.0] * more
        self._held_queue += range(len(self._drift) - more, len(self._drift))

    def state(self) -> dict[str, Any]:
        """Everything `restore` needs."""
        version, words, gauss = self._random.getstate()
        random_state = [version, list(words), gauss]
        return {"random": random_state, "facts": self._fact_queue, "held": self._held_queue, "drift": self._drift}

    def restore(self, state: dict[str, Any]) -> None:
        """Takes back what `state` gave."""
        version, words, gauss = state["random"]
        self._random.setstate((version, tuple(words), gauss))
        self._fact_queue, self._held_queue, self._drift = (
            list(state["facts"]),
            list(state["held"]),
            list(state["drift"]),
        )

    def _drifted(self, count: int) -> list[int]:
        weights = dict(enumerate(self._drift))
        chosen: list[int] = []
        while len(chosen) < count and any(weights.values()):
            row = self._random.choices(list(weights), list(weights.values()))[0]
            chosen.append(row)
            del weights[row]
        return chosen

    def _epoch(self) -> list[int]:
        # One row of every fact, then a second one of every fact, ...: a batch never dwells on one fact.
        waiting: dict[str, list[int]] = {}
        for row, fact in enumerate(self._facts):
            waiting.setdefault(fact, []).append(row)
        for rows in waiting.values():
            self._random.shuffle(rows)
        order: list[int] = []
        while waiting:
            facts = list(waiting)
            self._random.shuffle(facts)
            for fact in facts:
                order.append(waiting[fact].pop())
                if not waiting[fact]:
                    del waiting[fact]
        return order


class CopySampler(Sampler):
    """The original's: all copies of all rows in one shuffled list, epoch after epoch."""

    def _epoch(self) -> list[int]:
        order = list(range(len(self._facts)))
        self._random.shuffle(order)
        return order

    def fact_rows(self, count: int, without: set[str]) -> list[int]:
        """The next `count` copies; the last batch of an epoch may be smaller. `without` has no effect."""
        if not self._fact_queue:
            self._fact_queue = self._epoch()
        chosen, self._fact_queue = self._fact_queue[:count], self._fact_queue[count:]
        return chosen
