from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from errata_trainer import checkpoint


def save(folder: Path, step: int, value: float = 0.0) -> Path:
    tensors = {"adapter": [torch.full((2,), value or float(step))]}
    return checkpoint.save(folder, step, tensors, {"state": {}}, {"step": step})


def loaded(folder: Path) -> tuple[int, float]:
    """The step that a resume begins at, and what its adapter holds."""
    found = checkpoint.load(folder)
    assert found is not None
    tensors, _, state = found
    return state["step"], float(tensors["adapter"][0][0])


@pytest.mark.parametrize("name", ["state.json", "optimizer.pt", "adapter.safetensors"])
@pytest.mark.parametrize("left", ["nothing", "a part", "zeros"])
def test_behind_a_checkpoint_that_cannot_be_read_lies_the_one_before_it(tmp_path: Path, name: str, left: str) -> None:
    for step in (1, 2, 3):
        save(tmp_path, step)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-2", "step-3"]
    assert loaded(tmp_path) == (3, 3)
    file = tmp_path / "step-3" / name
    whole = file.read_bytes()
    file.write_bytes({"nothing": b"", "a part": whole[: len(whole) // 2], "zeros": bytes(len(whole))}[left])
    assert loaded(tmp_path) == (2, 2)
    save(tmp_path, 3)
    assert loaded(tmp_path) == (3, 3), "the same step again takes its place"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-2", "step-3"]


def test_without_a_readable_checkpoint_there_is_none(tmp_path: Path) -> None:
    assert checkpoint.load(tmp_path / "nowhere") is None
    (save(tmp_path, 1) / "state.json").write_bytes(b"")
    assert checkpoint.load(tmp_path) is None


@pytest.mark.parametrize("renames", [0, 1, 2])
def test_a_checkpoint_of_the_same_step_is_there_at_every_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames: int
) -> None:
    save(tmp_path, 2, 1.0)
    left = renames
    rename = Path.rename

    def until_the_power_is_cut(path: Path, target: Path) -> Path:
        nonlocal left
        if not left:
            raise KeyboardInterrupt
        left -= 1
        return rename(path, target)

    with monkeypatch.context() as cut:
        cut.setattr(Path, "rename", until_the_power_is_cut)
        if renames < 2:
            with pytest.raises(KeyboardInterrupt):
                save(tmp_path, 2, 5.0)
        else:
            save(tmp_path, 2, 5.0)
    assert loaded(tmp_path) == (2, 1.0 if renames < 2 else 5.0)
    save(tmp_path, 3)
    assert "step-3" in os.listdir(tmp_path)
    assert not list(tmp_path.glob(".tmp-*"))


def test_a_checkpoint_is_on_the_disk_before_it_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(checkpoint, "sync", lambda path: synced.append(path.name))
    save(tmp_path, 1)
    assert sorted(synced[:3]) == ["adapter.safetensors", "optimizer.pt", "state.json"]
    assert synced[3:] == [".tmp-step-1", tmp_path.name]


def test_a_step_beyond_the_one_that_is_saved_is_no_longer_one_of_this_training(tmp_path: Path) -> None:
    (save(tmp_path, 9) / "state.json").write_bytes(b"")
    save(tmp_path, 4)
    assert loaded(tmp_path) == (4, 4)
    assert [path.name for path in tmp_path.iterdir()] == ["step-4"]
