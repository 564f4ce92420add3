"""Reads the base GGUF: digest, configuration, tokenizer data and dequantised weights under PyTorch's names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from errata_trainer.errors import TrainerError

ARCHITECTURES = ("qwen2", "llama")

# GGUF's name of a linear module of a block -> PyTorch's name below the layer.
MODULES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_NORMS = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
_TOP = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}


@dataclass(frozen=True)
class Shape:
    """The few numbers of a model that the trainer needs before and after the weights."""

    architecture: str
    layers: int
    hidden: int
    inner: int
    heads: int
    kv_heads: int


class Base:
    """An open GGUF. Reading is lazy: only `weights` touches the tensor data."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.reader = gguf.GGUFReader(str(path))
        except (ValueError, IndexError, OSError) as error:
            raise TrainerError("data", f"{path} is not a readable GGUF: {error}", "Install the model again.") from error
        self.tensors: dict[str, Any] = {tensor.name: tensor for tensor in self.reader.tensors}
        name = str(self.value("general.architecture", ""))
        if name not in ARCHITECTURES:
            raise TrainerError("data", f"cannot train the architecture {name!r}", "Choose a Qwen 2.5 or Llama model.")
        self.shape = Shape(
            name,
            int(self.value(f"{name}.block_count")),
            int(self.value(f"{name}.embedding_length")),
            int(self.value(f"{name}.feed_forward_length")),
            int(self.value(f"{name}.attention.head_count")),
            int(self.value(f"{name}.attention.head_count_kv", self.value(f"{name}.attention.head_count"))),
        )
        if name == "llama" and "rope_freqs.weight" in self.tensors:
            raise TrainerError(
                "data", "this Llama has scaled rotary frequencies, which are not supported", "Choose a Qwen 2.5 model."
            )

    def value(self, key: str, default: Any = None) -> Any:
        """A metadata value, or `default`. Raises TrainerError (data) when it is missing and has no default."""
        found = self.reader.fields.get(key)
        if found is not None:
            return found.contents()
        if default is None:
            raise TrainerError("data", f"{self.path} has no {key}", "Install the model again.")
        return default

    @property
    def tied(self) -> bool:
        """True when the head shares the embedding's weights."""
        return "output.weight" not in self.tensors

    def config(self) -> Any:
        """The transformers configuration of this file."""
        from transformers import LlamaConfig, Qwen2Config

        name, shape = self.shape.architecture, self.shape
        common = {
            "vocab_size": int(self.tensors["token_embd.weight"].shape[1]),
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "num_key_value_heads": shape.kv_heads,
            "max_position_embeddings": int(self.value(f"{name}.context_length", 32768)),
            "rms_norm_eps": float(self.value(f"{name}.attention.layer_norm_rms_epsilon", 1e-6)),
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": float(self.value(f"{name}.rope.freq_base", 10000.0)),
            },
            "tie_word_embeddings": self.tied,
            "attn_implementation": "sdpa",
        }
        return Qwen2Config(**common) if name == "qwen2" else LlamaConfig(**common)

    def weights(self, dtype: torch.dtype) -> Iterator[tuple[str, torch.Tensor]]:
        """(PyTorch name, dequantised tensor) for every tensor of the model."""
        for name, tensor in self.tensors.items():
            target = torch_name(name)
            if target is None:
                raise TrainerError("data", f"unexpected tensor {name}", "Choose a plain Qwen 2.5 or Llama model.")
            values = dequantised(tensor)
            heads = self.rotated_heads(name)
            if heads:
                values = unpermute(values, heads)
            yield target, torch.from_numpy(values).to(dtype)

    def rotated_heads(self, name: str) -> int:
        """The number of heads whose rows GGUF stores permuted in tensor `name`; 0 where it stores them as they are."""
        if self.shape.architecture != "llama":
            return 0
        if ".attn_q." in name:
            return self.shape.heads
        return self.shape.kv_heads if ".attn_k." in name else 0


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, sha256: str) -> None:
    """Raises TrainerError (data) when the file is not the one the run was made for."""
    if digest(path) != sha256:
        raise TrainerError(
            "data", f"base changed: {path} does not have the expected SHA-256", "Build the dataset again for this base."
        )


def dequantised(tensor: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A GGUF tensor in float32, rows first: (n_out, n_in)."""
    values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
    # The reader's memory map is read-only and torch wants to own what it wraps.
    return np.array(values, dtype=np.float32)


def torch_name(name: str) -> str | None:
    """PyTorch's name of a GGUF tensor; None if a Qwen 2.5 or Llama has no such tensor."""
    if name in _TOP:
        return _TOP[name]
    parts = name.split(".")
    if len(parts) != 4 or parts[0] != "blk":
        return None
    inner = MODULES.get(parts[2]) or _NORMS.get(parts[2])
    return f"model.layers.{parts[1]}.{inner}.{parts[3]}" if inner else None


def gguf_name(layer: int, module: str) -> str:
    """GGUF's name of the weight of `module` ("gate_proj", ...) in block `layer`."""
    for name, path in MODULES.items():
        if path.endswith(module):
            return f"blk.{layer}.{name}.weight"
    raise KeyError(module)


def permute(rows: Any, heads: int) -> Any:
    """Rows of a q or k matrix (heads * d, n) from PyTorch's rotary order (two halves) to GGUF's (pairs)."""
    half = rows.shape[0] // heads // 2
    return rows.reshape(heads, 2, half, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def unpermute(rows: Any, heads: int) -> Any:
    """The inverse of `permute`."""
    half = rows.shape[0] // heads // 2
    return rows.reshape(heads, half, 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)
