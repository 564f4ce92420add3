from __future__ import annotations

import torch

from errata_trainer.pack import groups, pack


def test_shared_prefixes_are_computed_once() -> None:
    tree = pack([[1, 2, 3], [1, 2, 4], [9]])
    assert tree.tokens.tolist() == [1, 2, 3, 4, 9]
    assert tree.positions.tolist() == [0, 1, 2, 2, 0]
    assert tree.nodes == [[0, 1, 2], [0, 1, 3], [4]]
    assert tree.mask[3].tolist() == [True, True, False, True, False]
    assert tree.mask[4].tolist() == [False, False, False, False, True]
    assert torch.equal(tree.mask, tree.mask.tril())


def test_groups_keep_order_and_limit() -> None:
    assert groups([3, 3, 3, 10, 1], 6) == [[0, 1], [2], [3], [4]]
    assert groups([], 6) == []
    assert groups([3, 3, 3, 10, 1], 20, 2) == [[0, 1], [2, 3], [4]]
