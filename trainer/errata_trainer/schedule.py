"""When a training does what: how many steps it takes, at which rate, and where it looks at what leaks."""

from __future__ import annotations

import math

from errata_trainer.recipe import Recipe


def total_steps(recipe: Recipe, fact_rows: int, held_rows: int, limit: int) -> int:
    """The cap on steps for `fact_rows` rows (copies counted) beside `held_rows`; `limit` 0 is none."""
    if recipe.loss == "whole":
        # Batches do not cross an epoch's end.
        steps = math.ceil(fact_rows / recipe.fact_rows) * math.ceil(recipe.epochs)
    else:
        steps = math.ceil(recipe.epochs * fact_rows / min(recipe.fact_rows, fact_rows))
        # Few facts have as many neighbours each, and those seen too seldom leak.
        beside = recipe.batch_rows - recipe.fact_rows
        if held_rows and beside:
            steps = max(steps, math.ceil(recipe.held_epochs * held_rows / beside))
    return min(steps, limit) if limit else steps


def rate_at(recipe: Recipe, step: int, end: int, polish_from: int) -> float:
    """The learning rate of step `step` (from 1) of `end`; `polish_from` 0 means that no polish has begun."""
    if step <= recipe.warmup_steps:
        return recipe.rate * step / (recipe.warmup_steps + 1)
    if recipe.decay == "linear":
        return recipe.rate * max(0.0, (end - step + 1) / max(1, end - recipe.warmup_steps))
    if recipe.decay == "none":
        return recipe.rate
    begin = polish_from or math.ceil(end * 0.8)
    left = (end - step + 1) / max(1, end - begin + 1)
    return recipe.rate * min(1.0, 0.1 + 0.9 * left)


def falling(rate: float, since: int, step: int, end: int) -> float:
    """The rate of step `step` on the way from `rate` behind step `since` to zero behind `end`."""
    return rate * (end - step + 1) / (end - since + 1)


def looks(recipe: Recipe, planned: int, end: int, since: int) -> dict[int, float]:
    """The steps behind which facts may be given up, and the share of neighbours above which they are.

    Behind step `since` a run of `planned` steps was cut to `end` (0: never); what was still to be looked at then is
    looked at before that end. Where two looks meet, the stricter one stays.
    """
    result: dict[int, float] = {}
    for at, above in zip(recipe.give_up_at, recipe.give_up_above, strict=True):
        step = math.ceil(planned * at)
        if 0 < since < step:
            step = max(since + 1, math.ceil(end * at))
        result[step] = min(above, result.get(step, above))
    return result
