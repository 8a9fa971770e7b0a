"""A small picture of a few values over time, drawn by the server as SVG: it needs no script. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

WIDTH, HEIGHT = 300.0, 108.0
LEFT, RIGHT, TOP, BOTTOM = 6.0, 58.0, 12.0, 20.0
"""Room for marks at the left, the names of values at the right, lines' names above, days below."""


@dataclass(frozen=True, slots=True)
class SmallValue:
    """One value. Only values of one group are joined by a line."""

    on: date
    number: float
    printed: str
    comparator: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A day with a name, as a line from top to bottom. `style` is a class of pages.css."""

    on: date
    label: str
    style: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A point or a mark, in the picture's own units."""

    x: float
    y: float
    label: str
    style: str

    @property
    def below(self) -> str:
        """A triangle that points down, to where the true value lies."""
        return f"M{self.x - 5:.1f} {self.y - 4:.1f}h10l-5 9z"

    @property
    def above(self) -> str:
        """A triangle that points up."""
        return f"M{self.x - 5:.1f} {self.y + 4:.1f}h10l-5 -9z"

    @property
    def square(self) -> str:
        """A square."""
        return f"M{self.x - 3:.1f} {self.y - 3:.1f}h6v6h-6z"

    @property
    def anchor(self) -> str:
        """On which side of its line a name has room."""
        return "end" if self.x > WIDTH / 2 else "start"

    @property
    def label_x(self) -> float:
        """Where the name begins, or ends."""
        return self.x - 3 if self.anchor == "end" else self.x + 3


@dataclass(frozen=True, slots=True)
class SmallChart:
    """Everything `rules/small_chart.html` draws."""

    title: str
    description: str
    points: list[Placed]
    lines: list[str]
    marks: list[Placed]
    scale: list[Placed]
    first: date
    last: date

    width, height = WIDTH, HEIGHT
    floor = HEIGHT - BOTTOM
    right = WIDTH - RIGHT


def draw_small(
    title: str, description: str, values: Sequence[SmallValue], marks: Sequence[Mark] = ()
) -> SmallChart | None:
    """The picture of these values, from zero up; None where there is nothing a picture would add."""
    days = [value.on for value in values]
    if len(set(days)) < 2:
        return None
    days += [mark.on for mark in marks]
    first, last = min(days), max(days)
    high = max(value.number for value in values) or 1.0

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * ((day - first) / (last - first))

    def y(number: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * number / high

    ordered = sorted(values, key=lambda value: (value.group, value.on))
    own = values[0].group
    points = [Placed(x(one.on), y(one.number), one.printed, _style(one, own)) for one in ordered]
    lines = [
        " ".join(f"{x(one.on):.1f},{y(one.number):.1f}" for one in members)
        for _group, members in groupby(ordered, key=lambda value: value.group)
    ]
    return SmallChart(
        title=title,
        description=description,
        points=points,
        lines=lines,
        marks=[Placed(x(mark.on), TOP, mark.label, mark.style) for mark in marks],
        scale=_scale(ordered, y),
        first=first,
        last=last,
    )


def _style(value: SmallValue, own: str) -> str:
    """The kind of mark: bounds first, then values of another group than the first value's."""
    return {"<": "below", ">": "above"}.get(value.comparator[:1], "" if value.group == own else "other")


def _scale(values: Sequence[SmallValue], y: Callable[[float], float]) -> list[Placed]:
    """The greatest and the least value, written beside the picture where they do not run into each other."""
    greatest, least = max(values, key=_number), min(values, key=_number)
    top, foot = y(greatest.number), y(least.number)
    ends = [Placed(WIDTH - RIGHT, top, greatest.printed, "")]
    return [*ends, Placed(WIDTH - RIGHT, foot, least.printed, "")] if foot - top > 12 else ends


def _number(value: SmallValue) -> float:
    return value.number
