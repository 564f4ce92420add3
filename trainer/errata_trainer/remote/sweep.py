"""Several recipes for the same rows, and which of their adapters is taken."""

from __future__ import annotations

import itertools
import json
from typing import Any

from errata_trainer.errors import TrainerError

MOST_ARMS = 64


def arms_of(sweep: dict[str, Any], overrides: dict[str, Any]) -> list[dict[str, Any]]:
    """The overrides of each arm: every combination of the values in `sweep`, a list for each setting.

    Without a sweep there is one arm. Raises TrainerError (data).
    """
    for name, values in sweep.items():
        if not isinstance(values, list) or not values:
            raise _bad(f"the sweep over {name} needs a list of values")
    arms = [{**overrides, **dict(zip(sweep, values, strict=True))} for values in itertools.product(*sweep.values())]
    if len(arms) > MOST_ARMS:
        raise _bad(f"a sweep of {len(arms)} trainings is more than {MOST_ARMS}")
    return arms


def best(metrics: list[dict[str, Any]]) -> int:
    """Which arm is taken, by the metrics of their manifests.

    The one that learned most; of those the one whose answers to other questions moved least (KL on the guards in nats
    per token); of those the first.
    """

    def merit(index: int) -> tuple[int, float, int]:
        kl = metrics[index].get("guard_kl")
        return -len(metrics[index].get("learned") or ()), float("inf") if kl is None else float(kl), index

    return min(range(len(metrics)), key=merit)


def describe(overrides: dict[str, Any]) -> str:
    """The settings of an arm as a person reads them."""
    return ", ".join(f"{name} {json.dumps(value)}" for name, value in overrides.items()) or "the recipe as it is"


def _bad(message: str) -> TrainerError:
    return TrainerError("data", message, 'Give a sweep as {"rate": [0.0002, 0.0004]}.')
