"""What a chart of one marker over time shows, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

USED, CORRECTED, CONTRADICTORY, SPURIOUS = "used", "corrected", "contradictory", "spurious"
OFF_THE_LINE = frozenset({CORRECTED, SPURIOUS})


@dataclass(frozen=True, slots=True)
class Point:
    """One result. `group` is its comparability group in words; only points of one group are joined by a line.
    `marker` names what was measured where a chart holds several markers.

    `comparator` "<" puts a hollow mark at the limit, pointing down. `status` is USED, CORRECTED (replaced by a newer
    version: struck, but still found), SPURIOUS (marked so by a physician, drawn alike) or CONTRADICTORY (one of several
    differing values of a day).
    """

    on: date
    value: Decimal
    printed: str
    comparator: str = ""
    marker: str = ""
    group: str = ""
    method: str = ""
    status: str = USED


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of therapy; without an end it still runs."""

    starts_on: date
    ends_on: date | None
    label: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A dated event: a transfusion, a change of assay."""

    on: date
    label: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """What one chart shows. `vanishes`: the marker can go to zero, so the axis starts there. `today` ends the axis.

    `nadir`: the personal value rises (or falls) are measured from. `threshold`: from where on the criterion of
    `threshold_rule` is met; at or below it when `threshold_falls`, else at or above.
    """

    key: str
    title: str
    unit: str
    points: Sequence[Point]
    today: date
    reference_low: Decimal | None = None
    reference_high: Decimal | None = None
    nadir: Decimal | None = None
    nadir_label: str = ""
    threshold: Decimal | None = None
    threshold_rule: str = ""
    threshold_falls: bool = False
    therapy: Sequence[Period] = ()
    ticks: Sequence[Moment] = ()
    assay_changes: Sequence[Moment] = ()
    vanishes: bool = True
    offers_log: bool = False
    starts_log: bool = False
    starts_on: date | None = None
