"""One process of the benchmark: `python -m bench.arm prepare ASKED OUT` or `python -m bench.arm run JOB OUT`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench import job as jobs


def main(arguments: list[str]) -> None:
    """Does what the parent asks; prints nothing."""
    verb, asked, out = arguments[0], Path(arguments[1]), Path(arguments[2])
    if verb == "prepare":
        out.write_text(json.dumps(_prepare(json.loads(asked.read_text(encoding="utf-8")))), encoding="utf-8")
    else:
        jobs.write(out, measured(jobs.read_job(asked)))


def measured(job: jobs.Job) -> jobs.Result:
    """Runs an arm in this process, whose peak memory it reports."""
    begun = time.monotonic()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    # One side's libraries must not weigh on the other's memory.
    if job.side == "errata":
        from bench.ours import measure
    else:
        from bench.plain import measure
    result = measure(job, begun)
    from errata_trainer.machine import peak_memory_mb

    result.peak_memory_mb = peak_memory_mb()
    result.load_average = load
    return result


def _prepare(asked: dict[str, Any]) -> dict[str, Any]:
    from bench.prepare import answered, machine
    from bench.rows import as_same_work, save
    from errata_trainer.spec import load_rows

    folder = Path(asked["folder"])
    seen = machine(asked["threads"])
    rows = load_rows(Path(asked["rows"]))
    sha256, rows = answered(rows, Path(asked["base"]), folder, seen["threads"], asked["seed"])
    save(folder / "default.jsonl", rows)
    save(folder / "same.jsonl", as_same_work(rows))
    held = sum(row.kind != "fact" for row in rows)
    return {"base_sha256": sha256, "machine": seen, "rows": {"fact": len(rows) - held, "held": held}}


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # Taking torch down costs seconds, after everything is written.
    os._exit(0)
