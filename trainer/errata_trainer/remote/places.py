"""Which other machines can train, by the name that a spec gives them."""

from __future__ import annotations

from typing import Any

from errata_trainer.errors import TrainerError
from errata_trainer.remote.driver import Transport


def transport_of(remote: dict[str, Any]) -> Transport:
    """The way to the machines that a spec names. Raises TrainerError (data, env)."""
    known = {"kind", "address", "gpus", "cpus", "models", "sweep"}
    unknown = sorted(set(remote) - known)
    if unknown:
        raise TrainerError("data", f"remote has unknown keys: {', '.join(unknown)}", "Correct the spec of the run.")
    if remote.get("kind") == "ray":
        from errata_trainer.remote.ray_jobs import RayJobs

        return RayJobs(str(remote.get("address") or ""), float(remote.get("gpus") or 0), float(remote.get("cpus") or 0))
    raise TrainerError("data", f"no other machine is called {remote.get('kind')!r}", "Choose ray, or train here.")
