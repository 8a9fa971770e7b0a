"""The picture of a replay: for each criterion what would be lost, moved and added, as bars. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, ROW, TOP = 360.0, 38.0, 20.0
MIDDLE, REACH = 160.0, 150.0
"""Where the line between lost and added stands, and how far the longest bar goes to either side."""
BAR = 12.0


@dataclass(frozen=True, slots=True)
class Changed:
    """One line of the replay."""

    name: str
    added: int
    lost: int
    moved: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its number, in the picture's own units. `style`: a class of rules.css."""

    x: float
    y: float
    width: float
    label: str
    label_x: float
    anchor: str
    style: str


@dataclass(frozen=True, slots=True)
class Name:
    """What a row of bars is about."""

    y: float
    text: str


@dataclass(frozen=True, slots=True)
class DrawnReplay:
    """Everything the template needs."""

    height: float
    names: Sequence[Name]
    bars: Sequence[Bar]
    description: str
    width: float = WIDTH
    middle: float = MIDDLE


def draw_replay(lines: Sequence[Changed], description: str) -> DrawnReplay | None:
    """Lost to the left; added, then moved, to the right. None when nothing changes."""
    shown = [line for line in lines if line.added or line.lost or line.moved]
    if not shown:
        return None
    longest = max(max(line.lost, line.added + line.moved) for line in shown)
    unit = (REACH - 30) / longest
    bars = [bar for place, line in enumerate(shown) for bar in _bars(line, TOP + ROW * place, unit)]
    names = [Name(TOP + ROW * place + 14, line.name) for place, line in enumerate(shown)]
    return DrawnReplay(TOP + ROW * len(shown) + 4, names, bars, description)


def _bars(line: Changed, top: float, unit: float) -> list[Bar]:
    y = top + 20
    bars = []
    if line.lost:
        x = MIDDLE - line.lost * unit
        bars.append(Bar(x, y, line.lost * unit, f"−{line.lost}", x - 4, "end", "lost"))
    if line.added:
        label = "" if line.moved else f"+{line.added}"
        end = MIDDLE + line.added * unit
        bars.append(Bar(MIDDLE, y, line.added * unit, label, end + 4, "start", "added"))
    if line.moved:
        start = MIDDLE + line.added * unit
        end = start + line.moved * unit
        label = f"+{line.added} ⇄{line.moved}" if line.added else f"⇄{line.moved}"
        bars.append(Bar(start, y, line.moved * unit, label, end + 4, "start", "moved"))
    return bars
