"""Linear layers whose weight is frozen, with and without a LoRA pair beside it.

PEFT's layers cast every input to float32 and back around the adapter, which costs as much as the frozen product
itself once that runs in bfloat16. So the pair lives in one autograd function here, and PEFT is the format in which
it leaves (see artefact.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from errata_trainer.machine import pack_weight, packed_linear


class Product:
    """x @ W.T and g @ W for a frozen W (n_out, n_in). W.T is laid out at the first backward, if one comes."""

    def __init__(self, weight: torch.Tensor, packed: bool) -> None:
        self._packed = packed
        self._forward = pack_weight(weight) if packed else weight
        self._backward: torch.Tensor | None = None
        self._plain: torch.Tensor | None = weight

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x (n, n_in) -> (n, n_out)."""
        return packed_linear(x, self._forward) if self._packed else functional.linear(x, self._forward)

    def backward(self, g: torch.Tensor) -> torch.Tensor:
        """g (n, n_out) -> (n, n_in)."""
        if not self._packed:
            return g @ self._forward
        if self._backward is None:
            assert self._plain is not None
            self._backward = pack_weight(self._plain.t())
            self._plain = None
        return packed_linear(g.contiguous(), self._backward)

    def drop_plain(self) -> None:
        """Frees the plain copy where no gradient will ever pass."""
        if self._packed:
            self._plain = None


class _Frozen(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, product: Product) -> torch.Tensor:
        ctx.product = product
        return product.forward(x)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        return (ctx.product.backward(grads[0]) if ctx.needs_input_grad[0] else None), None


class _Adapted(torch.autograd.Function):
    """y = x W.T + s (x A.T) B.T; the LoRA equation of Hu et al. 2021 with s = alpha / r."""

    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, a: torch.Tensor, b: torch.Tensor, scale: float, product: Product
    ) -> torch.Tensor:
        small_a, small_b = a.to(x.dtype), b.to(x.dtype)
        inner = x @ small_a.t()
        ctx.save_for_backward(x, inner, small_a, small_b)
        ctx.scale, ctx.product = scale, product
        return product.forward(x).addmm_(inner, small_b.t(), alpha=scale)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        g = grads[0].contiguous()
        x, inner, a, b = ctx.saved_tensors
        g_inner = (g @ b).mul_(ctx.scale)
        g_b = (g.t() @ inner).float().mul_(ctx.scale)
        g_a = (g_inner.t() @ x).float()
        g_x = ctx.product.backward(g).addmm_(g_inner, a) if ctx.needs_input_grad[0] else None
        return g_x, g_a, g_b, None, None


class FrozenLinear(nn.Module):
    """nn.Linear without gradients for its weight. Input (..., n_in), output (..., n_out)."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None, packed: bool) -> None:
        super().__init__()
        self.n_out, self.n_in = weight.shape
        self.product = Product(weight, packed)
        self.bias: torch.Tensor | None
        self.register_buffer("bias", bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The product on flattened rows, plus the bias."""
        flat = x.reshape(-1, self.n_in)
        y = self.multiply(flat)
        if self.bias is not None:
            y = y + self.bias
        return y.view(*x.shape[:-1], self.n_out)

    def multiply(self, flat: torch.Tensor) -> torch.Tensor:
        """flat (n, n_in) -> (n, n_out) without bias."""
        if flat.requires_grad and torch.is_grad_enabled():
            return _Frozen.apply(flat, self.product)  # type: ignore[no-any-return]
        return self.product.forward(flat)


class LoraLinear(FrozenLinear):
    """A frozen layer with a trained pair A (r, n_in), B (n_out, r) in float32. B starts at zero."""

    def __init__(
        self,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        packed: bool,
        rank: int,
        alpha: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__(weight, bias, packed)
        bound = self.n_in**-0.5  # Kaiming-uniform with a = sqrt(5), the usual start of A.
        start = (torch.rand(rank, self.n_in, generator=generator) * 2 - 1) * bound
        self.lora_a = nn.Parameter(start.to(weight.device))
        self.lora_b = nn.Parameter(torch.zeros(self.n_out, rank, device=weight.device))
        self.scaling = alpha / rank
        self.strength = 1.0
        self.reading: Callable[[torch.Tensor], torch.Tensor] | None = None
        self.look: Callable[[torch.Tensor], None] | None = None
        self._acting: tuple[int, torch.Tensor] | None = None

    def acting_a(self) -> torch.Tensor:
        """A as it meets the input: turned by `reading` where there is one (see reading.py)."""
        if self.reading is None:
            return self.lora_a
        if torch.is_grad_enabled():
            return self.reading(self.lora_a)
        # An answer asks for it once a token, and it changes once a step.
        version = self.lora_a._version
        if self._acting is None or self._acting[0] != version:
            self._acting = version, self.reading(self.lora_a)
        return self._acting[1]

    def multiply(self, flat: torch.Tensor) -> torch.Tensor:
        """As FrozenLinear's, plus the pair times `strength` (0: the base itself, bit for bit). `look` sees all."""
        if self.look is not None:
            self.look(flat)
        if self.strength == 0:
            return super().multiply(flat)
        scale, a = self.scaling * self.strength, self.acting_a()
        if not torch.is_grad_enabled():
            inner = flat @ a.to(flat.dtype).t()
            return self.product.forward(flat).addmm_(inner, self.lora_b.to(flat.dtype).t(), alpha=scale)
        return _Adapted.apply(flat, a, self.lora_b, scale, self.product)  # type: ignore[no-any-return]
