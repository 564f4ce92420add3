"""From results to the comparison, its table and its errors. Imports no torch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

from bench.job import Result

# The largest distance between the two curves at any step, as a share of the loss before the first update.
TOLERANCE = {"float32": 0.01, "bfloat16": 0.05}
# The first loss is a forward pass of the base alone, with nothing trained yet.
FIRST_TOLERANCE = {"float32": 0.001, "bfloat16": 0.02}
AIMS = {"same": 1.8, "default": 2.5}


def compare(results: Sequence[Result], own_dtype: str) -> dict[str, Any]:
    """Each work's ratio of our own precision to the plain side's faster one, and whether the same work was the same."""
    return {
        "arms": {result.name: _arm(result) for result in results},
        "works": {work: _ratio([result for result in results if result.work == work], own_dtype) for work in AIMS},
        "curves": _curves(results),
    }


def problems(report: dict[str, Any]) -> list[str]:
    """What makes the same work not the same, a sentence each; empty when all agrees."""
    found = []
    for dtype, curve in report["curves"].items():
        if not curve["same_tokens"]:
            found.append(f"{dtype}: the two sides did not train on the same tokens")
        elif not curve["agrees"]:
            found.append(
                f"{dtype}: the losses part at step {curve['worst_step']}, by {curve['worst']:.2%} of the first loss "
                f"({curve['first']:.3%} at step 1); at most {curve['tolerance']:.0%} "
                f"({curve['first_tolerance']:.1%} at step 1) is rounding"
            )
    return found


def table(report: dict[str, Any]) -> str:
    """The report for a terminal."""
    machine, rows = report["machine"], report["rows"]
    features = ", ".join(machine["features"]) or "no matrix instructions"
    lines = [
        f"{report['model']}: {rows['fact']} fact rows and {rows['held']} held rows ({rows['source']}), "
        f"{report['steps']} steps of {report['batch_rows']} rows, seed {report['seed']}",
        f"{machine['device_name']} ({features}), {machine['threads']} threads; "
        + ", ".join(f"{name} {version}" for name, version in machine["versions"].items()),
    ]
    for work, ratio in report["works"].items():
        arms = [arm for arm in report["arms"].values() if arm["work"] == work]
        lines += ["", _title(work, arms), _HEAD]
        lines += [_line(arm, _shown(arms)) for arm in arms]
        lines.append(
            f"ratio {ratio['ratio']:.2f} in rows/s (aim {AIMS[work]}), {ratio['cpu_ratio']:.2f} in processor time, "
            f"{ratio['memory_ratio']:.2f} in peak memory: {ratio['errata']} over {ratio['plain']}"
        )
    lines.append("")
    for dtype, curve in report["curves"].items():
        verdict = "agree" if curve["agrees"] else "PART"
        lines.append(
            f"loss curves, {dtype}: {verdict} over {curve['steps']} steps, furthest apart at step "
            f"{curve['worst_step']} by {curve['worst']:.3%} of the first loss (tolerance {curve['tolerance']:.0%}); "
            f"step 1 by {curve['first']:.4%} (tolerance {curve['first_tolerance']:.1%})"
        )
    lines.append(
        "Rates leave out loading and each arm's first step. A load average above the threads means a busy machine: "
        "trust processor time more."
    )
    return "\n".join(lines)


_HEAD = (
    f"  {'arm':<26}{'steps':>6}{'rows/s':>9}{'CPU s/row':>11}{'peak MB':>9}{'load s':>8}{'first s':>9}{'load avg':>10}"
    "  loss at steps"
)


def _title(work: str, arms: list[dict[str, Any]]) -> str:
    if work == "default":
        return (
            "default against default: our recipe with its KL on held rows; peft's own modules and rank and the "
            "Trainer's own batch, loss on the whole text"
        )
    arm = arms[0]
    layers = f"layers {arm['layers'][0]} to {arm['layers'][-1]}"
    return (
        f"same work: rank {arm['rank']} on {len(arm['modules'])} modules of {layers}, cross entropy on the answers, "
        "the same batches"
    )


def _shown(arms: list[dict[str, Any]]) -> list[int]:
    common = min(len(arm["losses"]) for arm in arms)
    return sorted({1, math.ceil(common / 2), common})


def _line(arm: dict[str, Any], steps: list[int]) -> str:
    busy = "-" if arm["load_average"] is None else f"{arm['load_average']:.1f}"
    losses = "  ".join(f"{step}: {arm['losses'][step - 1]:.4f}" for step in steps)
    return (
        f"  {arm['name']:<26}{arm['steps']:>6}{arm['rows_per_second']:>9.2f}{arm['cpu_seconds_per_row']:>11.3f}"
        f"{arm['peak_memory_mb']:>9.0f}{arm['load_seconds']:>8.1f}{arm['step_seconds'][0]:>9.1f}{busy:>10}  {losses}"
    )


def _arm(result: Result) -> dict[str, Any]:
    return {
        **dataclasses.asdict(result),
        "steps": len(result.step_seconds),
        "rows_per_second": result.rows_per_second,
        "cpu_seconds_per_row": result.cpu_seconds_per_row,
    }


def _ratio(results: Sequence[Result], own_dtype: str) -> dict[str, Any]:
    own = next(result for result in results if result.side == "errata" and result.dtype == own_dtype)
    plain = max((result for result in results if result.side == "plain"), key=lambda result: result.rows_per_second)
    return {
        "errata": own.name,
        "plain": plain.name,
        "ratio": own.rows_per_second / plain.rows_per_second,
        "cpu_ratio": plain.cpu_seconds_per_row / own.cpu_seconds_per_row,
        "memory_ratio": own.peak_memory_mb / plain.peak_memory_mb,
        "aim": AIMS[own.work],
    }


def _curves(results: Sequence[Result]) -> dict[str, Any]:
    same = {(result.side, result.dtype): result for result in results if result.work == "same"}
    curves = {}
    for dtype in TOLERANCE:
        own, plain = same.get(("errata", dtype)), same.get(("plain", dtype))
        if own is None or plain is None:
            continue
        steps = min(len(own.losses), len(plain.losses))
        apart = [abs(a - b) / own.losses[0] for a, b in zip(own.losses[:steps], plain.losses[:steps], strict=True)]
        # A NaN is further than any tolerance.
        apart = [value if math.isfinite(value) else math.inf for value in apart]
        worst = max(apart)
        same_tokens = own.tokens[:steps] == plain.tokens[:steps] and len(own.tokens) >= steps
        curves[dtype] = {
            "steps": steps,
            "same_tokens": same_tokens,
            "first": apart[0],
            "first_tolerance": FIRST_TOLERANCE[dtype],
            "worst": worst,
            "worst_step": apart.index(worst) + 1,
            "tolerance": TOLERANCE[dtype],
            "agrees": same_tokens and apart[0] <= FIRST_TOLERANCE[dtype] and worst <= TOLERANCE[dtype],
        }
    return curves
