"""What an adapter reads of its input: the part that the inputs of held rows do not explain.

A fact and its neighbours enter a layer almost alike, so a pair (A, B) that reads what they share moves both, and
whatever is learned on the one has to be unlearned on the others. Here A's rows are turned away from the directions
of held inputs first, softly: each direction shrinks by 1 + c times its squared size there. The inverse covariance of
other inputs in front of a key is the rank-one edit of Meng et al. 2022 (ROME, section 3.1); a hard null space is that
of Fang et al. 2025 (AlphaEdit). In the artefact the turn is part of A.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from errata_trainer.forward import Forward, Walk
from errata_trainer.recipe import Recipe
from errata_trainer.tokens import Sequence as TokenRow

# Layers that are fed the same: one matrix serves them all.
_FED_ALIKE = {"k_proj": "q_proj", "v_proj": "q_proj", "up_proj": "gate_proj"}

# Columns of X'X summed at once: wide enough for a fast product, narrow enough to leave out most of its upper half.
_BLOCK = 1024

# The mean size of what facts feed a layer is known well from so many rows.
_SAID_ROWS = 64


class Reading:
    """a (r, n_in) -> a P g with P = (I + c X'X)^-1 for held inputs X (n, n_in) and one number g."""

    def __init__(
        self, held: torch.Tensor, facts: torch.Tensor, strength: float, most_gain: float, dtype: torch.dtype
    ) -> None:
        """`held` is X'X (n_in, n_in), `strength` c times its mean eigenvalue.

        g gives fact inputs (m, n_in) back their mean size: what is left of them is small and would be learned slowly.
        More than `most_gain` it is never. P is kept in `dtype`, the one in which A meets its input anyway.
        """
        c = strength * len(held) / float(held.trace().clamp_min(1e-12))
        identity = torch.eye(len(held), device=held.device)
        self._turn = torch.cholesky_inverse(torch.linalg.cholesky(identity.add_(held, alpha=c)))
        if len(facts):
            left = (facts @ self._turn).square().sum().clamp_min(1e-12)
            self._turn *= min(float((facts.square().sum() / left).sqrt()), most_gain)
        self._turn = self._turn.to(dtype)

    def __call__(self, a: torch.Tensor) -> torch.Tensor:
        """a (r, n_in) -> the same shape; gradients pass."""
        return (a.to(self._turn.dtype) @ self._turn).float()


class Inputs:
    """Sums up X'X (n_in, n_in) of what it is shown, in float32: its lower triangle, all that Cholesky's reads."""

    def __init__(self, width: int, device: torch.device | None = None) -> None:
        """`width` is n_in."""
        self.sum = torch.zeros(width, width, device=device)

    def __call__(self, flat: torch.Tensor) -> None:
        """flat (n, n_in)."""
        columns = flat.float()
        for begin in range(0, len(self.sum), _BLOCK):
            end = begin + _BLOCK
            self.sum[begin:end, :end].addmm_(columns[:, begin:end].t(), columns[:, :end])


def turn_away(
    forward: Forward,
    held: Sequence[TokenRow],
    facts: Sequence[TokenRow],
    recipe: Recipe,
    check: Callable[[], None],
) -> None:
    """Gives every adapter of the network its reading. `check` is called now and then, and may raise."""
    network = forward.network
    others = Walk(forward, held, check)
    said = Walk(forward, facts[:: max(1, len(facts) // _SAID_ROWS)], check)
    for index in network.uppers:
        layers = {module: layer for (at, module), layer in network.adapters.items() if at == index}
        fed = {module: _FED_ALIKE.get(module, module) for module in layers}
        first = {fed[module]: module for module in reversed(layers)}
        sums = {module: Inputs(layers[module].n_in, network.device) for module in first.values()}
        parts: dict[str, list[torch.Tensor]] = {module: [] for module in sums}
        others.through(index, sums)
        said.through(index, {module: into.append for module, into in parts.items()})
        made = {}
        # Popped: each is large, and of no use beside what is made of it.
        for name, module in first.items():
            check()
            facts_fed = torch.cat(parts.pop(module)).float()
            made[name] = Reading(sums.pop(module).sum, facts_fed, recipe.apart, recipe.apart_gain, network.dtype)
        for module, layer in layers.items():
            layer.reading = made[fed[module]]
