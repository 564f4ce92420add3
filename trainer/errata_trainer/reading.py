"""What an adapter reads of its input: the part that the inputs of held rows do not explain.

A fact and its neighbours enter a layer almost alike, so a pair (A, B) that reads what they share moves both, and
whatever is learned on the one has to be unlearned on the others. Here A's rows are turned away from the directions
of held inputs first, softly: each direction shrinks by 1 + c times its squared size there. The inverse covariance of
other inputs in front of a key is the rank-one edit of Meng et al. 2022 (ROME, section 3.1); a hard null space is that
of Fang et al. 2025 (AlphaEdit). In the artefact the turn is part of A.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from errata_trainer.forward import Forward
from errata_trainer.recipe import Recipe
from errata_trainer.tokens import Sequence as TokenRow


class Reading:
    """a (r, n_in) -> a P g with P = (I + c X'X)^-1 for held inputs X (n, n_in) and one number g."""

    def __init__(self, held: torch.Tensor, facts: torch.Tensor, strength: float, most_gain: float) -> None:
        """`strength` is c times the mean eigenvalue of X'X. g gives fact inputs (m, n_in) back their mean size.

        What is left of them is small and would be learned slowly. More than `most_gain` it is never.
        """
        tokens, width = held.shape
        self._c = strength * width / float(held.square().sum().clamp_min(1e-12))
        self._gain = 1.0
        self._held: torch.Tensor | None = None
        if tokens < width:
            # Woodbury: the inverse of a small matrix in place of a large one.
            self._held = held
            self._core = torch.linalg.inv(torch.eye(tokens, device=held.device) + self._c * (held @ held.t()))
        else:
            self._core = torch.linalg.inv(torch.eye(width, device=held.device) + self._c * (held.t() @ held))
        ratio = facts.square().sum() / self(facts).square().sum().clamp_min(1e-12)
        self._gain = min(float(ratio.sqrt()), most_gain) if len(facts) else 1.0

    def __call__(self, a: torch.Tensor) -> torch.Tensor:
        """a (r, n_in) -> the same shape; gradients pass."""
        turned: torch.Tensor
        turned = a @ self._core if self._held is None else a - self._c * (a @ self._held.t() @ self._core) @ self._held
        return turned * self._gain


def turn_away(forward: Forward, held: Sequence[TokenRow], facts: Sequence[TokenRow], recipe: Recipe, seed: int) -> None:
    """Gives every adapter of the network its reading. Of the held inputs a sample drawn by `seed` is used."""
    generator = torch.Generator().manual_seed(seed)
    kept = forward.inputs(held, recipe.apart_tokens, generator)
    said = forward.inputs(facts, recipe.apart_tokens, generator)
    for key, layer in forward.network.adapters.items():
        layer.reading = Reading(kept.pop(key), said.pop(key), recipe.apart, recipe.apart_gain)
