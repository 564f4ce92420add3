"""Which rows make the next step: breadth-first over the facts that are not learned yet, beside held rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any


class Sampler:
    """Draws indices. Its whole state is plain JSON, so that a resumed run draws what the first would have drawn."""

    def __init__(self, facts: Sequence[str], held: int, seed: int) -> None:
        """`facts[i]` is the fact of row i; `held` is the number of held rows."""
        self._facts = list(facts)
        self._held = held
        self._random = random.Random(seed)
        self._fact_queue: list[int] = []
        self._held_queue: list[int] = []

    def fact_rows(self, count: int, learned: set[str]) -> list[int]:
        """Up to `count` rows of facts not in `learned`; never the same row twice in one batch."""
        open_rows = sum(fact not in learned for fact in self._facts)
        chosen: list[int] = []
        while len(chosen) < min(count, open_rows):
            if not self._fact_queue:
                self._fact_queue = self._epoch()
            row = self._fact_queue.pop(0)
            if self._facts[row] not in learned and row not in chosen:
                chosen.append(row)
        return chosen

    def rehearsal(self, count: int, learned: set[str]) -> list[int]:
        """Up to `count` rows of facts in `learned`, drawn evenly."""
        rows = [row for row, fact in enumerate(self._facts) if fact in learned]
        return self._random.sample(rows, min(count, len(rows)))

    def held_rows(self, count: int) -> list[int]:
        """`count` held rows, each seen once before any is seen again."""
        chosen: list[int] = []
        while len(chosen) < min(count, self._held):
            if not self._held_queue:
                self._held_queue = list(range(self._held))
                self._random.shuffle(self._held_queue)
            row = self._held_queue.pop(0)
            if row not in chosen:
                chosen.append(row)
        return chosen

    def state(self) -> dict[str, Any]:
        """Everything `restore` needs."""
        version, words, gauss = self._random.getstate()
        return {"random": [version, list(words), gauss], "facts": self._fact_queue, "held": self._held_queue}

    def restore(self, state: dict[str, Any]) -> None:
        """Takes back what `state` gave."""
        version, words, gauss = state["random"]
        self._random.setstate((version, tuple(words), gauss))
        self._fact_queue, self._held_queue = list(state["facts"]), list(state["held"])

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

    def fact_rows(self, count: int, learned: set[str]) -> list[int]:
        """The next `count` copies; the last batch of an epoch may be smaller. `learned` has no effect."""
        if not self._fact_queue:
            self._fact_queue = self._epoch()
        chosen, self._fact_queue = self._fact_queue[:count], self._fact_queue[count:]
        return chosen
