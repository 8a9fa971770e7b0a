"""The small picture of a marker on a card, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.models import Result
from labs.selectors.frozen_bars import Frozen
from labs.vocabulary.analytes import ANALYTES
from tracker.web.units import written

WIDTH, HEIGHT, EDGE, HEAD = 192.0, 60.0, 6.0, 16.0
"""Pixels; above the picture is room for the value of the last point."""

MOST_BARS = 2
FARTHEST = 2
"""Bars beyond so many times the greatest value are said and not drawn."""


@dataclass(frozen=True, slots=True)
class SparkPoint:
    """A point of the small picture, in pixels."""

    x: float
    y: float
    below: bool
    is_nadir: bool = False

    @property
    def diamond(self) -> str:
        """The mark of the value that was compared against, for `d=` of a path."""
        return f"M{self.x:.1f} {self.y - 4.5:.1f}l4.5 4.5l-4.5 4.5l-4.5 -4.5z"


@dataclass(frozen=True, slots=True)
class Spark:
    """A marker over time: points, reference and bars as heights, the last value in words, and all of it in words."""

    name: str
    points: list[SparkPoint]
    reference: float | None
    bars: list[float]
    last: str
    reference_text: str
    bar_text: str
    words: str

    @property
    def path(self) -> str:
        """The line through the points, for `points=` of a polyline."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.points)

    @property
    def label_y(self) -> float:
        """Where the last value is written: above its point."""
        return max(self.points[-1].y - 7, 11)


def spark(marker: str, results: Sequence[Result], frozen: Frozen) -> Spark | None:
    """Values over time in a small frame that starts at zero; fewer than two days make no picture."""
    values = [(one.collected_on, one.value, one.comparator) for one in results if one.value is not None]
    if len(values) < 2 or values[0][0] == values[-1][0]:
        return None
    greatest = max(value for _day, value, _comparator in values) or Decimal(1)
    bars = [bar for bar in frozen.bars if bar.value <= greatest * FARTHEST][:MOST_BARS]
    top = float(max([greatest, frozen.reference or 0, *(bar.value for bar in bars)]))
    span = (values[-1][0] - values[0][0]).days

    def height(value: Decimal) -> float:
        return HEIGHT - EDGE - (HEIGHT - EDGE - HEAD) * float(value) / top

    points = [
        SparkPoint(
            x=EDGE + (WIDTH - 2 * EDGE) * (day - values[0][0]).days / span,
            y=height(value),
            below=comparator.startswith("<"),
            is_nadir=(day, value) == (frozen.on, frozen.reference),
        )
        for day, value, comparator in values
    ]
    last = _amount(marker, values[-1][1], values[-1][2])
    compared, asked = _reference_text(marker, frozen), _bar_text(marker, frozen)
    return Spark(
        name=name_of_marker(marker),
        points=points,
        reference=None if frozen.reference is None else height(frozen.reference),
        bars=[height(bar.value) for bar in bars],
        last=last,
        reference_text=compared,
        bar_text=asked,
        words=_words(marker, values, last, compared, asked),
    )


def name_of_marker(marker: str) -> str:
    """The name of an analyte; the code itself for one no longer known."""
    return _(ANALYTES[marker].name) if marker in ANALYTES else marker


def _words(marker: str, values: Sequence[tuple[date, Decimal, str]], last: str, compared: str, asked: str) -> str:
    text = ngettext(
        "%(marker)s: %(number)d value from %(first)s to %(last_day)s, the last %(last)s",
        "%(marker)s: %(number)d values from %(first)s to %(last_day)s, the last %(last)s",
        len(values),
    ) % {
        "marker": name_of_marker(marker),
        "number": len(values),
        "first": date_format(values[0][0]),
        "last_day": date_format(values[-1][0]),
        "last": last,
    }
    return "; ".join(part for part in (text, compared, asked) if part) + "."


def _reference_text(marker: str, frozen: Frozen) -> str:
    if frozen.reference is None or frozen.on is None:
        return ""
    amount = {"value": _amount(marker, frozen.reference), "day": date_format(frozen.on)}
    if frozen.how == "lowest value on two consecutive assessments":
        return _("lowest confirmed %(value)s on %(day)s") % amount
    if frozen.how.startswith("lowest"):
        return _("lowest %(value)s on %(day)s") % amount
    if frozen.how.startswith("highest"):
        return _("highest %(value)s on %(day)s") % amount
    return _("compared with %(value)s of %(day)s") % amount


def _bar_text(marker: str, frozen: Frozen) -> str:
    amounts = _(" and ").join(_amount(marker, bar.value) for bar in frozen.bars)
    return ngettext("criterion at %s", "comparisons at %s", len(frozen.bars)) % amounts if amounts else ""


def _amount(marker: str, value: Decimal, comparator: str = "") -> str:
    unit = written(ANALYTES[marker].unit) if marker in ANALYTES else ""
    return f"{comparator}{_plain(value)}\N{NO-BREAK SPACE}{unit}".strip()


def _plain(value: Decimal) -> str:
    number = f"{value:f}"
    return number.rstrip("0").rstrip(".") if "." in number else number
