"""One error type, with the classes of the protocol and a hint that names the next step."""

from __future__ import annotations

import errno
from typing import Literal

ErrorClass = Literal["oom_gpu", "oom_host", "disk", "nan_loss", "data", "apart", "env", "cancelled", "crashed"]


class TrainerError(Exception):
    """An error the application can act on. `hint` is one sentence a user can follow."""

    def __init__(self, error_class: ErrorClass, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.error_class: ErrorClass = error_class
        self.message = message
        self.hint = hint


class Cancelled(TrainerError):  # noqa: N818  a stop is not an error of anyone's
    """The run was asked to stop before it finished."""

    def __init__(self, message: str = "stopped on request") -> None:
        super().__init__("cancelled", message, "Start the run again with resume to go on from the last checkpoint.")


def classify(error: BaseException) -> TrainerError:
    """The protocol's error for any exception; a TrainerError is returned as it is."""
    if isinstance(error, TrainerError):
        return error
    text = f"{type(error).__name__}: {error}"
    low = text.lower()
    if "outofmemory" in low and ("cuda" in low or "hip" in low or "mps" in low):
        return TrainerError("oom_gpu", text, "Unload the chat model, lower batch_rows or train on the CPU.")
    if isinstance(error, MemoryError) or "defaultcpuallocator" in low or "not enough memory" in low:
        return TrainerError("oom_host", text, "Close other programs, lower batch_rows or use a smaller model.")
    # safetensors writes in Rust and reports a full disk only in its message.
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or "no space left" in low or "os error 28" in low:
        return TrainerError("disk", text, "Free some disk space and start the run again.")
    if isinstance(error, ImportError):
        return TrainerError("env", text, "Install the trainer's environment again.")
    if isinstance(error, KeyboardInterrupt):
        return Cancelled()
    return TrainerError("crashed", text, "See the run's log.")
