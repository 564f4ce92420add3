"""Who may stop a run: lines on stdin, the end of stdin, signals. And the threads that go with them."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

from errata_trainer.errors import Cancelled
from errata_trainer.events import Emitter, Heartbeat, Pong, Unsupported

HEARTBEAT_SECONDS = 5.0
# The parent waits ten seconds before it kills; leave it one to see the exit code.
GRACE_SECONDS = 9.0
EXIT_STOPPED = 3


class Control:
    """The one place that knows whether the run shall stop, and whether it shall save first."""

    def __init__(self, emit: Emitter, leave: Callable[[int], None] = os._exit) -> None:
        self._emit = emit
        self._leave = leave
        self._stopped = threading.Event()
        self._done = threading.Event()
        self._enough = threading.Event()
        self.save = True
        # The parent went away without a word: what trains on another machine may go on.
        self.left = False
        self._grace = GRACE_SECONDS

    def start(self, stdin: int | None, grace: float = GRACE_SECONDS) -> None:
        """Listens on file descriptor `stdin` (None: on signals only) and beats every five seconds.

        The process is ended `grace` seconds after a signal or the end of stdin, if it has not ended by then.
        """
        self._grace = grace
        threading.Thread(target=self._beat, daemon=True).start()
        if stdin is not None:
            threading.Thread(target=self._listen, args=(stdin,), daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def finish(self) -> None:
        """Nothing may end the process from now on; it ends by itself."""
        self._done.set()

    @property
    def stopping(self) -> bool:
        """True once a stop was asked for."""
        return self._stopped.is_set()

    @property
    def ended_by(self) -> str:
        """Why training shall end now: "stopped", "asked" (what is learned is saved as an artefact), or nothing."""
        if self.stopping:
            return "stopped"
        return "asked" if self._enough.is_set() else ""

    def check(self) -> None:
        """Raises Cancelled once a stop was asked for."""
        if self.stopping:
            raise Cancelled

    def handle(self, line: str) -> None:
        """One line of the parent's. What is not understood is answered, never fatal."""
        try:
            message = json.loads(line)
            command = message.get("cmd") if isinstance(message, dict) else None
        except ValueError:
            command = None
        if command == "ping":
            self._emit(Pong())
        elif command == "stop":
            self._stop(bool(message.get("save", True)))
        elif command == "finish":
            self._enough.set()
        else:
            self._emit(Unsupported(cmd=command if isinstance(command, str) else line.strip()[:80]))

    def _stop(self, save: bool) -> None:
        # The first word counts: the end of stdin after `stop, save: false` must not save.
        if not self._stopped.is_set():
            self.save = save
            self._stopped.set()

    def _listen(self, descriptor: int) -> None:
        # os.read, not sys.stdin: a thread inside a buffered reader blocks the interpreter's shutdown.
        pending = b""
        while True:
            try:
                chunk = os.read(descriptor, 65536)
            except OSError:
                chunk = b""
            if not chunk:
                break
            *lines, pending = (pending + chunk).split(b"\n")
            for raw in lines:
                if raw.strip():
                    self.handle(raw.decode("utf-8", "replace"))
        self.left = not self.stopping
        self._stop(True)
        self._watch()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop(True)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        if not self._done.wait(self._grace):
            self._leave(EXIT_STOPPED)

    def _beat(self) -> None:
        while not self._done.wait(HEARTBEAT_SECONDS):
            self._emit(Heartbeat())
