"""Which rows make the next step: breadth-first over the facts that are still taught, beside held rows."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any


class Sampler:
    """Draws indices. Its whole state is plain JSON, so that a resumed run draws what the first would have drawn."""

    def __init__(
        self, facts: Sequence[str], held: int, seed: int, drift_share: float = 0.0, kin: Sequence[int] = ()
    ) -> None:
        """`facts[i]` is the fact of row i; `held` is the number of held rows, of which `drift_share` go by drift.

        `kin[i]` is the first of the held rows that come together with row i, itself where there are no others.
        """
        self._facts = list(facts)
        self._kin = list(kin) or list(range(held))
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
                self._held_queue = self._held_epoch()
            chosen += [row for row in self._together(count - len(chosen)) if row not in chosen]
        return chosen

    def drifted(self, row: int, divergence: float) -> None:
        """Notes the KL to the base, nats per token, that held row `row` has now."""
        self._drift[row] = max(0.0, divergence)

    def hold(self, more: int) -> None:
        """Adds `more` held rows behind the others."""
        rows = range(len(self._drift), len(self._drift) + more)
        self._drift += [0.0] * more
        self._kin += rows
        self._held_queue += rows

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

    def _held_epoch(self) -> list[int]:
        families: dict[int, list[int]] = {}
        for row, first in enumerate(self._kin):
            families.setdefault(first, []).append(row)
        order = list(families.values())
        self._random.shuffle(order)
        return [row for family in order for row in family]

    def _together(self, room: int) -> list[int]:
        # The first in the queue that fits as a whole; what is passed over waits for the next batch.
        queue = self._held_queue
        begin = 0
        while begin < len(queue):
            end = begin + 1
            while end < len(queue) and self._kin[queue[end]] == self._kin[queue[begin]]:
                end += 1
            if end - begin <= room:
                break
            begin = end
        else:
            begin, end = 0, room
        taken = queue[begin:end]
        del queue[begin:end]
        return taken

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


def goes_on_from(prompts: Sequence[str]) -> list[int]:
    """For each prompt the place of the shortest one that it begins with, its own where there is none.

    A begun answer goes on from its question: in one batch, most of its tokens are there already.
    """
    first = list(range(len(prompts)))
    order = sorted(first, key=lambda place: prompts[place])
    for before, place in itertools.pairwise(order):
        if prompts[place].startswith(prompts[first[before]]):
            first[place] = first[before]
    return first
