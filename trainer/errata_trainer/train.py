"""The training loop: steps, probes, the decision to stop, and the scale at which the result leaves."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch

from errata_trainer.errors import Cancelled, TrainerError
from errata_trainer.events import Emitter, Leak, Probe, Progress
from errata_trainer.forward import Forward
from errata_trainer.losses import Target, cross_entropy, focused, kl
from errata_trainer.machine import peak_memory_mb
from errata_trainer.probes import Prober, mean_kl
from errata_trainer.recipe import Recipe
from errata_trainer.sampler import CopySampler, Sampler, goes_on_from
from errata_trainer.schedule import falling, looks, rate_at
from errata_trainer.spec import Row
from errata_trainer.state import Outcome, State
from errata_trainer.tokens import Sequence as TokenRow

Held = Sequence[tuple[TokenRow, Target]]


class Training:
    """One run over given rows. `facts` are trained to be said, `held` to stay as they are, `guards` only watched.

    `base_answers` gives what the base says to rows without a completion.
    """

    def __init__(
        self, recipe: Recipe, forward: Forward, prober: Prober, facts: Sequence[TokenRow], held: Held, guards: Held,
        base_answers: Callable[[list[Row]], Held], optimizer: torch.optim.Optimizer, end: int, seed: int,
    ) -> None:  # fmt: skip
        self._recipe = recipe
        self._forward = forward
        self._network = forward.network
        self._prober = prober
        self._facts = list(facts)
        self._held = list(held)
        self._guards = guards
        self._base_answers = base_answers
        self._optimizer = optimizer
        self._scaler = torch.amp.GradScaler(self._network.device.type, enabled=self._network.dtype == torch.float16)
        kind = CopySampler if recipe.loss == "whole" else Sampler
        kin = goes_on_from([row.row.prompt for row, _ in held])
        self.sampler = kind([row.row.fact for row in self._facts], len(held), seed, recipe.drift_share, kin)
        self._planned = end
        self.state = State(end=end)
        self._give_up_above = self._looks()
        self._best: list[torch.Tensor] = []

    def run(self, emit: Emitter, ended_by: Callable[[], str], deadline: float, checkpoint: Callable[[], None]) -> str:
        """Trains until learned, capped, out of time (monotonic `deadline`, 0: none) or `ended_by`; says which.

        Raises TrainerError: nan_loss on a loss or gradient that is not finite, cancelled when no time was left for a
        step. `checkpoint` is called now and then.
        """
        state, recipe = self.state, self._recipe
        saved_at = time.monotonic()
        session_passes, session_tokens, session_seconds = 0, 0, 0.0

        def check() -> None:
            if ended_by() == "stopped":
                raise Cancelled

        if not self._look(emit, check):
            return "stopped"
        while state.step < state.end:
            begun = time.monotonic()
            ended = ended_by()
            # Without a step there is nothing to finish.
            if ended == "stopped" or (ended and state.step):
                return ended
            if deadline and begun >= deadline:
                if not state.step:
                    raise _no_time()
                return "max_minutes"
            before, tokens = state.row_passes, state.token_passes
            rate = self._step()
            looked = self._look(emit, check)
            took = time.monotonic() - begun
            state.seconds += took
            session_seconds += took
            session_passes += state.row_passes - before
            session_tokens += state.token_passes - tokens
            emit(
                Progress(
                    step=state.step,
                    total=state.end,
                    loss=state.last_loss,
                    kl=state.last_kl,
                    rate=rate,
                    learned=len(state.learned),
                    facts=len(self._taught()),
                    given_up=len(state.given_up),
                    row_passes=state.row_passes,
                    rows_per_second=session_passes / max(session_seconds, 1e-9),
                    tokens_per_second=session_tokens / max(session_seconds, 1e-9),
                    elapsed_seconds=state.seconds,
                    eta_seconds=(state.end - state.step) * state.seconds / state.step,
                    peak_memory_mb=peak_memory_mb(),
                )
            )
            if not looked:
                return "stopped"
            if time.monotonic() - saved_at >= recipe.checkpoint_seconds:
                checkpoint()
                saved_at = time.monotonic()
        return "learned" if state.polish_from or state.early_from else "max_steps"

    def finish(self, emit: Emitter, stopped_by: str) -> Outcome:
        """Takes the best adapter and the largest scale that keeps the guards, and leaves the network so."""
        state, recipe = self.state, self._recipe
        facts = self._taught()
        learned = self._prober.learned(facts)
        if len(learned) < state.best_learned:
            self._network.restore(self._best)
            learned = self._prober.learned(facts)
        scale, guard = 1.0, mean_kl(self._forward, self._guards)
        if guard is not None and guard > recipe.guard_kl and learned:
            for smaller in sorted((value for value in recipe.scales if value < 1), reverse=True):
                self._network.set_strength(smaller)
                if not learned <= self._prober.learned(learned):
                    break
                scale, guard = smaller, mean_kl(self._forward, self._guards)
                if guard is None or guard <= recipe.guard_kl:
                    break
            self._network.set_strength(scale)
        emit(
            Probe(
                step=state.step,
                learned=sorted(learned),
                lost=sorted(set(state.learned) - learned),
                guard_kl=guard,
            )
        )
        return Outcome(scale, sorted(learned), sorted(set(facts) - learned), state.given_up, guard, stopped_by)

    def tensors(self) -> dict[str, list[torch.Tensor]]:
        """The adapter and its best state so far, for a checkpoint."""
        return {"adapter": self._network.snapshot(), **({"best": self._best} if self._best else {})}

    def resume(self, tensors: dict[str, list[torch.Tensor]], optimizer: dict[str, Any], state: dict[str, Any]) -> None:
        """Goes on from a checkpoint's parts."""
        self._network.restore(tensors["adapter"])
        self._best = tensors.get("best", [])
        self._optimizer.load_state_dict(optimizer)
        self.state = State(**state["training"])
        self._give_up_above = self._looks()
        self._hold(self._taken_back(self.state.given_up))
        self.sampler.restore(state["sampler"])

    def _step(self) -> float:
        state, recipe = self.state, self._recipe
        state.step += 1
        learned = set(state.learned) if recipe.stop_when_learned else set()
        # With held rows alone, two of four learned facts were lost again within five steps.
        fact_rows = self.sampler.rehearsal(recipe.rehearsal_rows, learned)
        if not state.polish_from:
            fact_rows += self.sampler.fact_rows(recipe.fact_rows - len(fact_rows), learned | set(state.given_up))
        held = self.sampler.held_rows(recipe.batch_rows - recipe.fact_rows)
        rate = self._rate()
        if not fact_rows and not held:
            return rate
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad(set_to_none=True)
        loss, divergence = self._backward([self._facts[index] for index in fact_rows], held)
        if not all(math.isfinite(value) for value in (loss, divergence) if value is not None):
            raise _not_finite(f"the loss of step {state.step} is not finite")
        self._scaler.unscale_(self._optimizer)
        norm = torch.nn.utils.clip_grad_norm_(self._network.parameters(), recipe.clip)
        # With a scaler, an overflow is expected now and then and skips the step by itself.
        if not self._scaler.is_enabled() and not torch.isfinite(norm):
            raise _not_finite(f"the gradient of step {state.step} is not finite")
        self._scaler.step(self._optimizer)
        self._scaler.update()
        state.row_passes += len(fact_rows) + len(held)
        state.token_passes += sum(len(self._facts[index].ids) for index in fact_rows)
        state.token_passes += sum(len(self._held[index][0].ids) for index in held)
        state.last_loss = state.last_loss if loss is None else loss
        state.last_kl = state.last_kl if divergence is None else divergence
        return rate

    def _rate(self) -> float:
        state = self.state
        if state.early_from:
            return falling(state.early_rate, state.early_from, state.step, state.end)
        return rate_at(self._recipe, state.step, state.end, state.polish_from)

    def _looks(self) -> dict[int, float]:
        state = self.state
        return looks(self._recipe, self._planned, state.end, state.early_from) if self._held else {}

    def _backward(self, facts: list[TokenRow], held: list[int]) -> tuple[float | None, float | None]:
        whole = self._recipe.loss == "whole"
        # The original averages over the tokens of a batch, ours over its rows.
        weights = {id(row): len(row.targets(True)) if whole else row.row.weight for row in facts}
        weight_sum = sum(weights[id(row)] for row in facts)
        places = {self._held[index][0].row.id: index for index in held}
        said, divergence = 0.0, 0.0
        for part in self._forward.parts([*facts, *(self._held[index][0] for index in held)]):
            loss = torch.zeros((), device=self._network.device)
            for row, logits in zip(part, self._forward.logits(part), strict=True):
                place = places.get(row.row.id)
                if place is None:
                    wanted = torch.tensor([row.ids[token] for token in row.targets(whole)], device=logits.device)
                    values = cross_entropy(logits, wanted)
                    value = values.mean() if whole else focused(values)
                    share = value * (weights[id(row)] / weight_sum)
                    loss = loss + share
                    said += float(share.detach())
                    self._note(row.row.fact, float(values.detach().mean()))
                else:
                    target = self._held[place][1]
                    ids, top, tail = (part.to(logits.device) for part in (target.top_ids, target.top, target.tail))
                    values = kl(logits, ids, top, tail)
                    lost = focused(values)
                    loss = loss + self._recipe.kl_weight * lost / len(held)
                    self.sampler.drifted(place, float(lost.detach()))
                    divergence += float(values.detach().mean()) / len(held)
            torch.autograd.backward(self._scaler.scale(loss))
        return said if facts else None, divergence if held else None

    def _note(self, fact: str, loss: float) -> None:
        old = self.state.losses.get(fact, loss)
        self.state.losses[fact] = 0.5 * old + 0.5 * loss

    def _taught(self) -> list[str]:
        return [fact for fact in self._prober.facts if fact not in self.state.given_up]

    def _look(self, emit: Emitter, check: Callable[[], None]) -> bool:
        """Asks what is to be asked behind this step; false when `check` raised, and all of it is to be asked again."""
        state = self.state
        if state.looked == state.step:
            return True
        try:
            if state.step in self._give_up_above:
                self._give_up(emit, self._give_up_above[state.step], check)
            if self._probe_due():
                self._probe(emit, check)
        except Cancelled:
            return False
        state.looked = state.step
        return True

    def _give_up(self, emit: Emitter, above: float, check: Callable[[], None]) -> None:
        """Lets go of the facts that more than the share `above` of their neighbours say, while there is time to.

        Raises TrainerError when none is left.
        """
        state = self.state
        let_go: list[str] = []
        for fact in self._taught():
            check()
            own = [pair for pair in self._held if pair[0].row.kind == "neighbour" and pair[0].row.fact == fact]
            said, asked = self._prober.leaks(fact, own, above)
            given_up = said > above * asked
            emit(Leak(step=state.step, fact=fact, said=said, asked=asked, given_up=given_up))
            if given_up:
                let_go.append(fact)
        if len(let_go) == len(self._taught()):
            raise TrainerError(
                "apart",
                "No fact could be held apart from the questions beside it, so nothing was taught",
                "Memory goes on answering them; other facts can be taught.",
            )
        # Answered before anything changes: this too can be broken off.
        held = self._taken_back(let_go)
        state.given_up += let_go
        self._hold(held)
        if let_go:
            state.learned = [fact for fact in state.learned if fact not in state.given_up]
            state.best_learned, self._best = -1, []

    def _taken_back(self, facts: Sequence[str]) -> Held:
        # What was taught so far is taken back the same way that neighbours are held.
        rows = [
            dataclasses.replace(row.row, id=f"{row.row.id}-held", kind="neighbour", completion="")
            for fact in facts
            for row in self._facts
            if row.row.fact == fact
        ]
        return self._base_answers(rows) if rows else []

    def _hold(self, held: Held) -> None:
        self._held.extend(held)
        self.sampler.hold(len(held))

    def _probe_due(self) -> bool:
        state, recipe = self.state, self._recipe
        if recipe.loss == "whole" or state.polish_from:
            return False
        if state.early_from or not (recipe.stop_when_learned or recipe.early_end):
            # Nothing hangs on it but which state is kept as the best, and a look that lets go forgets those before.
            return state.step in self._give_up_above and bool(self._candidates())
        if state.streak:
            return state.step - state.probed_at >= max(1, recipe.probe_every // 2)
        return state.step % recipe.probe_every == 0 and bool(self._candidates())

    def _candidates(self) -> list[str]:
        # A fact whose training rows are still unlikely is not answered either: asking would only cost time.
        known = set(self.state.learned)
        return [
            fact
            for fact in self._taught()
            if fact in known or self.state.losses.get(fact, math.inf) < self._recipe.probe_below
        ]

    def _probe(self, emit: Emitter, check: Callable[[], None]) -> None:
        state, recipe = self.state, self._recipe
        before = set(state.learned)
        right = self._prober.learned(self._candidates(), check)
        # Right is not enough: a fact that leaves while its rows are still unsure is pulled back by the held rows.
        sure = {fact for fact in right if fact in before or state.losses[fact] < recipe.leave_below}
        learned = sure if recipe.stop_when_learned else right
        guard = mean_kl(self._forward, self._guards)
        state.learned, state.probed_at = sorted(learned), state.step
        emit(Probe(step=state.step, learned=state.learned, lost=sorted(before - learned), guard_kl=guard))
        if (len(right), -(guard or 0.0)) > (state.best_learned, -state.best_guard):
            state.best_learned, state.best_guard = len(right), guard or 0.0
            self._best = self._network.snapshot()
        if recipe.early_end:
            learned = {fact for fact in right if state.losses.get(fact, math.inf) < recipe.leave_below}
        all_learned = (recipe.stop_when_learned or recipe.early_end > 0) and len(learned) == len(self._taught())
        state.streak = state.streak + 1 if all_learned else 0
        if state.streak >= 2 and recipe.early_end:
            self._end_early()
        elif state.streak >= 2:
            share = recipe.polish_share
            extra = math.ceil(state.step * share / (1 - share)) if self._held and share < 1 else 0
            state.end = min(state.end, state.step + extra)
            state.polish_from = state.step + 1

    def _end_early(self) -> None:
        state = self.state
        if state.early_from:
            return
        state.early_rate = self._rate()
        state.early_from = state.step
        state.end = min(state.end, math.ceil(state.step * (1 + self._recipe.early_end)))
        # What leaks is looked at in a shorter run too.
        self._give_up_above = self._looks()


def _no_time() -> TrainerError:
    return TrainerError(
        "cancelled",
        "max_minutes were over before the first step, so nothing was learned",
        "Allow more minutes and start the run again: what the base answers is kept.",
    )


def _not_finite(message: str) -> TrainerError:
    return TrainerError("nan_loss", message, "Lower the rate, or train in float32.")
