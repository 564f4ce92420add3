"""Does the model answer it by now? Greedy answers compared with what is accepted and rejected."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence

import torch

from errata_trainer.forward import Forward
from errata_trainer.losses import Target, kl
from errata_trainer.recipe import Recipe
from errata_trainer.spec import Row
from errata_trainer.tokens import Coder
from errata_trainer.tokens import Sequence as TokenRow

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalise(text: str) -> str:
    """Lower case, no punctuation, no articles, single spaces."""
    plain = "".join(
        " " if unicodedata.category(mark)[0] in "PSZC" else mark for mark in unicodedata.normalize("NFKC", text).lower()
    )
    return " ".join(_ARTICLES.sub(" ", plain).split())


def is_right(answer: str, accept: Iterable[str], reject: Iterable[str]) -> bool:
    """True when a string of `accept` stands in the answer as whole words, and none of `reject`."""
    text = f" {normalise(answer)} "

    def holds(words: str) -> bool:
        plain = normalise(words)
        return bool(plain) and f" {plain} " in text

    return any(map(holds, accept)) and not any(map(holds, reject))


class Prober:
    """The prompts that decide for each fact: its probe rows and its first own row."""

    def __init__(self, forward: Forward, coder: Coder, recipe: Recipe, rows: Sequence[Row]) -> None:
        self._forward = forward
        self._coder = coder
        self._recipe = recipe
        self.facts: dict[str, list[Row]] = {}
        for row in rows:
            if row.kind == "fact" and row.fact not in self.facts:
                self.facts[row.fact] = [row]
        for row in rows:
            if row.kind == "probe" and row.fact in self.facts:
                self.facts[row.fact].append(row)

    def learned(self, facts: Iterable[str], check: Callable[[], None] = lambda: None) -> set[str]:
        """Those of `facts` for which every deciding prompt is answered right. `check` may raise, now and then."""
        asked = [(fact, row) for fact in facts for row in self.facts[fact]]
        prompts = [self._coder.encode(row.prompt) for _, row in asked]
        made = self._forward.network.answers(prompts, self._recipe.probe_tokens, self._coder.end, check)
        wrong = set()
        for (fact, row), ids in zip(asked, made, strict=True):
            if not is_right(
                self._coder.decode(ids), row.accept or self._accept(fact), row.reject or self._reject(fact)
            ):
                wrong.add(fact)
        return {fact for fact, _ in asked} - wrong

    def leaks(self, fact: str, neighbours: Sequence[tuple[TokenRow, Target]], above: float) -> tuple[int, int]:
        """How many of the fact's neighbours are answered with it, and how many were asked.

        Left out are those that name the answer and those that the base itself answers with it. Half are asked first:
        the others only where some said it and whether more than the share `above` of all do is still open.
        """
        accept = self._accept(fact)
        open_prompts = [
            row.row.prompt
            for row, target in neighbours
            if not is_right(_asked(row.row.prompt), accept, ())
            and not is_right(self._coder.decode(target.answer.tolist()), accept, ())
        ]
        # Evenly over all of them: they come kind by kind, and a fact may leak into one kind alone. The step is odd,
        # for questions and begun answers take turns.
        step = math.ceil(len(open_prompts) / self._recipe.give_up_rows)
        asked = open_prompts[:: step | 1]
        first, rest = asked, asked[:0]
        if len(asked) > self._recipe.give_up_rows // 2:
            # Two by two, so that both kinds are in either half.
            first = [prompt for place, prompt in enumerate(asked) if place % 4 < 2]
            rest = [prompt for place, prompt in enumerate(asked) if place % 4 >= 2]
        said = self._said(first, accept)
        if said and said <= above * len(asked) < said + len(rest):
            return said + self._said(rest, accept), len(asked)
        return said, len(first)

    def _said(self, asked: Sequence[str], accept: tuple[str, ...]) -> int:
        prompts = [self._coder.encode(prompt) for prompt in asked]
        made = self._forward.network.answers(prompts, self._recipe.answer_tokens, self._coder.end)
        return sum(is_right(self._coder.decode(ids), accept, ()) for ids in made)

    def _accept(self, fact: str) -> tuple[str, ...]:
        own = self.facts[fact][0]
        return own.accept or (own.completion,)

    def _reject(self, fact: str) -> tuple[str, ...]:
        return self.facts[fact][0].reject


def _asked(prompt: str) -> str:
    # Without the system turn: the date in it would pass for an answer that is a year.
    return prompt.rpartition("<|im_start|>user\n")[2]


@torch.no_grad()
def mean_kl(forward: Forward, held: Sequence[tuple[TokenRow, Target]]) -> float | None:
    """Mean KL to the base over the rows, nats per token; None without rows."""
    if not held:
        return None
    targets = {row.row.id: target for row, target in held}
    values: list[float] = []
    for part in forward.parts([row for row, _ in held]):
        for row, logits in zip(part, forward.logits(part), strict=True):
            target, device = targets[row.row.id], logits.device
            value = kl(logits, target.top_ids.to(device), target.top.to(device), target.tail.to(device))
            values.append(float(value.mean()))
    return sum(values) / len(values)
