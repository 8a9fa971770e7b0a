"""Follow-up on one time axis, as SVG that needs no script: a lane for each kind of test, lanes of events above. Pure.

Places along the axis are written in percent and everything else in pixels, so that one drawing fits any width (a phone,
a wide screen, paper) without letters or marks being stretched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.formats import date_format

from labs.protocols.dates import add_months

ROW = 20
"""Height of one row of bars."""
LABELLED_FROM = 8.0
"""Bars shorter than so many percent of the axis carry no words: the lane's name and the table have them."""
LANE, MIDDLE, FOOT = 50, 18, 40
"""Height of a lane of tests; where its marks stand; where the ticks of results stand."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Axis:
    """The days shown, both included, in true proportion."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """How far along a day stands, in percent; below 0 and above 100 outside."""
        return 100 * (day - self.first) / (self.last + DAY - self.first)

    def shows(self, day: date) -> bool:
        """Whether the day lies on it."""
        return self.first <= day <= self.last

    def meets(self, first: date, last: date) -> bool:
        """Whether any of these days lies on it."""
        return first <= self.last and last >= self.first

    @property
    def months(self) -> int:
        """About how many months it spans."""
        return round((self.last - self.first).days / 30.44)


@dataclass(frozen=True, slots=True)
class Tick:
    """The first day of a month, with its name where there is room. `major`: a year begins."""

    x: str
    label: str
    major: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some days, both included, as plain values: a therapy, a pause, the window of a test. No end: it still runs."""

    first: date
    last: date | None
    label: str
    title: str
    style: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something on one day. `shape` is one of `tracker/templates/schedule/shapes.html`."""

    on: date
    shape: str
    title: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch, placed."""

    x: str
    width: str
    y: int
    height: int
    label: str
    title: str
    style: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A mark, placed."""

    x: str
    y: int
    shape: str
    title: str


@dataclass(frozen=True, slots=True)
class DrawnLane:
    """One lane: its name, the words a screen reader says, and what is drawn."""

    label: str
    description: str
    height: int
    bars: list[Bar] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    ticks: list[Sign] = field(default_factory=list)
    detail: str = ""
    strong: bool = False


def percent(number: float) -> str:
    """A place along the axis as SVG reads it, whatever the language."""
    return f"{number:.2f}%"


def month_ticks(axis: Axis) -> list[Tick]:
    """The months of the axis, named as often as a small screen has room for: all, each third, each half year, years."""
    every = next(step for most, step in ((9, 1), (24, 3), (60, 6), (10_000, 12)) if axis.months <= most)
    ticks = []
    for day in _month_starts(axis):
        if every == 12 and day.month != 1:
            continue
        named = (day.month - 1) % every == 0
        label = date_format(day, "Y" if day.month == 1 else "M") if named else ""
        ticks.append(Tick(percent(axis.at(day)), label, day.month == 1))
    return ticks


def _month_starts(axis: Axis) -> Iterator[date]:
    day = axis.first if axis.first.day == 1 else add_months(axis.first.replace(day=1), 1)
    while day <= axis.last:
        yield day
        day = add_months(day, 1)


def draw_stretches(
    axis: Axis,
    label: str,
    description: str,
    stretches: Sequence[Stretch],
    happenings: Sequence[Happening] = (),
    *,
    detail: str = "",
) -> DrawnLane | None:
    """A lane of bars, in as many rows as it takes for none to lie upon another; None when the axis shows nothing."""
    shown = [one for one in stretches if axis.meets(one.first, one.last or axis.last)]
    signs = [one for one in happenings if axis.shows(one.on)]
    if not shown and not signs:
        return None
    ends: list[date] = []
    bars = []
    for one in sorted(shown, key=lambda item: item.first):
        row = next((number for number, end in enumerate(ends) if end < one.first), len(ends))
        ends[row : row + 1] = [one.last or date.max]
        bars.append(_bar(axis, one, y=row * ROW + 2, height=ROW - 4))
    rows = len(ends) + bool(signs)
    marks = [Sign(percent(axis.at(one.on)), len(ends) * ROW + ROW // 2, one.shape, one.title) for one in signs]
    return DrawnLane(
        label, description, max(rows, 1) * ROW + (ROW if detail and rows < 2 else 0), bars, marks, detail=detail
    )


def draw_lane(
    axis: Axis,
    label: str,
    description: str,
    *,
    windows: Sequence[Stretch],
    marks: Sequence[Happening],
    results: Sequence[Happening],
    detail: str = "",
    strong: bool = False,
) -> DrawnLane:
    """A lane of tests: windows behind, marks upon them, a small tick beneath for each day with results."""
    return DrawnLane(
        label=label,
        description=description,
        height=LANE,
        bars=[
            _bar(axis, one, y=MIDDLE - 6, height=12) for one in windows if axis.meets(one.first, one.last or one.first)
        ],
        signs=[Sign(percent(axis.at(one.on)), MIDDLE, one.shape, one.title) for one in marks if axis.shows(one.on)],
        ticks=[Sign(percent(axis.at(one.on)), FOOT, one.shape, one.title) for one in results if axis.shows(one.on)],
        detail=detail,
        strong=strong,
    )


def _bar(axis: Axis, one: Stretch, *, y: int, height: int) -> Bar:
    start = max(axis.at(one.first), 0.0)
    end = min(axis.at((one.last or axis.last) + DAY), 100.0)
    label = one.label if end - start >= LABELLED_FROM else ""
    return Bar(percent(start), percent(end - start), y, height, label, one.title, one.style)
