"""Rows of a batch as one tree of tokens: no padding, and a prefix that rows share is computed once.

A causal model gives a token the same state in every row that has the same tokens before it. So the batch is flattened
to the distinct prefixes of its rows; a token attends to its ancestors only, and its position is its depth. Exact, and
for served prompts, which share their system turn, about half of the tokens of a padded batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch


@dataclass(frozen=True)
class Pack:
    """n distinct prefixes. `tokens`, `positions` (n); `mask` (n, n), true where a row may attend to a column.

    `nodes[i][t]` is the place of token t of row i. `owner[j]` is one (row, token) that lies at place j.
    """

    tokens: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    nodes: list[list[int]]
    owner: list[tuple[int, int]]


def pack(rows: Sequence[Sequence[int]]) -> Pack:
    """The tree of the given token rows; parents come before their children."""
    children: dict[tuple[int, int], int] = {}
    tokens: list[int] = []
    depths: list[int] = []
    parents: list[int] = []
    owner: list[tuple[int, int]] = []
    nodes: list[list[int]] = []
    for index, row in enumerate(rows):
        at, path = -1, []
        for depth, token in enumerate(row):
            key = (at, token)
            found = children.get(key)
            if found is None:
                found = children[key] = len(tokens)
                tokens.append(token)
                depths.append(depth)
                parents.append(at)
                owner.append((index, depth))
            at = found
            path.append(at)
        nodes.append(path)
    mask = np.zeros((len(tokens), len(tokens)), dtype=bool)
    for place, parent in enumerate(parents):
        if parent >= 0:
            mask[place] = mask[parent]
        mask[place, place] = True
    return Pack(torch.tensor(tokens), torch.tensor(depths), torch.from_numpy(mask), nodes, owner)


def groups(lengths: Sequence[int], limit: int, most: int = 0) -> list[list[int]]:
    """Indices cut into consecutive groups of at most `limit` tokens and `most` rows (0: any number).

    A longer row is a group of its own.
    """
    result: list[list[int]] = []
    room = 0
    for index, length in enumerate(lengths):
        if not result or length > room or len(result[-1]) == most > 0:
            result.append([])
            room = limit
        result[-1].append(index)
        room -= length
    return result
