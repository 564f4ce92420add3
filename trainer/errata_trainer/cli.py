"""The thin command: run, node, merge, probe."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

from errata_trainer import __version__
from errata_trainer.control import Control
from errata_trainer.errors import classify
from errata_trainer.events import Bye, Emitter, Failure, Hello

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
    node = verbs.add_parser("node", help="train what another machine sent; its folders come back on stdout")
    node.add_argument("--spec", type=Path, required=True)
    node.add_argument("--models", default="", help="a folder that holds bases")
    node.add_argument("--send-every", type=float, default=300.0, help="seconds between two checkpoints that are sent")
    node.add_argument("--finish", action="store_true", help="end with what the checkpoint has learned")
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
    if options.verb == "node":
        return _node(options.spec, options.models, options.send_every, options.finish, write)
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


class _Work(Protocol):
    def execute(self) -> None: ...

    def bye(self, ok: bool) -> Bye: ...


def _run(spec: Path, stdin: int | None, write: Callable[[str], object]) -> int:
    emit = Emitter(write)
    control = Control(emit)
    emit(Hello(pid=os.getpid(), run=_run_name(spec), trainer_version=__version__))
    control.start(stdin)

    def make() -> _Work:
        # Heavy imports only now: the parent sees `hello` at once.
        remote = _remote_of(spec)
        if not remote:
            from errata_trainer.run import Run

            return Run(spec, emit, control)
        from errata_trainer.remote.driver import RemoteRun
        from errata_trainer.remote.places import transport_of

        return RemoteRun(spec, emit, control, transport_of(remote))

    return _finish(make, emit, control)


def _node(sent: Path, models: str, every: float, finish: bool, write: Callable[[str], object]) -> int:
    from errata_trainer.remote.node import STOP_SECONDS, Sender, spec_here

    control: Control
    emit = Sender(write, lambda: control.stopping, every)
    control = Control(emit)
    emit(Hello(pid=os.getpid(), run=_run_name(sent), trainer_version=__version__))
    control.start(None, STOP_SECONDS)
    if finish:
        control.handle('{"cmd":"finish"}')
    with ExitStack() as stack:

        def make() -> _Work:
            from errata_trainer.run import Run

            return Run(stack.enter_context(spec_here(sent, models)), emit, control)

        return _finish(make, emit, control)


def _finish(make: Callable[[], _Work], emit: Emitter, control: Control) -> int:
    """Makes the run and brings it to its end; whatever that is, the parent hears it."""
    work: _Work | None = None
    try:
        work = make()
        work.execute()
    except BaseException as error:
        failure = classify(error)
        if failure.error_class == "crashed":
            log.exception("the run failed")
        emit(Failure(error_class=failure.error_class, message=failure.message, hint=failure.hint))
        emit(work.bye(False) if work else Bye(False, row_passes=0, train_seconds=0.0, steps=0, peak_memory_mb=0.0))
        return EXIT_STOPPED if failure.error_class == "cancelled" else EXIT_FAILED
    finally:
        control.finish()
    emit(work.bye(True))
    return EXIT_OK


def _run_name(spec: Path) -> str:
    return str(_peek(spec).get("run", ""))


def _remote_of(spec: Path) -> dict[str, Any]:
    found = _peek(spec).get("remote")
    return found if isinstance(found, dict) else {}


def _peek(spec: Path) -> dict[str, Any]:
    try:
        data = json.loads(spec.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _merge(base: Path, adapter: Path, target: Path) -> None:
    from errata_trainer import artefact
    from errata_trainer.base import Base

    artefact.merge(Base(base), adapter, target)


def _claim_stdout() -> Callable[[str], object]:
    # Libraries print; so descriptor 1 becomes stderr for everyone, and the protocol keeps the only way to stdout.
    sys.stdout.flush()
    protocol = os.dup(1)
    os.dup2(2, 1)

    def write(line: str) -> None:
        # In one piece: where the log of a job is both its outputs, nothing may come between.
        left = memoryview(line.encode("utf-8", "replace"))
        while left:
            left = left[os.write(protocol, left) :]

    return write
