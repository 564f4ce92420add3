"""The only place with default settings of a training."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from errata_trainer.errors import TrainerError

MLP = ("gate_proj", "up_proj", "down_proj")
ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")


@dataclass(frozen=True)
class Recipe:
    """How to train. Rates are per step, losses and KL in nats per token, rows are prompts with one answer."""

    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.0
    modules: tuple[str, ...] = ATTENTION + MLP
    layers: str | tuple[int, ...] = "upper_half"
    loss: str = "answer"
    optimizer: str = "adamw"
    rate: float = 4e-4
    warmup_steps: int = 5
    decay: str = "linear"
    weight_decay: float = 0.0
    clip: float = 1.0
    batch_rows: int = 16
    fact_rows: int = 5
    rehearsal_rows: int = 0
    kl_weight: float = 8.0
    drift_share: float = 0.5
    epochs: float = 7.0
    held_epochs: float = 2.75
    apart: float = 30.0
    apart_gain: float = 8.0
    stop_when_learned: bool = False
    early_end: float = 0.0
    probe_every: int = 40
    probe_below: float = 0.7
    leave_below: float = 0.1
    probe_tokens: int = 32
    polish_share: float = 0.1
    guard_kl: float = 0.05
    give_up_at: tuple[float, ...] = (0.55, 0.75)
    give_up_above: tuple[float, ...] = (0.4, 0.2)
    give_up_rows: int = 32
    scales: tuple[float, ...] = (1.0, 0.9, 0.8, 0.7, 0.6)
    answer_tokens: int = 24
    kl_top: int = 64
    dtype: str = "auto"
    cache_states: bool = True
    pack_tokens: int = 2048
    checkpoint_seconds: float = 60.0


ORIGINAL = Recipe(
    rank=16,
    alpha=32.0,
    modules=ATTENTION + MLP,
    layers="all",
    loss="whole",
    optimizer="adamw_8bit",
    rate=5e-5,
    warmup_steps=10,
    decay="linear",
    weight_decay=0.01,
    batch_rows=4,
    fact_rows=4,
    kl_weight=0.0,
    apart=0.0,
    epochs=4.0,
    give_up_at=(),
    give_up_above=(),
    probe_tokens=50,
    dtype="auto",
    cache_states=False,
)

NAMED = {"default": Recipe(), "original": ORIGINAL}

_CHOICES = {
    "loss": ("answer", "whole"),
    "optimizer": ("adamw", "adamw_8bit"),
    "decay": ("last_fifth", "linear", "none"),
    "dtype": ("auto", "float32", "bfloat16", "float16"),
}
_POSITIVE = (
    "rank",
    "alpha",
    "rate",
    "batch_rows",
    "fact_rows",
    "epochs",
    "probe_every",
    "probe_tokens",
    "answer_tokens",
    "kl_top",
    "pack_tokens",
    "checkpoint_seconds",
    "clip",
    "give_up_rows",
    "apart_gain",
)
_NOT_NEGATIVE = [
    "warmup_steps",
    "weight_decay",
    "rehearsal_rows",
    "kl_weight",
    "held_epochs",
    "apart",
    "guard_kl",
    "probe_below",
    "leave_below",
]
_SHARES = ("drift_share", "polish_share", "early_end")


def resolve(name: str, overrides: dict[str, Any]) -> Recipe:
    """The named recipe with `overrides`. Raises TrainerError (data) for anything unknown or out of range."""
    if name not in NAMED:
        raise _bad(f"unknown recipe {name!r}: one of {', '.join(NAMED)}")
    fields = {field.name for field in dataclasses.fields(Recipe)}
    unknown = sorted(set(overrides) - fields)
    if unknown:
        raise _bad(f"unknown settings: {', '.join(unknown)}")
    base = NAMED[name]
    values = {key: _coerce(key, value, getattr(base, key)) for key, value in overrides.items()}
    recipe = dataclasses.replace(base, **values)
    _validate(recipe)
    return recipe


def trained_layers(layers: str | tuple[int, ...], count: int) -> tuple[int, ...]:
    """The indices meant by the setting `layers` in a model of `count` layers."""
    if layers == "all":
        return tuple(range(count))
    if layers == "upper_half":
        return tuple(range(count // 2, count))
    chosen = tuple(sorted(set(layers))) if isinstance(layers, tuple) else ()
    if not chosen or chosen[0] < 0 or chosen[-1] >= count:
        raise _bad(f"layers {layers!r} do not fit a model of {count} layers")
    return chosen


def _coerce(key: str, value: Any, default: Any) -> Any:
    if key == "layers" or isinstance(default, tuple):
        return tuple(value) if isinstance(value, list | tuple) else value
    if isinstance(default, bool) or isinstance(value, bool):
        ok = isinstance(default, bool) and isinstance(value, bool)
    elif isinstance(default, float):
        ok, value = isinstance(value, int | float), float(value) if isinstance(value, int | float) else value
    else:
        ok = isinstance(value, type(default))
    if not ok:
        raise _bad(f"{key} must be a {type(default).__name__}, not {value!r}")
    return value


def _validate(recipe: Recipe) -> None:
    for key, choices in _CHOICES.items():
        if getattr(recipe, key) not in choices:
            raise _bad(f"{key} must be one of {', '.join(choices)}")
    for key in _POSITIVE:
        if not getattr(recipe, key) > 0:
            raise _bad(f"{key} must be above 0")
    for key in _NOT_NEGATIVE:
        if not getattr(recipe, key) >= 0:
            raise _bad(f"{key} must not be below 0")
    for key in _SHARES:
        if not 0 <= getattr(recipe, key) <= 1:
            raise _bad(f"{key} must be from 0 to 1")
    if recipe.dropout != 0:
        raise _bad("dropout must be 0: the states of the frozen layers are cached")
    if recipe.early_end and recipe.stop_when_learned:
        raise _bad("early_end is for a recipe in which learned facts stay in the batch: stop_when_learned must be off")
    if not recipe.rehearsal_rows <= recipe.fact_rows <= recipe.batch_rows:
        raise _bad("rehearsal_rows must not exceed fact_rows, nor fact_rows batch_rows")
    known = ATTENTION + MLP
    if not isinstance(recipe.modules, tuple) or not recipe.modules or set(recipe.modules) - set(known):
        raise _bad(f"modules must be some of {', '.join(known)}")
    if isinstance(recipe.layers, str):
        if recipe.layers not in ("upper_half", "all"):
            raise _bad("layers must be upper_half, all or a list of indices")
    elif not recipe.layers or any(not isinstance(index, int) or isinstance(index, bool) for index in recipe.layers):
        raise _bad("layers must be upper_half, all or a list of indices")
    scales = recipe.scales
    if not isinstance(scales, tuple) or not scales or any(not 0 < scale <= 1 for scale in scales):
        raise _bad("scales must be numbers above 0 and at most 1")
    looks = (recipe.give_up_at, recipe.give_up_above)
    if any(not isinstance(shares, tuple) or any(not 0 <= share <= 1 for share in shares) for shares in looks):
        raise _bad("give_up_at and give_up_above must be lists of numbers from 0 to 1")
    if len(recipe.give_up_at) != len(recipe.give_up_above):
        raise _bad("give_up_at and give_up_above must be of the same length")


def _bad(message: str) -> TrainerError:
    return TrainerError("data", message, "Correct the settings of the run.")
