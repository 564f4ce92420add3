"""`python -m bench --base GGUF [--rows FILE] [--json FILE|-]`: runs the arms one after the other and compares them."""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import report as reports
from bench import rows as given
from bench.job import SIDES, Job, Result, read_result, write
from errata_trainer.errors import TrainerError
from errata_trainer.recipe import Recipe
from errata_trainer.spec import load_rows

PASSES = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Parses the command line; returns the exit code: 0 measured, 1 failed or the curves part, 2 usage."""
    parser = argparse.ArgumentParser(prog="bench", description="Measures the trainer beside plain Trainer and peft.")
    parser.add_argument("--base", type=Path, required=True, help="the GGUF to train on")
    parser.add_argument("--rows", type=Path, help="rows as the trainer takes them (default: invented ones)")
    parser.add_argument("--steps", type=int, default=9, help="steps an arm; the first is a warm-up (default 9)")
    parser.add_argument("--batch", type=int, default=16, help="rows of a step on the same work (default 16)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=0, help="0: one for each physical core")
    parser.add_argument("--minutes", type=float, default=10, help="time for all arms; a slow one does fewer steps")
    parser.add_argument(
        "--dtype", action="append", choices=list(reports.TOLERANCE), help="precisions (default: those fast here)"
    )
    parser.add_argument("--json", help="a file for the figures; - is stdout, and the table goes to stderr")
    options = parser.parse_args(arguments)
    if options.steps < 2 or options.batch < 1:
        parser.error("--steps must be at least 2 and --batch at least 1")
    try:
        with tempfile.TemporaryDirectory(prefix="errata-bench-") as folder:
            report = measure(options, Path(folder))
    except TrainerError as error:
        print(f"bench: {error.message}. {error.hint}", file=sys.stderr)
        return 1
    print(reports.table(report), file=sys.stderr if options.json == "-" else sys.stdout)
    text = json.dumps(report, indent=1) + "\n"
    if options.json == "-":
        sys.stdout.write(text)
    elif options.json:
        Path(options.json).write_text(text, encoding="utf-8")
    found = reports.problems(report)
    for problem in found:
        print(f"bench: NOT THE SAME WORK: {problem}", file=sys.stderr)
    return 1 if found else 0


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Prepares, runs every arm in a process of its own, and compares. Raises TrainerError."""
    begun = time.monotonic()
    prepared = _prepare(options, folder)
    machine = prepared["machine"]
    # Where the processor has no unit for bfloat16, one step in it outlasts everything else.
    dtypes = options.dtype or sorted({"float32", machine["dtype"]}, reverse=True)
    own = machine["dtype"] if machine["dtype"] in dtypes else dtypes[0]
    arms = [("same", side, dtype) for dtype in dtypes for side in SIDES]
    arms += [("default", "errata", own), *(("default", "plain", dtype) for dtype in dtypes)]
    results: list[Result] = []
    for done, (work, side, dtype) in enumerate(arms):
        share = (begun + options.minutes * 60 - time.monotonic()) / (len(arms) - done)
        results.append(
            _arm(
                Job(
                    side=side,
                    work=work,
                    dtype=dtype,
                    base=str(options.base),
                    base_sha256=prepared["base_sha256"],
                    folder=str(folder),
                    rows=str(folder / f"{work}.jsonl"),
                    start=str(folder / f"start-{dtype}.safetensors"),
                    steps=options.steps,
                    batch_rows=options.batch,
                    threads=machine["threads"],
                    seed=options.seed,
                    max_seconds=share,
                )
            )
        )
    return {
        "model": options.base.name,
        "model_digest": prepared["base_sha256"],
        "machine": machine,
        "rows": {**prepared["rows"], "source": options.rows.name if options.rows else "invented"},
        "steps": options.steps,
        "batch_rows": options.batch,
        "seed": options.seed,
        "seconds": time.monotonic() - begun,
        **reports.compare(results, own),
    }


def _prepare(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    if not options.base.is_file():
        raise TrainerError("data", f"There is no file {options.base}", "Name a GGUF with --base.")
    # A row comes back in a later step, as in a real run, where it does so 5 to 14 times.
    batches = max(2, math.ceil(options.steps / PASSES))
    recipe = Recipe()
    facts = max(1, round(batches * options.batch * recipe.fact_rows / recipe.batch_rows))
    held = batches * options.batch - facts
    if options.rows:
        rows = given.chosen(load_rows(options.rows), facts, held, options.seed)
    else:
        rows = given.invented(facts, held, options.seed)
    given.save(folder / "drawn.jsonl", rows)
    asked = {
        "rows": str(folder / "drawn.jsonl"),
        "folder": str(folder),
        "base": str(options.base),
        "threads": options.threads,
        "seed": options.seed,
    }
    (folder / "prepare.json").write_text(json.dumps(asked), encoding="utf-8")
    _process("preparing", folder, ["prepare", str(folder / "prepare.json"), str(folder / "prepared.json")])
    prepared: dict[str, Any] = json.loads((folder / "prepared.json").read_text(encoding="utf-8"))
    if sum(prepared["rows"].values()) < options.batch:
        raise TrainerError("data", f"The rows do not fill one step of {options.batch}", "Lower --batch.")
    return prepared


def _arm(job: Job) -> Result:
    folder = Path(job.folder)
    asked, out = folder / f"{job.name}.json", folder / f"{job.name}.result.json"
    write(asked, job)
    _process(job.name, folder, ["run", str(asked), str(out)])
    return read_result(out)


def _process(what: str, folder: Path, arguments: list[str]) -> None:
    begun = time.monotonic()
    print(f"bench: {what} ...", file=sys.stderr, flush=True)
    log = folder / f"{what}.log"
    # As the trainer's command runs: threads that wait sleep. For both sides, or the busier one would steal time.
    environment = {"OMP_WAIT_POLICY": "PASSIVE", "HF_HUB_OFFLINE": "1", **os.environ}
    with log.open("wb") as lines:
        code = subprocess.run(
            [sys.executable, "-m", "bench.arm", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
            env=environment,
            cwd=Path(__file__).parent.parent,
        ).returncode
    if code != 0:
        end = log.read_text(encoding="utf-8", errors="replace").strip()[-2000:]
        hint = "Close other programs: it was killed, as happens when memory runs out." if code < 0 else "See above."
        print(end, file=sys.stderr)
        raise TrainerError("crashed", f"{what} ended with code {code}", hint)
    print(f"bench: {what}: done in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
