"""Before the arms: what this machine can do, and what the base answers to held rows that do not say."""

from __future__ import annotations

import dataclasses
import importlib.metadata
from pathlib import Path
from typing import Any

import torch

from errata_trainer.base import Base, digest
from errata_trainer.machine import derive, look
from errata_trainer.network import Network
from errata_trainer.recipe import Recipe
from errata_trainer.spec import Row
from errata_trainer.tokens import load_coder

_MEASURED = ("torch", "transformers", "peft", "accelerate")


def machine(threads: int) -> dict[str, Any]:
    """The device, the threads and the precision that the trainer takes here, and the versions that are measured."""
    seen = look()
    derived = derive(Recipe(), seen, threads)
    return {
        "device": derived.device,
        "device_name": seen.device_name,
        "cores": seen.cores,
        "features": list(seen.features),
        "threads": derived.threads,
        "dtype": derived.dtype,
        "versions": {name: importlib.metadata.version(name) for name in _MEASURED},
    }


def answered(rows: list[Row], base: Path, folder: Path, threads: int, seed: int) -> tuple[str, list[Row]]:
    """The base's digest, and the rows with the base's own answer where they had none; those it cannot answer go."""
    sha256 = digest(base)
    waiting = [row for row in rows if not row.completion]
    if not waiting:
        return sha256, rows
    recipe = Recipe()
    derived = derive(recipe, look(), threads)
    torch.set_num_threads(derived.threads)
    file = Base(base)
    coder = load_coder(file, folder / "cache", sha256)
    network = Network(file, recipe, derived, seed)
    made = network.answers([coder.encode(row.prompt) for row in waiting], recipe.answer_tokens, coder.end)
    texts = {row.id: coder.decode(ids) for row, ids in zip(waiting, made, strict=True)}
    full = [dataclasses.replace(row, completion=row.completion or texts[row.id]) for row in rows]
    return sha256, [row for row in full if row.completion]
