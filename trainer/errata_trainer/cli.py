"""The thin command: run, merge, probe."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from errata_trainer import __version__
from errata_trainer.errors import classify
from errata_trainer.events import Emitter, Failure, Hello

log = logging.getLogger("errata_trainer")

EXIT_OK, EXIT_FAILED, EXIT_STOPPED = 0, 1, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Parses the command line; returns the exit code: 0 finished, 1 failed, 2 usage, 3 stopped."""
    parser = argparse.ArgumentParser(prog="errata_trainer", description="Teaches facts to a local model with LoRA.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="train as a spec file says; JSON lines on stdout")
    run.add_argument("--spec", type=Path, required=True)
    run.add_argument(
        "--no-stdin", action="store_true", help="do not read commands, and do not stop at the end of stdin"
    )
    merge = verbs.add_parser("merge", help="write the merged GGUF of an adapter folder")
    merge.add_argument("--base", type=Path, required=True)
    merge.add_argument("--adapter", type=Path, required=True)
    merge.add_argument("--out", type=Path, required=True)
    verbs.add_parser("probe", help="print versions, devices and derived settings as one JSON line")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    write = _claim_stdout()
    # Waiting threads sleep instead of spinning: the chat's engine runs on the same cores. Read once, when torch loads.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if options.verb == "run":
        return _run(options.spec, None if options.no_stdin else 0, write)
    try:
        if options.verb == "merge":
            _merge(options.base, options.adapter, options.out)
        else:
            from errata_trainer.machine import report

            write(json.dumps(report()) + "\n")
    except Exception as error:
        failure = classify(error)
        log.error("%s: %s %s", failure.error_class, failure.message, failure.hint)
        return EXIT_FAILED
    return EXIT_OK


def _run(spec: Path, stdin: int | None, write: Callable[[str], object]) -> int:
    from errata_trainer.control import Control

    emit = Emitter(write)
    control = Control(emit)
    emit(Hello(pid=os.getpid(), run=_run_name(spec), trainer_version=__version__))
    control.start(stdin)
    # Heavy imports only now: the parent sees `hello` at once.
    from errata_trainer.run import Run, farewell

    training = None
    try:
        run = Run(spec, emit, control)
        try:
            run.execute()
        finally:
            training = run.training
    except BaseException as error:
        failure = classify(error)
        if failure.error_class == "crashed":
            log.exception("the run failed")
        emit(Failure(error_class=failure.error_class, message=failure.message, hint=failure.hint))
        emit(farewell(False, training))
        return EXIT_STOPPED if failure.error_class == "cancelled" else EXIT_FAILED
    finally:
        control.finish()
    emit(farewell(True, training))
    return EXIT_OK


def _run_name(spec: Path) -> str:
    try:
        return str(json.loads(spec.read_text(encoding="utf-8"))["run"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _merge(base: Path, adapter: Path, target: Path) -> None:
    from errata_trainer import artefact
    from errata_trainer.base import Base

    artefact.merge(Base(base), adapter, target)


def _claim_stdout() -> Callable[[str], object]:
    # Libraries print; so descriptor 1 becomes stderr for everyone, and the protocol keeps the only way to stdout.
    sys.stdout.flush()
    protocol = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)

    def write(line: str) -> None:
        protocol.write(line)
        protocol.flush()

    return write
