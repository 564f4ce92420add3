"""The arm of plain `transformers.Trainer` with `peft`, on the same dequantised weights."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import Trainer, TrainerCallback, TrainingArguments

from bench.job import Job, Result, step_digest
from errata_trainer.base import Base
from errata_trainer.losses import cross_entropy, focused
from errata_trainer.machine import look
from errata_trainer.network import without_weights
from errata_trainer.recipe import Recipe, trained_layers
from errata_trainer.sampler import Sampler
from errata_trainer.spec import load_rows
from errata_trainer.tokens import Sequence as TokenRow
from errata_trainer.tokens import encode_row, load_coder

_IGNORED = -100


def measure(job: Job, begun: float) -> Result:
    """Runs the arm. Loading counts from `begun`, monotonic."""
    torch.set_num_threads(job.threads)
    base = Base(Path(job.base))
    coder = load_coder(base, Path(job.folder, "cache"), job.base_sha256)
    rows = [encode_row(coder, row) for row in load_rows(Path(job.rows))]
    recipe = Recipe()
    same = job.work == "same"
    model = get_peft_model(load(base, getattr(torch, job.dtype)), _adapter(job, recipe, base))
    if same:
        _start_from(model, Path(job.start))
    collate = Collator(coder.end, answers_only=same)
    clock = _Clock(begun, job.max_seconds)
    trainer = Trainer(
        model=model,
        args=_arguments(job, recipe),
        train_dataset=scheduled(rows, job) if same else rows,
        data_collator=collate,
        compute_loss_func=answer_loss if same else None,
        callbacks=[clock],
    )
    trainer.train()
    losses = [float(entry["loss"]) for entry in trainer.state.log_history if "loss" in entry]
    done = len(clock.seconds)
    adapter = model.peft_config["default"]
    return Result(
        job.name,
        job.side,
        job.work,
        job.dtype,
        trainer.args.device.type,
        torch.get_num_threads(),
        adapter.r,
        float(adapter.lora_alpha),
        sorted(adapter.target_modules),
        sorted(adapter.layers_to_transform or range(base.shape.layers)),
        sum(tensor.numel() for tensor in model.parameters() if tensor.requires_grad),
        clock.load_seconds,
        step_rows=collate.sizes[:done],
        step_seconds=clock.seconds,
        step_cpu_seconds=clock.cpu_seconds,
        losses=losses,
        tokens=collate.digests[:done] if same else [],
    )


def load(base: Base, dtype: torch.dtype) -> Any:
    """The base as transformers' own model, with plain linear layers."""
    model = without_weights(base)
    model.load_state_dict(dict(base.weights(dtype)), strict=not base.tied, assign=True)
    model.tie_weights()
    return model


def scheduled(rows: list[TokenRow], job: Job) -> list[TokenRow]:
    """Rows one step after the other, as our trainer draws them on the same work."""
    sampler = Sampler([row.row.fact for row in rows], 0, job.seed)
    return [rows[index] for _ in range(job.steps) for index in sampler.fact_rows(job.batch_rows, set())]


def answer_loss(outputs: Any, labels: torch.Tensor, num_items_in_batch: Any = None) -> torch.Tensor:
    """Our loss on fact rows: the focused cross entropy of each row's answer, averaged over rows."""
    losses = []
    for logits, wanted in zip(outputs.logits[:, :-1], labels[:, 1:], strict=True):
        kept = wanted != _IGNORED
        losses.append(focused(cross_entropy(logits[kept].float(), wanted[kept])))
    return torch.stack(losses).mean()


class Collator:
    """Rows padded to the longest, with labels on the answers or on everything. Notes what it gave out."""

    def __init__(self, padding: int, answers_only: bool) -> None:
        self.sizes: list[int] = []
        self.digests: list[str] = []
        self._padding = padding
        self._answers_only = answers_only

    def __call__(self, rows: list[TokenRow]) -> dict[str, torch.Tensor]:
        """One step's rows -> ids, mask and labels, (rows, longest)."""
        width = max(len(row.ids) for row in rows)
        ids = torch.full((len(rows), width), self._padding)
        labels = torch.full_like(ids, _IGNORED)
        mask = torch.zeros_like(ids)
        for line, row in enumerate(rows):
            end, first = len(row.ids), row.start if self._answers_only else 0
            ids[line, :end] = torch.tensor(row.ids)
            mask[line, :end] = 1
            labels[line, first:end] = ids[line, first:end]
        self.sizes.append(len(rows))
        self.digests.append(step_digest(_seen(*parts) for parts in zip(ids, mask, labels, strict=True)))
        return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def _seen(ids: torch.Tensor, mask: torch.Tensor, labels: torch.Tensor) -> tuple[list[int], int]:
    return ids[mask.bool()].tolist(), int((labels != _IGNORED).nonzero()[0])


class _Clock(TrainerCallback):  # type: ignore[misc]
    """Times each step from the end of the one before it, and stops a run that takes too long."""

    def __init__(self, begun: float, max_seconds: float) -> None:
        self.load_seconds = 0.0
        self.seconds: list[float] = []
        self.cpu_seconds: list[float] = []
        self._begun = begun
        self._max_seconds = max_seconds
        self._last = (0.0, 0.0)

    def on_train_begin(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
        """Everything before this is loading."""
        self._last = (time.monotonic(), time.process_time())
        self.load_seconds = self._last[0] - self._begun

    def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> Any:
        """One optimiser step is over."""
        now = (time.monotonic(), time.process_time())
        self.seconds.append(now[0] - self._last[0])
        self.cpu_seconds.append(now[1] - self._last[1])
        self._last = now
        if len(self.seconds) >= 2 and now[0] - self._begun > self._max_seconds:
            control.should_training_stop = True
        return control


def _adapter(job: Job, recipe: Recipe, base: Base) -> Any:
    if job.work == "default":
        return LoraConfig(task_type="CAUSAL_LM")
    layers = list(trained_layers(recipe.layers, base.shape.layers))
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        target_modules=list(recipe.modules),
        layers_to_transform=layers,
    )


def _arguments(job: Job, recipe: Recipe) -> Any:
    # Nothing is written or fetched, and every loss is kept; all else of the default work is the Trainer's own.
    always = {
        "output_dir": str(Path(job.folder, job.name)),
        "max_steps": job.steps,
        "seed": job.seed,
        "logging_steps": 1,
        "save_strategy": "no",
        "report_to": [],
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "use_cpu": look().device == "cpu",
        "dataloader_pin_memory": look().device == "cuda",
    }
    if job.work == "default":
        return TrainingArguments(**always)
    return TrainingArguments(
        **always,
        per_device_train_batch_size=job.batch_rows,
        train_sampling_strategy="sequential",
        learning_rate=recipe.rate,
        lr_scheduler_type="constant",
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.clip,
    )


def _start_from(model: Any, path: Path) -> None:
    layers = model.base_model.model.model.layers
    with torch.no_grad():
        for name, tensor in load_file(path).items():
            index, module, part = name.split(".")
            layer = layers[int(index)]
            owner = layer.mlp if hasattr(layer.mlp, module) else layer.self_attn
            target = getattr(getattr(owner, module), f"lora_{part.upper()}")["default"].weight
            assert target.shape == tensor.shape
            target.copy_(tensor)
