"""Checkpoints: a folder a step, which appears once all of it is on the disk."""

from __future__ import annotations

import json
import logging
import pickle
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from errata_trainer.disk import sync

_MARKER = "COMPLETE"
# Ends the name of a checkpoint while another one of its step takes its place.
_BEFORE = "-before"
Parts = tuple[dict[str, list[torch.Tensor]], dict[str, Any], dict[str, Any]]


def save(
    folder: Path,
    step: int,
    tensors: dict[str, list[torch.Tensor]],
    optimizer: dict[str, Any],
    state: dict[str, Any],
) -> Path:
    """Writes `folder`/step-N and keeps one older step. `tensors` are named lists (the adapter, its best so far)."""
    target = folder / f"step-{step}"
    part = folder / f".tmp-{target.name}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, group in tensors.items():
        save_file({str(index): tensor.contiguous() for index, tensor in enumerate(group)}, part / f"{name}.safetensors")
    torch.save(optimizer, part / "optimizer.pt")
    (part / "state.json").write_text(json.dumps({**state, "tensors": sorted(tensors)}), encoding="utf-8")
    for path in part.iterdir():
        sync(path)
    (part / _MARKER).touch()
    sync(part)
    if target.exists():
        # No folder takes the place of a full one: what is there stays readable beside it until the new one is there.
        before = target.with_name(f"{target.name}{_BEFORE}")
        shutil.rmtree(before, ignore_errors=True)
        target.rename(before)
    part.rename(target)
    sync(folder)
    older = next((path for path in _complete(folder) if _step(path) < step), None)
    for other in [*folder.glob("step-*"), *folder.glob(".tmp-*")]:
        if other not in (target, older):
            shutil.rmtree(other, ignore_errors=True)
    return target


def load(folder: Path) -> Parts | None:
    """(named tensors, optimiser state, state) of the newest checkpoint in `folder` that can be read, if one can."""
    for path in _complete(folder):
        try:
            return _read(path)
        # What a disk left of a file after a power cut: nothing, a part, or zeros.
        except (
            OSError,
            EOFError,
            KeyError,
            ValueError,
            RuntimeError,
            pickle.UnpicklingError,
            SafetensorError,
        ) as error:
            logging.warning("The checkpoint %s cannot be read: %s", path.name, error)
    return None


def newest(folder: Path) -> Path | None:
    """The last checkpoint in `folder` that was written to its end, if there is one."""
    return next(iter(_complete(folder)), None)


def _read(path: Path) -> Parts:
    state = json.loads((path / "state.json").read_text(encoding="utf-8"))
    tensors = {}
    for name in state["tensors"]:
        group = load_file(path / f"{name}.safetensors")
        tensors[name] = [group[str(index)] for index in range(len(group))]
    optimizer = torch.load(path / "optimizer.pt", weights_only=True)
    return tensors, optimizer, state


def _complete(folder: Path) -> list[Path]:
    """The checkpoints that were written to their end, the newest first."""
    found = [path for path in folder.glob("step-*") if (path / _MARKER).is_file()]
    return sorted(found, key=lambda path: (_step(path), not path.name.endswith(_BEFORE)), reverse=True)


def _step(path: Path) -> int:
    return int(path.name.removeprefix("step-").removesuffix(_BEFORE))
