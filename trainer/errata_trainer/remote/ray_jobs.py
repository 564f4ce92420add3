"""Jobs on a Ray cluster, by its Jobs API: https://docs.ray.io/en/latest/cluster/running-applications/job-submission/."""

from __future__ import annotations

import asyncio
import logging
import queue
import shlex
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from errata_trainer.errors import TrainerError
from errata_trainer.remote.driver import State
from errata_trainer.remote.node import STOP_SECONDS

log = logging.getLogger("errata_trainer")

# A cluster that cannot be reached is asked again for so long.
_PATIENCE_SECONDS = 300.0
_STATES: dict[str, State] = {
    "PENDING": "waiting",
    "RUNNING": "running",
    "SUCCEEDED": "done",
    "FAILED": "failed",
    "STOPPED": "stopped",
}
Answer = TypeVar("Answer")


class RayJobs:
    """A Transport. Each job asks for `gpus`, and for `cpus` where that is not 0, and runs on any node that has them."""

    def __init__(self, address: str, gpus: float, cpus: float) -> None:
        """`address` is that of the dashboard, as http://HEAD:8265. Raises TrainerError (env)."""
        try:
            from ray.job_submission import JobSubmissionClient
        except ImportError as error:
            raise TrainerError(
                "env", "the trainer's environment has no Ray", "Set it up again with Ray: errata trainer setup --ray."
            ) from error
        self._address = address
        self._gpus = gpus
        self._cpus = cpus
        try:
            self._client: Any = JobSubmissionClient(address)
        except Exception as error:
            raise _unreachable(address, error) from error

    def names(self, prefix: str) -> list[str]:
        """See Transport."""
        found = [
            job for job in self._ask(lambda: self._client.list_jobs()) if (job.submission_id or "").startswith(prefix)
        ]
        return [str(job.submission_id) for job in sorted(found, key=lambda job: job.start_time or 0)]

    def submit(self, name: str, package: Path, arguments: list[str]) -> None:
        """See Transport."""
        environment = {
            "RAY_JOB_STOP_WAIT_TIME_S": str(STOP_SECONDS),
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "PYTHONUNBUFFERED": "1",
            "PYTHONUTF8": "1",
        }
        wanted: dict[str, float] = {}
        if self._gpus:
            wanted["entrypoint_num_gpus"] = self._gpus
        if self._cpus or not self._gpus:
            # Without any wish Ray runs a job on the head node, which is often the smallest.
            wanted["entrypoint_num_cpus"] = self._cpus or 1
        self._ask(
            lambda: self._client.submit_job(
                entrypoint=shlex.join(["python", "-m", "errata_trainer", *arguments]),
                submission_id=name,
                runtime_env={"working_dir": str(package), "env_vars": environment},
                metadata={"program": "errata"},
                **wanted,
            )
        )

    def lines(self, name: str) -> Iterator[str]:
        """See Transport."""
        pieces: queue.Queue[str | None] = queue.Queue(maxsize=256)

        async def follow() -> None:
            async for piece in self._client.tail_job_logs(name):
                pieces.put(piece)

        def read() -> None:
            try:
                asyncio.run(follow())
            except Exception as error:  # the caller looks at the job's state and asks again
                log.info("the log of %s broke off: %s", name, error)
            finally:
                pieces.put(None)

        threading.Thread(target=read, daemon=True).start()
        rest = ""
        while (piece := pieces.get()) is not None:
            *whole, rest = (rest + piece).split("\n")
            yield from whole
        if rest:
            yield rest

    def state(self, name: str) -> tuple[State, str]:
        """See Transport."""
        job = self._ask(lambda: self._client.get_job_info(name))
        return _STATES[str(job.status)], str(job.message or "")

    def stop(self, name: str) -> None:
        """See Transport."""
        self._ask(lambda: self._client.stop_job(name))

    def _ask(self, call: Callable[[], Answer]) -> Answer:
        until = time.monotonic() + _PATIENCE_SECONDS
        pause = 1.0
        while True:
            try:
                return call()
            except Exception as error:
                # What the cluster refuses it refuses again; only a lost connection may come back.
                if not isinstance(error, ConnectionError | OSError) or time.monotonic() > until:
                    raise _unreachable(self._address, error) from error
                log.warning("%s does not answer: %s", self._address, error)
            time.sleep(pause)
            pause = min(2 * pause, 30.0)


def _unreachable(address: str, error: Exception) -> TrainerError:
    return TrainerError(
        "env",
        f"the Ray cluster at {address} did not do what was asked: {error}",
        "Look whether its dashboard opens under this address; the training can be resumed.",
    )
