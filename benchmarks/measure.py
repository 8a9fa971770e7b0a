"""Taking turns, and what comes of it."""

from __future__ import annotations

import gc
import os
import platform
import resource
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

Side = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of each turn of one side."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle turn."""
        return statistics.median(self.seconds)

    @property
    def spread(self) -> str:
        """Fastest and slowest turn."""
        return f"{short(min(self.seconds))} to {short(max(self.seconds))}"


@dataclass(frozen=True, slots=True)
class Row:
    """One budget of the design: what was measured, against what, and whether it holds."""

    work: str
    vigil: str
    yardstick: str
    ratio: str
    budget: str
    holds: bool
    notes: tuple[str, ...] = ()


def in_turn(sides: Mapping[str, Side], *, turns: int, warm_up: int = 1) -> dict[str, Timing]:
    """Each side once, then each again, `turns` times: a slow moment of the machine touches all of them alike.

    Each turn begins without garbage. What lives already is not looked through for it, as in the web server
    (`tracker/gunicorn_conf.py`).
    """
    for _ in range(warm_up):
        for side in sides.values():
            side()
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    gc.collect()
    gc.freeze()
    for _ in range(turns):
        for name, side in sides.items():
            gc.collect()
            started = perf_counter()
            side()
            seconds[name].append(perf_counter() - started)
    gc.unfreeze()
    return {name: Timing(tuple(taken)) for name, taken in seconds.items()}


def short(seconds: float) -> str:
    """A duration in the unit people would use."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.1f} ms"
    return f"{seconds * 1e6:.0f} µs"


def peak_memory() -> int:
    """Bytes this process has held at most so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def gibibytes(size: float) -> str:
    """A size as people read it."""
    return f"{size / 2**30:.2f} GiB"


def machine() -> str:
    """One line on where the numbers come from."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    python = platform.python_version()
    return f"{_processor()}, {os.cpu_count()} cores, {gibibytes(memory)}, {platform.system()}, Python {python}"


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def load() -> float:
    """How many processes wanted the processor in the last minute: over the number of cores, numbers are rough."""
    return os.getloadavg()[0]
