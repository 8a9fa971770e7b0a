"""A trend as everything a page needs: option JSON, table rows and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tracker.web.charts.option import Option, option
from tracker.web.charts.trend import OFF_THE_LINE, Point, TrendChart
from tracker.web.charts.words import describe, note


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table under the chart."""

    on: date
    marker: str
    printed: str
    method: str
    note: str
    struck: bool


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """Everything `components/chart.html` needs. `reading`: how the latest values are read, a sentence each."""

    key: str
    title: str
    unit: str
    description: str
    rows: list[Row]
    options: dict[str, Option | str] = field(default_factory=dict)
    latest: list[Row] = field(default_factory=list)
    offers_log: bool = False
    reading: list[str] = field(default_factory=list)

    @property
    def several(self) -> bool:
        """Whether the chart holds more than one marker."""
        return any(row.marker for row in self.rows)

    @property
    def option_id(self) -> str:
        """The id of the element that holds the option JSON."""
        return f"{self.key}-option"


def draw(chart: TrendChart) -> DrawnChart:
    """The chart as option JSON by scale, table rows (newest first) and a description in words."""
    rows = rows_of(chart)
    options: dict[str, Option | str] = {}
    if rows:
        options = {"start": "log" if chart.starts_log else "linear", "linear": option(chart, "linear")}
        if chart.offers_log or chart.starts_log:
            options["log"] = option(chart, "log")
    return DrawnChart(
        key=chart.key,
        title=chart.title,
        unit=chart.unit,
        description=describe(chart),
        rows=rows,
        options=options,
        latest=latest_of(rows),
        offers_log="log" in options,
    )


def rows_of(chart: TrendChart) -> list[Row]:
    """The lines of the table, newest first."""
    return [_row(point) for point in sorted(chart.points, key=lambda point: point.on)[::-1]]


def _row(point: Point) -> Row:
    return Row(
        point.on, point.marker, point.printed, point.method or point.group, note(point), point.status in OFF_THE_LINE
    )


def latest_of(rows: list[Row]) -> list[Row]:
    """The newest value of each marker, from rows that are newest first."""
    newest: dict[str, Row] = {}
    for row in rows:
        if not row.struck:
            newest.setdefault(row.marker, row)
    return [newest[marker] for marker in sorted(newest)]
