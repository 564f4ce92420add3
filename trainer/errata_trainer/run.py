"""One run from spec to artefact: the only module that knows the order of things."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import torch

from errata_trainer import artefact, cache, checkpoint
from errata_trainer.base import Base, verify
from errata_trainer.control import Control
from errata_trainer.errors import Cancelled, TrainerError
from errata_trainer.events import Artifact, Bye, Checkpoint, Emitter, Plan, Stage
from errata_trainer.forward import BaseAnswers, Forward
from errata_trainer.machine import Derived, derive, look, peak_memory_mb, release_memory
from errata_trainer.network import Network
from errata_trainer.probes import Prober
from errata_trainer.reading import turn_away
from errata_trainer.recipe import Recipe, trained_layers
from errata_trainer.schedule import total_steps
from errata_trainer.spec import HELD, Row, Spec, load_spec
from errata_trainer.tokens import encode_row, load_coder
from errata_trainer.train import Training


class Run:
    """The parts of one run and what it has done so far, which `bye` tells even after an error."""

    def __init__(self, spec_path: Path, emit: Emitter, control: Control) -> None:
        """Reads and checks the spec. Raises TrainerError."""
        self._emit = emit
        self._control = control
        self._begun = time.monotonic()
        self.spec, self.recipe, self.rows = load_spec(spec_path)
        self.training: Training | None = None

    def execute(self) -> None:
        """Plans, loads, trains and writes the artefact. Raises TrainerError or whatever went wrong."""
        spec, check = self.spec, self._control.check
        torch.manual_seed(spec.seed)
        _check_engine(spec)
        derived = derive(self.recipe, look(), spec.threads)
        torch.set_num_threads(derived.threads)
        base = Base(Path(spec.start_from or spec.base_gguf))
        pace = cache.Pace(spec, self.recipe, derived)
        end, settings = self._plan(base, derived, pace)
        verify(Path(spec.base_gguf), spec.base_sha256)
        check()

        self._emit(Stage("load"))
        kept = cache.folder(spec)
        coder = load_coder(base, kept, spec.base_sha256)
        check()
        network = Network(base, self.recipe, derived, spec.seed)
        check()

        self._emit(Stage("cache"))
        begun = time.monotonic()
        forward = Forward(network, self.recipe.loss == "whole")
        answers = BaseAnswers(forward, coder, self.recipe, kept, spec.base_sha256)
        held_wanted = self.recipe.batch_rows > self.recipe.fact_rows
        held = answers.load(self._held_rows(), check) if held_wanted else []
        guards = answers.load(self._kind("guard_probe"), check) if held_wanted else []
        release_memory()
        facts = [encode_row(coder, row) for row in self._fact_rows() for _ in range(self._copies(row))]
        if held and self.recipe.apart:
            turn_away(forward, [row for row, _ in held], facts, self.recipe, check)
            release_memory()
        prober = Prober(forward, coder, self.recipe, self.rows)
        optimizer = _optimizer(derived.optimizer, network, self.recipe)
        self.training = Training(
            self.recipe, forward, prober, facts, held, guards, lambda rows: answers.load(rows, check), optimizer, end,
            spec.seed,
        )  # fmt: skip
        if spec.resume:
            saved = checkpoint.load(Path(spec.work) / "checkpoints")
            if saved is not None:
                self.training.resume(*saved)

        self.training.state.prepare_seconds += time.monotonic() - begun
        self._emit(Stage("train"))
        deadline = self._begun + spec.max_minutes * 60 if spec.max_minutes else 0.0
        stopped_by = self.training.run(
            self._emit, lambda: self._control.ended_by, deadline, lambda: self._checkpoint(optimizer)
        )
        if stopped_by == "stopped":
            if self._control.save and self.training.state.step:
                self._checkpoint(optimizer)
            raise Cancelled
        pace.keep(self.training.state.seconds / self.training.state.step)
        self._save(base, network, settings, stopped_by)
        cache.sweep(spec)

    def bye(self, ok: bool) -> Bye:
        """The last event, which tells what was done even after an error."""
        state = self.training.state if self.training else None
        return Bye(
            ok=ok,
            row_passes=state.row_passes if state else 0,
            train_seconds=state.seconds if state else 0.0,
            prepare_seconds=state.prepare_seconds if state else 0.0,
            steps=state.step if state else 0,
            peak_memory_mb=peak_memory_mb(),
        )

    def _plan(self, base: Base, derived: Derived, pace: cache.Pace) -> tuple[int, dict[str, Any]]:
        spec, recipe = self.spec, self.recipe
        copies = sum(self._copies(row) for row in self._fact_rows())
        held = len(self._held_rows()) if recipe.loss != "whole" else 0
        end = total_steps(recipe, copies, held, spec.max_steps)
        settings = dataclasses.asdict(recipe)
        settings.update(
            recipe=spec.recipe,
            engine=spec.engine,
            seed=spec.seed,
            layers=list(trained_layers(recipe.layers, base.shape.layers)),
            device=derived.device,
            dtype=derived.dtype,
            threads=derived.threads,
            packed_weights=derived.packed_weights,
            optimizer=derived.optimizer,
            max_steps=spec.max_steps,
            max_minutes=spec.max_minutes,
        )
        reasons = dict(derived.reasons)
        passes = f"{recipe.epochs:g} passes over {copies} fact rows"
        if held:
            passes += f", and at least {recipe.held_epochs:g} over {held} held rows"
        reasons["total_steps"] = "max_steps of the spec" if end == spec.max_steps else passes
        if recipe.layers == "upper_half":
            reasons["layers"] = "the states below do not change and are computed once for each row"
        seconds = pace.read()
        if seconds:
            reasons["estimate_seconds"] = f"{seconds:.1f} s a step in the last training like this one"
        self._emit(
            Plan(
                settings=settings,
                reasons=reasons,
                total_steps=end,
                rows={"fact": copies, "kl": held},
                facts=len({row.fact for row in self._kind("fact")}),
                estimate_seconds=seconds * end if seconds else None,
            )
        )
        return end, settings

    def _save(self, base: Base, network: Network, settings: dict[str, Any], stopped_by: str) -> None:
        training, spec = self.training, self.spec
        assert training is not None
        state = training.state
        begun = time.monotonic()
        outcome = training.finish(self._emit, stopped_by)
        state.prepare_seconds += time.monotonic() - begun
        self._emit(Stage("save"))
        if spec.merged:
            self._emit(Stage("merge"))
        adapter = {
            key: (layer.acting_a().detach().float().cpu(), layer.lora_b.detach().float().cpu())
            for key, layer in network.adapters.items()
        }
        manifest = {
            "run": spec.run,
            "base_sha256": spec.base_sha256,
            "start_from": Path(spec.start_from).name if spec.start_from else None,
            "architecture": base.shape.architecture,
            "dataset": spec.dataset,
            "recipe": settings,
            "seed": spec.seed,
            "engine": spec.engine,
            "scale": outcome.scale,
            "metrics": {
                "steps": state.step,
                "row_passes": state.row_passes,
                "train_seconds": round(state.seconds, 3),
                "prepare_seconds": round(state.prepare_seconds, 3),
                "final_loss": state.last_loss,
                "final_kl": state.last_kl,
                "guard_kl": outcome.guard_kl,
                "learned": outcome.learned,
                "not_learned": outcome.not_learned,
                "given_up": outcome.given_up,
                "stopped_by": outcome.stopped_by,
                "peak_memory_mb": round(peak_memory_mb(), 1),
            },
        }
        alpha = self.recipe.alpha * outcome.scale
        path, sha256 = artefact.write(
            Path(spec.out), spec.run, base, adapter, alpha, spec.merged, manifest, self._control.check
        )
        self._emit(Artifact(path=str(path), manifest_sha256=sha256))

    def _checkpoint(self, optimizer: torch.optim.Optimizer) -> None:
        training = self.training
        assert training is not None
        state = {"training": dataclasses.asdict(training.state), "sampler": training.sampler.state()}
        folder = Path(self.spec.work) / "checkpoints"
        step = training.state.step
        path = checkpoint.save(folder, step, training.tensors(), optimizer.state_dict(), state)
        self._emit(Checkpoint(step=step, path=str(path)))

    def _kind(self, *kinds: str) -> list[Row]:
        return [row for row in self.rows if row.kind in kinds]

    def _fact_rows(self) -> list[Row]:
        # An anchor with a completion is said like a fact; no probe asks for it.
        return self._kind("fact") + [row for row in self._kind("anchor") if row.completion]

    def _held_rows(self) -> list[Row]:
        return [row for row in self._kind(*HELD) if row.kind != "anchor" or not row.completion]

    def _copies(self, row: Row) -> int:
        return max(1, round(row.weight)) if self.recipe.loss == "whole" else 1


def _check_engine(spec: Spec) -> None:
    if spec.engine != "peft":
        raise TrainerError("env", f"the engine {spec.engine} is not in this build", "Choose the engine peft.")


def _optimizer(name: str, network: Network, recipe: Recipe) -> torch.optim.Optimizer:
    if name == "adamw_8bit":
        import bitsandbytes

        return bitsandbytes.optim.AdamW8bit(  # type: ignore[no-any-return]
            network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay
        )
    return torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.weight_decay)
