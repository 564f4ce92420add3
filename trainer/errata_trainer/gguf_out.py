"""Writes GGUF: the adapter as llama.cpp reads it, and the base with the trained tensors rewritten.

Formats as read in llama.cpp (convert_lora_to_gguf.py, src/llama-adapter.cpp) and the GGUF v3 specification.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np

from errata_trainer.base import Base, dequantised, permute
from errata_trainer.errors import TrainerError

Array = np.ndarray[Any, np.dtype[Any]]
# GGUF's tensor name -> A (r, n_in), B (n_out, r), both float32 and in GGUF's row order.
Pairs = dict[str, tuple[Array, Array]]

_FINE = (gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.F16, gguf.GGMLQuantizationType.BF16)
_COPY_BYTES = 1 << 24


def to_gguf_order(base: Base, name: str, a: Array, b: Array) -> tuple[Array, Array]:
    """A pair in PyTorch's row order as the file wants it: only a Llama's q and k move, and only their B."""
    heads = base.rotated_heads(name)
    return a, permute(b, heads) if heads else b


def write_adapter(path: Path, architecture: str, pairs: Pairs, alpha: float) -> None:
    """The adapter in float16; its strength is alpha / r, so a scale is part of `alpha`."""
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, (a, b) in pairs.items():
        writer.add_tensor(f"{name}.lora_a", np.ascontiguousarray(a, dtype=np.float16))
        writer.add_tensor(f"{name}.lora_b", np.ascontiguousarray(b, dtype=np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def merged_type(tensor: Any) -> gguf.GGMLQuantizationType:
    """The type of a rewritten tensor: its own where that is a float, else Q8_0, else F16. Coarser types erase facts.

    Measured on the 0.5B: ten taught facts survive at Q8_0 and none survives at Q5_0.
    """
    if tensor.tensor_type in _FINE:
        return gguf.GGMLQuantizationType(tensor.tensor_type)
    divisible = int(tensor.shape[0]) % 32 == 0
    return gguf.GGMLQuantizationType.Q8_0 if divisible else gguf.GGMLQuantizationType.F16


def write_merged(path: Path, base: Base, pairs: Pairs, strength: float, check: Callable[[], None]) -> None:
    """The base with W + strength * B @ A in the named tensors; metadata and all other tensors byte for byte.

    `check` is called between tensors and may raise. Raises TrainerError (data) for a pair without a tensor.
    """
    reader = base.reader
    missing = sorted(set(pairs) - set(base.tensors))
    if missing:
        raise TrainerError("data", f"the base has no tensor {missing[0]}", "Use the base the adapter was made for.")
    order = sorted(reader.tensors, key=lambda tensor: tensor.data_offset)
    types, sizes = {}, {}
    for tensor in order:
        types[tensor.name] = merged_type(tensor) if tensor.name in pairs else tensor.tensor_type
        block, size = gguf.GGML_QUANT_SIZES[types[tensor.name]]
        sizes[tensor.name] = int(tensor.n_elements) // block * size
    infos = min(tensor.field.offset for tensor in reader.tensors)
    align = reader.alignment
    offsets, at = {}, 0
    for tensor in order:
        offsets[tensor.name] = at
        at += -(-sizes[tensor.name] // align) * align
    with base.path.open("rb") as source, path.open("wb") as target:
        target.write(source.read(infos))
        for tensor in reader.tensors:
            name = tensor.name.encode()
            shape = [int(size) for size in tensor.shape]
            target.write(struct.pack("<Q", len(name)) + name + struct.pack(f"<I{len(shape)}Q", len(shape), *shape))
            target.write(struct.pack("<IQ", int(types[tensor.name]), offsets[tensor.name]))
        _pad(target, align)
        for tensor in order:
            check()
            if tensor.name in pairs:
                a, b = pairs[tensor.name]
                values = dequantised(tensor) + strength * (b @ a)
                target.write(gguf.quants.quantize(values, types[tensor.name]).tobytes())
            else:
                _copy(source, int(tensor.data_offset), sizes[tensor.name], target)
            _pad(target, align)
        target.flush()
        os.fsync(target.fileno())


def _copy(source: Any, offset: int, size: int, target: Any) -> None:
    source.seek(offset)
    while size:
        chunk = source.read(min(size, _COPY_BYTES))
        if not chunk:
            raise TrainerError("data", "the base file ends too early", "Install the model again.")
        target.write(chunk)
        size -= len(chunk)


def _pad(target: Any, align: int) -> None:
    target.write(b"\0" * (-target.tell() % align))
