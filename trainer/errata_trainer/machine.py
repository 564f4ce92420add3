"""What this machine can do, and each setting that follows from it, with its reason."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from dataclasses import dataclass, field
from typing import Any

import psutil
import torch

from errata_trainer.errors import TrainerError
from errata_trainer.recipe import Recipe


@dataclass(frozen=True)
class Machine:
    """Seen at run time. Memory in bytes."""

    device: str
    device_name: str
    cores: int
    memory: int
    features: tuple[str, ...]


@dataclass(frozen=True)
class Derived:
    """Settings that depend on the machine; `reasons` has one sentence for each."""

    device: str
    dtype: str
    threads: int
    packed_weights: bool
    optimizer: str
    reasons: dict[str, str] = field(default_factory=dict)


def look() -> Machine:
    """The best device torch can use, and the processor's matrix instructions."""
    if torch.cuda.is_available():
        device, name = "cuda", torch.cuda.get_device_name(0)
    elif torch.backends.mps.is_available():
        device, name = "mps", "Apple GPU"
    else:
        device, name = "cpu", "processor"
    checks: tuple[tuple[str, Any], ...] = (
        ("avx2", getattr(torch.cpu, "_is_avx2_supported", None)),
        ("avx512", getattr(torch.cpu, "_is_avx512_supported", None)),
        ("avx512_bf16", getattr(torch.cpu, "_is_avx512_bf16_supported", None)),
        ("amx", getattr(torch.cpu, "_is_amx_tile_supported", None)),
    )
    features = tuple(feature for feature, check in checks if check is not None and check())
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = min(psutil.cpu_count(logical=False) or allowed, allowed)
    return Machine(device, name, cores, psutil.virtual_memory().total, features)


def derive(recipe: Recipe, machine: Machine, threads: int = 0) -> Derived:
    """The machine's part of the settings. Raises TrainerError (env) where the recipe asks for the impossible."""
    reasons: dict[str, str] = {"device": f"{machine.device_name} is the fastest device torch can use"}
    dtype = _dtype(recipe, machine, reasons)
    if threads:
        reasons["threads"] = "set by the spec"
    else:
        threads, reasons["threads"] = machine.cores, f"one for each of {machine.cores} physical cores"
    packed = machine.device == "cpu" and dtype == "bfloat16" and _can_pack()
    reasons["packed_weights"] = (
        "frozen weights and their transposes are kept in the matrix unit's own layout"
        if packed
        else "plain layout: only bfloat16 on the CPU gains from packing"
    )
    return Derived(machine.device, dtype, threads, packed, _optimizer(recipe, machine, reasons), reasons)


def peak_memory_mb() -> float:
    """The most memory held so far: on the GPU where there is one, else of this process."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    windows = getattr(psutil.Process().memory_info(), "peak_wset", None)
    if windows is not None:
        return float(windows) / 2**20
    # Not on Windows, so not at the top.
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def release_memory() -> None:
    """Gives freed memory back to the system. glibc keeps what lies between blocks in use; elsewhere nothing is done."""
    gc.collect()
    if sys.platform != "linux":
        return
    # Not glibc, or no way into it.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def report() -> dict[str, Any]:
    """Everything `probe` prints."""
    import gguf  # noqa: F401  its absence must show here, not in the middle of a run
    import peft
    import transformers

    machine = look()
    derived = derive(Recipe(), machine)
    return {
        "python": sys.version.split()[0],
        "versions": {
            "torch": str(torch.__version__),
            "transformers": transformers.__version__,
            "peft": peft.__version__,
        },
        "device": machine.device,
        "device_name": machine.device_name,
        "cores": machine.cores,
        "features": list(machine.features),
        "memory_mb": machine.memory // 2**20,
        "free_memory_mb": psutil.virtual_memory().available // 2**20,
        "gpu_memory_mb": (
            torch.cuda.get_device_properties(0).total_memory // 2**20 if machine.device == "cuda" else None
        ),
        "settings": {
            "device": derived.device,
            "dtype": derived.dtype,
            "threads": derived.threads,
            "packed_weights": derived.packed_weights,
            "optimizer": derived.optimizer,
        },
        "reasons": derived.reasons,
    }


def _dtype(recipe: Recipe, machine: Machine, reasons: dict[str, str]) -> str:
    if recipe.dtype != "auto":
        if recipe.dtype == "float16" and machine.device == "cpu":
            raise TrainerError("env", "float16 training needs a GPU", "Set dtype to auto.")
        reasons["dtype"] = "set by the recipe"
        return recipe.dtype
    if recipe.loss == "whole":
        if machine.device == "cuda":
            reasons["dtype"] = "the original trains in float16"
            return "float16"
        reasons["dtype"] = "the original trains in float16, which needs CUDA: float32 here"
        return "float32"
    if machine.device == "cuda":
        fit = torch.cuda.is_bf16_supported()
        reasons["dtype"] = "the GPU computes in bfloat16" if fit else "the GPU has no bfloat16"
        return "bfloat16" if fit else "float32"
    if machine.device == "cpu" and ("amx" in machine.features or "avx512_bf16" in machine.features):
        unit = "AMX" if "amx" in machine.features else "AVX512-BF16"
        reasons["dtype"] = f"the processor has {unit}; adapters and optimiser stay in float32"
        return "bfloat16"
    reasons["dtype"] = "no bfloat16 unit: float32 is faster"
    return "float32"


def _optimizer(recipe: Recipe, machine: Machine, reasons: dict[str, str]) -> str:
    if recipe.optimizer == "adamw":
        reasons["optimizer"] = "states in float32: an adapter is small"
        return "adamw"
    try:
        import bitsandbytes  # noqa: F401
    except ImportError:
        found = False
    else:
        found = True
    if machine.device == "cuda" and found:
        reasons["optimizer"] = "8-bit states, as the original"
        return "adamw_8bit"
    reasons["optimizer"] = "the original's 8-bit AdamW needs CUDA and bitsandbytes: plain AdamW here"
    return "adamw"


def _can_pack() -> bool:
    try:
        product = pack_weight(torch.ones(32, 32, dtype=torch.bfloat16))
        packed_linear(torch.ones(2, 32, dtype=torch.bfloat16), product)
    except (RuntimeError, AttributeError, NotImplementedError):
        return False
    return True


def pack_weight(weight: torch.Tensor) -> torch.Tensor:
    """`weight` (n_out, n_in), bfloat16, in oneDNN's blocked layout: an opaque tensor for `packed_linear`."""
    # The hint is the number of rows the blocking is chosen for; measured flat between 100 and 800.
    return torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), 400)  # type: ignore[no-any-return]


def packed_linear(x: torch.Tensor, packed: torch.Tensor) -> torch.Tensor:
    """x @ W.T for x (n, n_in) and a packed W (n_out, n_in)."""
    return torch.ops.mkldnn._linear_pointwise(x, packed, None, "none", [], "")  # type: ignore[no-any-return]
