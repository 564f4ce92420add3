"""Checkpoints: a folder a step, complete only once its marker is there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

_MARKER = "COMPLETE"


def save(
    folder: Path,
    step: int,
    tensors: dict[str, list[torch.Tensor]],
    optimizer: dict[str, Any],
    state: dict[str, Any],
) -> Path:
    """Writes `folder`/step-N and removes the older ones. `tensors` are named lists (the adapter, its best so far)."""
    target = folder / f"step-{step}"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name, group in tensors.items():
        save_file(
            {str(index): tensor.contiguous() for index, tensor in enumerate(group)}, target / f"{name}.safetensors"
        )
    torch.save(optimizer, target / "optimizer.pt")
    (target / "state.json").write_text(json.dumps({**state, "tensors": sorted(tensors)}), encoding="utf-8")
    (target / _MARKER).touch()
    for other in folder.glob("step-*"):
        if other != target:
            shutil.rmtree(other, ignore_errors=True)
    return target


def newest(folder: Path) -> Path | None:
    """The complete checkpoint with the highest step, if there is one."""
    complete = [path for path in folder.glob("step-*") if (path / _MARKER).is_file()]
    return max(complete, key=lambda path: int(path.name.removeprefix("step-")), default=None)


def load(path: Path) -> tuple[dict[str, list[torch.Tensor]], dict[str, Any], dict[str, Any]]:
    """(named tensors, optimiser state, state) of a checkpoint."""
    state = json.loads((path / "state.json").read_text(encoding="utf-8"))
    tensors = {}
    for name in state["tensors"]:
        group = load_file(path / f"{name}.safetensors")
        tensors[name] = [group[str(index)] for index in range(len(group))]
    optimizer = torch.load(path / "optimizer.pt", weights_only=True)
    return tensors, optimizer, state
