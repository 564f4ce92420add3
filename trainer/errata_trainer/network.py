"""The model: a transformers Qwen2 or Llama with frozen fast layers, run over packs, with cached lower states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from errata_trainer.base import MODULES, Base
from errata_trainer.linear import FrozenLinear, LoraLinear
from errata_trainer.machine import Derived
from errata_trainer.pack import Pack, groups, pack
from errata_trainer.recipe import Recipe, trained_layers

# Answers made at once: a step reads all weights however few rows it has.
_ANSWER_ROWS = 32


class Network:
    """Weights and adapters in memory. `lower` runs the frozen layers below the first trained one, `upper` the rest."""

    def __init__(self, base: Base, recipe: Recipe, derived: Derived, seed: int) -> None:
        self.device = torch.device(derived.device)
        self.dtype: torch.dtype = getattr(torch, derived.dtype)
        self.layers = trained_layers(recipe.layers, base.shape.layers)
        self.first = self.layers[0] if recipe.cache_states else 0
        self.uppers = range(self.first, base.shape.layers)
        self.pack_tokens = recipe.pack_tokens
        self.adapters: dict[tuple[int, str], LoraLinear] = {}
        self._frame_of: tuple[Pack, torch.Tensor, Any] | None = None
        self.model = self._load(base, recipe, derived, seed)

    def parameters(self) -> list[nn.Parameter]:
        """All trained tensors, in a fixed order."""
        return [tensor for layer in self.adapters.values() for tensor in (layer.lora_a, layer.lora_b)]

    def set_strength(self, strength: float) -> None:
        """Scales every adapter; 0 is the base."""
        for layer in self.adapters.values():
            layer.strength = strength

    @contextmanager
    def as_base(self) -> Iterator[None]:
        """The base itself for a while, and the whole adapters again behind it."""
        self.set_strength(0)
        try:
            yield
        finally:
            self.set_strength(1)

    def snapshot(self) -> list[torch.Tensor]:
        """A copy of the trained tensors on the CPU."""
        return [tensor.detach().cpu().clone() for tensor in self.parameters()]

    def restore(self, tensors: Sequence[torch.Tensor]) -> None:
        """Puts a snapshot back."""
        with torch.no_grad():
            for target, source in zip(self.parameters(), tensors, strict=True):
                target.copy_(source)

    @torch.no_grad()
    def lower(self, rows: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """The state that enters the first trained layer, (len, hidden) for each row of ids; never differs in a run."""
        result: list[torch.Tensor] = []
        for group in groups([len(row) for row in rows], self.pack_tokens):
            part = [rows[index] for index in group]
            tree = pack(part)
            states = self._run(self._embed(tree), tree, range(self.first))
            result.extend(states[nodes] for nodes in tree.nodes)
        return result

    def upper(self, states: torch.Tensor, tree: Pack, keep: torch.Tensor) -> torch.Tensor:
        """Final states (m, hidden) at the places `keep` (m), from the entering states (n, hidden) of the pack."""
        for index in self.uppers:
            states = self.through(index, states, tree, keep)
        return self.model.model.norm(states)  # type: ignore[no-any-return]

    def through(self, index: int, states: torch.Tensor, tree: Pack, keep: torch.Tensor) -> torch.Tensor:
        """One layer of the upper ones. From the last one only the places `keep` come back, in their order."""
        layer = self.model.model.layers[index]
        states = self._attend(layer, states, tree)
        # Nothing after the last attention mixes places: its MLP runs where a prediction is read, and only there.
        return self._feed(layer, states[keep] if index == self.uppers[-1] else states)

    def enter(self, tree: Pack, cached: Sequence[torch.Tensor] | None) -> torch.Tensor:
        """The entering states of a pack: gathered from cached rows, or computed."""
        if cached is None:
            with torch.no_grad():
                return self._run(self._embed(tree), tree, range(self.first))
        return torch.stack([cached[row][token] for row, token in tree.owner])

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """states (m, hidden) -> float32 logits (m, vocabulary)."""
        # Two dimensions on purpose: torch expands the head once per batch row for a strided three-dimensional input.
        return self.model.lm_head(states.contiguous()).float()  # type: ignore[no-any-return]

    @torch.no_grad()
    def answers(
        self, prompts: Sequence[Sequence[int]], tokens: int, end: int, check: Callable[[], None] = lambda: None
    ) -> list[list[int]]:
        """Greedy continuations of at most `tokens` ids each, the end token included where it was reached.

        `check` is called for each batch, and may raise.
        """
        from transformers import GenerationConfig

        # Prompts that begin alike side by side: what rows of a batch share is computed once.
        order = sorted(range(len(prompts)), key=lambda index: tuple(prompts[index]))
        config = GenerationConfig(max_new_tokens=tokens, do_sample=False, eos_token_id=end, pad_token_id=end)
        result: list[list[int]] = [[] for _ in prompts]
        sizes = [len(prompts[index]) for index in order]
        for chosen in ([order[place] for place in group] for group in groups(sizes, self.pack_tokens, _ANSWER_ROWS)):
            check()
            width = max(len(prompts[index]) for index in chosen)
            ids = torch.full((len(chosen), width), end)
            mask = torch.zeros_like(ids)
            for line, index in enumerate(chosen):
                ids[line, width - len(prompts[index]) :] = torch.tensor(prompts[index])
                mask[line, width - len(prompts[index]) :] = 1
            made = self.model.generate(
                input_ids=ids.to(self.device),
                attention_mask=mask.to(self.device),
                past_key_values=self._read([prompts[index] for index in chosen], width),
                generation_config=config,
            )
            for line, index in enumerate(chosen):
                answer = made[line, width:].tolist()
                result[index] = answer[: answer.index(end) + 1] if end in answer else answer
        return result

    def _read(self, prompts: Sequence[Sequence[int]], width: int) -> Any:
        """The keys and values of all but the last token of each prompt, which stays to be read, padded to the left."""
        from transformers import DynamicCache

        cache = DynamicCache(config=self.model.config)
        if width > 1:
            tree = pack([prompt[:-1] for prompt in prompts])
            self._run(self._embed(tree), tree, range(len(self.model.model.layers)), cache)
            # What stands in the padding is masked: any place does.
            places = [[0] * (width - len(prompt)) + nodes for prompt, nodes in zip(prompts, tree.nodes, strict=True)]
            at = torch.tensor(places, device=self.device)
            for layer in cache.layers:
                layer.keys = layer.keys[0][:, at].transpose(0, 1).contiguous()
                layer.values = layer.values[0][:, at].transpose(0, 1).contiguous()
        return cache

    def _embed(self, tree: Pack) -> torch.Tensor:
        return self.model.model.embed_tokens(tree.tokens.to(self.device))  # type: ignore[no-any-return]

    def _run(self, states: torch.Tensor, tree: Pack, layers: range, cache: Any = None) -> torch.Tensor:
        for index in layers:
            layer = self.model.model.layers[index]
            states = self._feed(layer, self._attend(layer, states, tree, cache))
        return states

    def _attend(self, layer: Any, states: torch.Tensor, tree: Pack, cache: Any = None) -> torch.Tensor:
        mask, turns = self._frame(tree)
        mixed, _ = layer.self_attn(
            hidden_states=layer.input_layernorm(states)[None],
            position_embeddings=turns,
            attention_mask=mask,
            past_key_values=cache,
        )
        return states + mixed[0]  # type: ignore[no-any-return]

    def _feed(self, layer: Any, states: torch.Tensor) -> torch.Tensor:
        return states + layer.mlp(layer.post_attention_layernorm(states))  # type: ignore[no-any-return]

    def _frame(self, tree: Pack) -> tuple[torch.Tensor, Any]:
        # One pack runs through many layers: its mask and rotations are made once.
        if self._frame_of is None or self._frame_of[0] is not tree:
            mask = torch.zeros(tree.mask.shape, dtype=self.dtype).masked_fill_(~tree.mask, float("-inf"))
            probe = torch.empty(1, dtype=self.dtype, device=self.device)
            turns = self.model.model.rotary_emb(probe, tree.positions[None].to(self.device))
            self._frame_of = (tree, mask[None, None].to(self.device), turns)
        return self._frame_of[1], self._frame_of[2]

    def _load(self, base: Base, recipe: Recipe, derived: Derived, seed: int) -> Any:
        model = without_weights(base)
        generator = torch.Generator().manual_seed(seed)
        weights = dict(_linear_names(base.shape.layers))
        held: dict[str, dict[str, torch.Tensor]] = {}
        for name, tensor in base.weights(self.dtype):
            owner, _, leaf = name.rpartition(".")
            if owner in weights:
                held.setdefault(owner, {})[leaf] = tensor.to(self.device)
            else:
                parameter = nn.Parameter(tensor.to(self.device), requires_grad=False)
                setattr(model.get_submodule(owner), leaf, parameter)
        if base.tied:
            model.lm_head.weight = model.model.embed_tokens.weight
        # A fixed order, not the file's: the random start of an adapter must not depend on how a file was written.
        for owner, (index, module) in weights.items():
            parts = held.pop(owner)
            parent = model.get_submodule(owner.rpartition(".")[0])
            layer: FrozenLinear
            if index in self.layers and module in recipe.modules:
                layer = LoraLinear(
                    parts["weight"], parts.get("bias"), derived.packed_weights, recipe.rank, recipe.alpha, generator
                )
                self.adapters[index, module] = layer
            else:
                layer = FrozenLinear(parts["weight"], parts.get("bias"), derived.packed_weights)
            if index < self.layers[0]:
                layer.product.drop_plain()
            setattr(parent, module, layer)
        return model.to(self.device).eval()


def without_weights(base: Base) -> Any:
    """The base as transformers' own model, its weights still to be given."""
    from transformers import LlamaForCausalLM, Qwen2ForCausalLM

    config = base.config()
    kind = Qwen2ForCausalLM if base.shape.architecture == "qwen2" else LlamaForCausalLM
    with torch.device("meta"):
        model: Any = kind(config)
    # It has no weights of its own, and computes what it needs when it is made.
    model.model.rotary_emb = type(model.model.rotary_emb)(config=config)
    return model


def _linear_names(layers: int) -> list[tuple[str, tuple[int, str]]]:
    return [
        (f"model.layers.{index}.{path}", (index, path.rpartition(".")[2]))
        for index in range(layers)
        for path in MODULES.values()
    ]
