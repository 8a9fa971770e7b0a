"""The processes that `manage.py run` starts, watches and ends together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

END_WITH_PARENT = 1  # prctl(PR_SET_PDEATHSIG, ...), Linux
GRACE_SECONDS = 10.0


@dataclass(slots=True)
class Child:
    """A started process and what people call it."""

    name: str
    process: subprocess.Popen[bytes]


@dataclass(slots=True)
class Family:
    """Processes that live and end together."""

    children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """Start one. In a session of its own, so that Ctrl-C reaches it through us, in order, and only once."""
        process = subprocess.Popen(
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_dies_with_parent(),
        )
        child = Child(name, process)
        self.children.append(child)
        return child

    def ended(self) -> Child | None:
        """The first child that has ended, None while all live."""
        return next((child for child in self.children if child.process.poll() is not None), None)

    def stop(self) -> None:
        """Ask all to end, wait, and end by force whoever does not."""
        for child in self.children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
        for child in self.children:
            if child.process.poll() is None:
                _signal(child, signal.SIGKILL)
                child.process.wait()


def _signal(child: Child, number: int) -> None:
    """Signal the child; by force, also whatever it started."""
    with suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(child.process.pid, number)
        else:
            child.process.send_signal(number)


def _dies_with_parent() -> Callable[[], None] | None:
    """What a new process does first, so that it ends even when we are killed without warning (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask_for_signal() -> None:
        libc.prctl(END_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return ask_for_signal
