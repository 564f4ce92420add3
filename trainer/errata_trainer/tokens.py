"""The tokenizer that the GGUF carries, and rows as token ids."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE

from errata_trainer.base import Base
from errata_trainer.cache import used
from errata_trainer.errors import TrainerError
from errata_trainer.spec import Row

# How each family cuts text before byte-pair merging: part of its tokenizer's definition.
_DIGITS = {"qwen2": r"\p{N}", "llama-bpe": r"\p{N}{1,3}"}
_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CONTROL, _USER_DEFINED = 3, 4
END = "<|im_end|>"


@dataclass(frozen=True)
class Coder:
    """Text to ids and back, with the token that ends an answer."""

    tokenizer: Tokenizer
    end: int

    def encode(self, text: str) -> list[int]:
        """Ids of `text`; control tokens written out in it become single ids."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: list[int]) -> str:
        """Text of `ids`, control tokens left out."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))


@dataclass(frozen=True)
class Sequence:
    """A row as ids. `ids` is prompt + answer (with its end token); the answer begins at `start`."""

    row: Row
    ids: tuple[int, ...]
    start: int

    def targets(self, whole: bool) -> range:
        """Positions in `ids` that are predicted: the answer and its end, or all but the first."""
        return range(1 if whole else self.start, len(self.ids))


def load_coder(base: Base, folder: Path, base_sha256: str) -> Coder:
    """The base's tokenizer, kept in `folder` by the base's digest because 150,000 strings read slowly."""
    file = folder / f"tokenizer-{base_sha256[:16]}.json"
    try:
        tokenizer = Tokenizer.from_file(str(file))
        used(file)
    # Not there, or what a power cut left of it; the library has no class of its own for either.
    except Exception:
        tokenizer = _build(base)
        folder.mkdir(parents=True, exist_ok=True)
        # Saved under another name first: a reader never sees half a file.
        part = file.with_suffix(f".{os.getpid()}")
        tokenizer.save(str(part))
        part.replace(file)
    end = tokenizer.token_to_id(END)
    return Coder(tokenizer, int(base.value("tokenizer.ggml.eos_token_id")) if end is None else end)


def encode_row(coder: Coder, row: Row, answer: list[int] | None = None) -> Sequence:
    """The row with its own completion, or with `answer` (ids, end token included if there is one)."""
    prompt = coder.encode(row.prompt)
    if answer is None:
        # Encoded apart from the prompt, because that is how the model will produce it.
        answer = [*coder.encode(row.completion), coder.end]
    return Sequence(row, (*prompt, *answer), len(prompt))


def _build(base: Base) -> Tokenizer:
    kind, family = base.value("tokenizer.ggml.model"), base.value("tokenizer.ggml.pre", "")
    if kind != "gpt2" or family not in _DIGITS:
        raise TrainerError("data", f"unknown tokenizer {kind}/{family}", "Choose a Qwen 2.5 or Llama 3 model.")
    tokens: list[str] = base.value("tokenizer.ggml.tokens")
    kinds: list[int] = base.value("tokenizer.ggml.token_type")
    merges: list[Any] = [tuple(merge.split(" ", 1)) for merge in base.value("tokenizer.ggml.merges")]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(BPE(vocab=vocabulary, merges=merges, fuse_unk=False, byte_fallback=False))
    if family == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    split = Regex(_SPLIT.replace("DIGITS", _DIGITS[family]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(split, behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token, kind in zip(tokens, kinds, strict=True)
            if kind == _CONTROL
        ]
    )
    tokenizer.add_tokens(
        [
            AddedToken(token, special=False, normalized=False)
            for token, kind in zip(tokens, kinds, strict=True)
            if kind == _USER_DEFINED
        ]
    )
    return tokenizer
