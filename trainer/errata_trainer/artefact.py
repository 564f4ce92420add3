"""The finished adapter as a folder: PEFT's files, GGUF files, and a manifest that is written last."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from errata_trainer import __version__
from errata_trainer.base import Base, digest, gguf_name
from errata_trainer.disk import sync
from errata_trainer.errors import TrainerError
from errata_trainer.gguf_out import Pairs, to_gguf_order, write_adapter, write_merged
from errata_trainer.recipe import MLP

FORMAT = 1
MANIFEST = "manifest.json"
# (layer, module) -> A (r, n_in), B (n_out, r), float32 on the CPU, in PyTorch's row order.
Adapter = dict[tuple[int, str], tuple[torch.Tensor, torch.Tensor]]


def write(
    out: Path,
    run: str,
    base: Base,
    adapter: Adapter,
    alpha: float,
    merged: bool,
    manifest: dict[str, Any],
    check: Callable[[], None],
) -> tuple[Path, str]:
    """Writes `out`/`run` in one rename and returns it with its manifest's SHA-256.

    `alpha` includes the chosen scale, so every file gives the same model wherever it is loaded. `check` is called
    between files and may raise; after any error nothing is left.
    """
    out.mkdir(parents=True, exist_ok=True)
    work = out / f".tmp-{run}"
    shutil.rmtree(work, ignore_errors=True)
    try:
        work.mkdir()
        _write_peft(work, base, adapter, alpha)
        pairs = gguf_pairs(base, adapter)
        write_adapter(work / "adapter.gguf", base.shape.architecture, pairs, alpha)
        if merged:
            check()
            write_merged(work / "merged.gguf", base, pairs, alpha / _rank(adapter), check)
        check()
        files = []
        for path in sorted(work.iterdir()):
            sync(path)
            files.append({"name": path.name, "size": path.stat().st_size, "sha256": digest(path)})
        manifest = {
            "format": FORMAT,
            **manifest,
            "files": files,
            "trainer_version": __version__,
            "created_unix": int(time.time()),
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2, allow_nan=False).encode()
        (work / MANIFEST).write_bytes(text)
        sync(work / MANIFEST)
        sync(work)
        target = out / run
        work.rename(target)
        sync(out)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return target, hashlib.sha256(text).hexdigest()


def read_manifest(folder: Path, sha256: str) -> tuple[dict[str, Any], str]:
    """The manifest of a folder, and what is wrong with it or its files; empty when all is as it was written."""
    try:
        text = (folder / MANIFEST).read_bytes()
        manifest = json.loads(text)
    except (OSError, ValueError) as error:
        return {}, str(error)
    if hashlib.sha256(text).hexdigest() != sha256 or not isinstance(manifest, dict):
        return {}, "its manifest has another digest"
    for file in manifest.get("files") or []:
        path = folder / Path(str(file.get("name"))).name
        if not path.is_file() or digest(path) != file.get("sha256"):
            return manifest, f"{path.name} has another digest"
    return manifest, ""


def gguf_pairs(base: Base, adapter: Adapter) -> Pairs:
    """The adapter under GGUF's names and in its row order."""
    pairs: Pairs = {}
    for (layer, module), (a, b) in sorted(adapter.items()):
        name = gguf_name(layer, module)
        pairs[name] = to_gguf_order(base, name, a.numpy().astype(np.float32), b.numpy().astype(np.float32))
    return pairs


def read_peft(folder: Path) -> tuple[Adapter, float]:
    """(adapter, alpha) of a folder in PEFT's format. Raises TrainerError (data) for what a GGUF cannot say."""
    try:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "adapter_model.safetensors")
    except (OSError, ValueError) as error:
        raise TrainerError("data", f"{folder} is not an adapter: {error}", "Name the folder of an adapter.") from error
    if config.get("use_dora") or config.get("use_rslora") or config.get("alpha_pattern"):
        raise TrainerError("data", "only plain LoRA can be merged", "Train the adapter without DoRA and rsLoRA.")
    halves: dict[tuple[int, str], dict[str, torch.Tensor]] = {}
    for name, tensor in tensors.items():
        parts = name.split(".")
        if "layers" not in parts or parts[-2] not in ("lora_A", "lora_B"):
            raise TrainerError("data", f"cannot merge {name}", "Train adapters on the linear layers of blocks only.")
        key = (int(parts[parts.index("layers") + 1]), parts[-3])
        halves.setdefault(key, {})[parts[-2]] = tensor.float()
    return {key: (pair["lora_A"], pair["lora_B"]) for key, pair in halves.items()}, float(config["lora_alpha"])


def merge(base: Base, folder: Path, target: Path) -> None:
    """Writes the merged GGUF of an adapter folder, again in one rename."""
    adapter, alpha = read_peft(folder)
    part = target.with_name(f".tmp-{target.name}")
    try:
        write_merged(part, base, gguf_pairs(base, adapter), alpha / _rank(adapter), lambda: None)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _write_peft(folder: Path, base: Base, adapter: Adapter, alpha: float) -> None:
    from peft import LoraConfig, TaskType

    modules = sorted({module for _, module in adapter})
    config = LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=_rank(adapter),
        # Declared an int by PEFT, which only divides it; a scale makes it fractional.
        lora_alpha=alpha,
        lora_dropout=0.0,
        bias="none",
        target_modules=modules,
        layers_to_transform=sorted({layer for layer, _ in adapter}),
        layers_pattern="layers",
        base_model_name_or_path=base.path.name,
        inference_mode=True,
    )
    config.save_pretrained(str(folder))
    tensors = {}
    for (layer, module), (a, b) in adapter.items():
        stem = f"base_model.model.model.layers.{layer}.{'mlp' if module in MLP else 'self_attn'}.{module}"
        tensors[f"{stem}.lora_A.weight"] = a.contiguous()
        tensors[f"{stem}.lora_B.weight"] = b.contiguous()
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})


def _rank(adapter: Adapter) -> int:
    return int(next(iter(adapter.values()))[0].shape[0])
