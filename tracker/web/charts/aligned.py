"""Markers one above the other on one time axis, as SVG that needs no script: what rose while another fell. Pure.

Places along the axis are written in percent and heights in pixels, as in `charts/schedule.py`, so that the panels
line up with each other and with the lanes of therapy and events at any width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise
from math import log10

from tracker.web.charts.drawing import Row, latest_of, rows_of
from tracker.web.charts.option import Scale, y_range
from tracker.web.charts.schedule import Axis, Happening, percent
from tracker.web.charts.trend import CONTRADICTORY, OFF_THE_LINE, Point, TrendChart
from tracker.web.charts.words import bar_text, day_text, describe, short, tip

TALL, LOW = 230, 74
"""Height of the panel of the signal's own marker, and of each other."""
TOP, FOOT = 13, 8
"""Room above the greatest and below the least value."""
KINDS = 3
"""Lines that are told apart by their marks: dot, square, diamond."""
SQUEEZED = 14.0
"""Names of two lines nearer to each other than so many pixels are written on different sides of theirs."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One value. `shape`: "dot", "square", "diamond", "below", "above" or "cross"; `kind` numbers its line."""

    x: str
    y: str
    shape: str
    kind: int
    title: str
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """The line between two values of one comparable series."""

    x1: str
    y1: str
    x2: str
    y2: str
    kind: int


@dataclass(frozen=True, slots=True)
class Level:
    """A line across, with its name at `label_y`. `style`: "nadir" or "threshold"."""

    y: str
    label: str
    label_y: str
    style: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A line from top to bottom on a day. `style`: "signal", "turn", "assay" or "tick"."""

    x: str
    title: str
    style: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything `components/panel.html` draws. `names`: a marker, or an assay, for each kind of line."""

    key: str
    title: str
    unit: str
    description: str
    height: int
    rows: list[Row]
    latest: list[Row]
    scale: tuple[str, str]
    spots: list[Spot] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    guides: list[Guide] = field(default_factory=list)
    band: tuple[str, str] | None = None
    names: list[tuple[int, str]] = field(default_factory=list)
    outside: int = 0
    is_log: bool = False

    @property
    def floor(self) -> int:
        """Where the axis lies."""
        return self.height - FOOT

    @property
    def several(self) -> bool:
        """Whether it holds more than one marker."""
        return any(row.marker for row in self.rows)


def draw_panel(chart: TrendChart, axis: Axis, happenings: Sequence[Happening] = (), *, height: int = LOW) -> Panel:
    """One marker on the axis; values before its first day are counted and stay in the table."""
    shown = replace(chart, points=[point for point in chart.points if axis.shows(point.on)])
    rows = rows_of(chart)
    panel = Panel(
        key=chart.key,
        title=chart.title,
        unit=chart.unit,
        description=describe(chart),
        height=height,
        rows=rows,
        latest=latest_of(rows),
        scale=("", ""),
        outside=len(chart.points) - len(shown.points),
        is_log=chart.starts_log,
        guides=_guides(shown, axis, happenings),
    )
    return _with_values(panel, shown, axis) if shown.points else panel


def _with_values(panel: Panel, chart: TrendChart, axis: Axis) -> Panel:
    scale: Scale = "log" if chart.starts_log else "linear"
    place = _Place(axis, *y_range(chart, scale), panel.height, scale == "log")
    used = sorted((one for one in chart.points if one.status not in OFF_THE_LINE), key=lambda one: one.on)
    kinds = {key: number % KINDS for number, key in enumerate(dict.fromkeys((one.marker, one.group) for one in used))}
    return replace(
        panel,
        spots=[_spot(chart, one, place, kinds.get((one.marker, one.group), 0)) for one in chart.points],
        segments=[
            Segment(place.x(one.on), place.y(one.value), place.x(other.on), place.y(other.value), kind)
            for key, kind in kinds.items()
            for one, other in pairwise([point for point in used if (point.marker, point.group) == key])
        ],
        levels=_levels(chart, place),
        band=_band(chart, place),
        scale=(f"{place.high:g}", f"{place.low:g}"),
        names=[(kind, " · ".join(filter(None, key))) for key, kind in kinds.items() if len(kinds) > 1],
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a day and an amount stand in a panel."""

    axis: Axis
    low: float
    high: float
    height: int
    is_log: bool

    def x(self, day: date) -> str:
        return percent(self.axis.at(day))

    def at(self, value: float) -> float:
        """Pixels from the top."""
        low, high, amount = self.low, self.high, min(max(value, self.low), self.high)
        if self.is_log:
            low, high, amount = log10(low), log10(high), log10(amount)
        share = (amount - low) / (high - low) if high > low else 0.5
        return self.height - FOOT - (self.height - TOP - FOOT) * share

    def y(self, value: object) -> str:
        return f"{self.at(float(str(value))):.1f}"


def _spot(chart: TrendChart, point: Point, place: _Place, kind: int) -> Spot:
    shape = {"<": "below", ">": "above"}.get(point.comparator[:1], ("dot", "square", "diamond")[kind])
    if point.status in OFF_THE_LINE:
        shape = "cross"
    title = ", ".join(tip(chart, point))
    return Spot(place.x(point.on), place.y(point.value), shape, kind, title, point.status == CONTRADICTORY)


def _levels(chart: TrendChart, place: _Place) -> list[Level]:
    """The personal value and the criterion; each name on the side of its line that is away from the other."""
    found = []
    if chart.nadir is not None:
        found.append((float(chart.nadir), f"{chart.nadir_label} {short(chart.nadir)}", "nadir"))
    if chart.threshold is not None:
        label = f"{chart.threshold_rule} {bar_text(chart.threshold, falls=chart.threshold_falls)}"
        found.append((float(chart.threshold), label, "threshold"))
    levels = []
    for value, label, style in found:
        y = place.at(value)
        upper = style == ("nadir" if chart.threshold_falls else "threshold")
        crowded = len(found) > 1 and abs(place.at(found[0][0]) - place.at(found[1][0])) < SQUEEZED
        above = (upper or not crowded) and y > TOP
        levels.append(Level(f"{y:.1f}", label, f"{y - 4 if above else y + 12:.1f}", style))
    return levels


def _band(chart: TrendChart, place: _Place) -> tuple[str, str] | None:
    """Top and height of the reference range."""
    if chart.reference_low is None and chart.reference_high is None:
        return None
    top = place.at(place.high if chart.reference_high is None else float(chart.reference_high))
    foot = place.at(place.low if chart.reference_low is None else float(chart.reference_low))
    return f"{top:.1f}", f"{max(foot - top, 0):.1f}"


def _guides(chart: TrendChart, axis: Axis, happenings: Sequence[Happening]) -> list[Guide]:
    own = [("assay", one) for one in chart.assay_changes] + [("tick", one) for one in chart.ticks]
    common = [Guide(percent(axis.at(one.on)), one.title, one.shape) for one in happenings if axis.shows(one.on)]
    return common + [
        Guide(percent(axis.at(one.on)), f"{one.label}, {day_text(one.on)}", style)
        for style, one in own
        if axis.shows(one.on)
    ]
