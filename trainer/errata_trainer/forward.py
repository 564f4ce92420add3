"""From rows to predictions: the states cached below the trained layers, and the base's answers cached on disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from errata_trainer.cache import used
from errata_trainer.losses import Target, distribution
from errata_trainer.network import Network
from errata_trainer.pack import Pack, groups, pack
from errata_trainer.recipe import Recipe
from errata_trainer.spec import Row
from errata_trainer.tokens import Coder, encode_row
from errata_trainer.tokens import Sequence as TokenRow

# Places whose logits are made at once: with the 151,936 of a Qwen 2.5, those of a whole pack would be gigabytes.
_HEAD_PLACES = 128


class Forward:
    """Predictions for token rows. Holds the cached lower states of every row seen, (len, hidden) a row."""

    def __init__(self, network: Network, whole: bool) -> None:
        self.network = network
        self.whole = whole
        self._states: dict[str, torch.Tensor] = {}

    def parts(self, rows: Sequence[TokenRow]) -> list[list[TokenRow]]:
        """The rows in pieces that fit one pack."""
        return [
            [rows[index] for index in group]
            for group in groups([len(row.ids) for row in rows], self.network.pack_tokens)
        ]

    def logits(self, rows: Sequence[TokenRow]) -> Iterator[torch.Tensor]:
        """Float32 logits at each row's predicted positions, row by row: (targets, vocabulary)."""
        sizes = [len(row.targets(self.whole)) for row in rows]
        states = torch.split(self._final(rows), sizes)
        for group in groups(sizes, _HEAD_PLACES):
            flat = self.network.logits(torch.cat([states[index] for index in group]))
            yield from torch.split(flat, [sizes[index] for index in group])

    def enter(self, rows: Sequence[TokenRow]) -> tuple[torch.Tensor, Pack, torch.Tensor]:
        """One pack on its way: the states (n, hidden) that enter the upper layers, its tree, the places read in it."""
        # The last token of a row is predicted, never read.
        inputs = [row.ids[:-1] for row in rows]
        tree = pack(inputs)
        keep = [
            nodes[place - 1] for row, nodes in zip(rows, tree.nodes, strict=True) for place in row.targets(self.whole)
        ]
        states = self.network.enter(tree, self._cached(rows, inputs) if self.network.first else None)
        return states, tree, torch.tensor(keep, device=self.network.device)

    def _final(self, rows: Sequence[TokenRow]) -> torch.Tensor:
        return self.network.upper(*self.enter(rows))

    def _cached(self, rows: Sequence[TokenRow], inputs: Sequence[tuple[int, ...]]) -> list[torch.Tensor]:
        missing = [index for index, row in enumerate(rows) if row.row.id not in self._states]
        made = self.network.lower([inputs[index] for index in missing]) if missing else []
        for index, states in zip(missing, made, strict=True):
            self._states[rows[index].row.id] = states
        return [self._states[row.row.id] for row in rows]


class Walk:
    """Rows on their way through the base, all of them at one layer before any is at the next.

    So what is gathered at a layer, and may be large, can be used and freed before the next one's. A beginning that
    rows of a pack share is there once.
    """

    @torch.no_grad()
    def __init__(self, forward: Forward, rows: Sequence[TokenRow], check: Callable[[], None]) -> None:
        """`check` is called for each pack, here and at each layer, and may raise."""
        self._network = forward.network
        self._check = check
        self._packs: list[tuple[torch.Tensor, Pack, torch.Tensor]] = []
        for part in forward.parts(rows):
            check()
            self._packs.append(forward.enter(part))

    @torch.no_grad()
    def through(self, layer: int, looks: Mapping[str, Callable[[torch.Tensor], None]]) -> None:
        """Passes the upper layer that comes next; `looks` see what enters its modules, (n, n_in) a pack."""
        adapters = self._network.adapters
        try:
            with self._network.as_base():
                for module, look in looks.items():
                    adapters[layer, module].look = look
                for index, (states, tree, keep) in enumerate(self._packs):
                    self._check()
                    self._packs[index] = self._network.through(layer, states, tree, keep), tree, keep
        finally:
            for module in looks:
                adapters[layer, module].look = None


class BaseAnswers:
    """The base's answer and distribution for each held row, in `folder` by base, precision and prompt."""

    def __init__(self, forward: Forward, coder: Coder, recipe: Recipe, folder: Path, base_sha256: str) -> None:
        self._forward = forward
        self._coder = coder
        self._recipe = recipe
        precision = str(forward.network.dtype).rpartition(".")[2]
        self._folder = folder / f"{base_sha256[:16]}-{precision}"

    def load(self, rows: Sequence[Row], check: Callable[[], None]) -> list[tuple[TokenRow, Target]]:
        """Token rows with their targets, in the order of `rows`; what the disk does not hold is computed and kept."""
        found: dict[str, Target] = {}
        missing: list[Row] = []
        for row in rows:
            kept = self._read(row)
            if kept is None:
                missing.append(row)
            else:
                found[row.id] = kept
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._forward.network.as_base():
            # Rows with the same beginning side by side share more of their pack.
            missing.sort(key=lambda row: row.prompt)
            for begin in range(0, len(missing), 32):
                check()
                found.update(self._compute(missing[begin : begin + 32]))
        return [(encode_row(self._coder, row, found[row.id].answer.tolist()), found[row.id]) for row in rows]

    @torch.no_grad()
    def _compute(self, rows: list[Row]) -> dict[str, Target]:
        open_rows = [row for row in rows if not row.completion]
        prompts = [self._coder.encode(row.prompt) for row in open_rows]
        network = self._forward.network
        made = network.answers(prompts, self._recipe.answer_tokens, self._coder.end) if prompts else []
        answers = {row.id: answer for row, answer in zip(open_rows, made, strict=True)}
        result: dict[str, Target] = {}
        for part in self._forward.parts([encode_row(self._coder, row, answers.get(row.id)) for row in rows]):
            for row, logits in zip(part, self._forward.logits(part), strict=True):
                ids, top, tail = (tensor.cpu() for tensor in distribution(logits, self._recipe.kl_top))
                answer = torch.tensor(row.ids[row.start :])
                result[row.row.id] = target = Target(answer, ids, top, tail)
                self._write(row.row, target)
        return result

    def _file(self, row: Row) -> Path:
        recipe = self._recipe
        key = f"{row.prompt}\0{row.completion}\0{recipe.answer_tokens}\0{recipe.kl_top}"
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.safetensors"

    def _read(self, row: Row) -> Target | None:
        file = self._file(row)
        try:
            target = Target(**load_file(file))
        # Not there, or what a power cut left of it: an answer is computed again, so that none is synced.
        except (OSError, TypeError, SafetensorError):
            return None
        used(file)
        return target

    def _write(self, row: Row, target: Target) -> None:
        file = self._file(row)
        part = file.with_suffix(f".{os.getpid()}")
        tensors = {"answer": target.answer, "top_ids": target.top_ids, "top": target.top, "tail": target.tail}
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, part)
        part.replace(file)
