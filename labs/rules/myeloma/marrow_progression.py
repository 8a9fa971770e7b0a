"""Marrow plasma cells have risen to progression.

What it checks
    Only where no other marker can be followed: the share of plasma cells in marrow against the lowest value of this
    line of therapy. 2016: a rise of at least 10 points and at least 25 %: CONFIRMED at once, since a marrow need not
    be repeated. 2011: at least 25 % more and now at least 10 %, whatever the rise: where only this older bar is met
    the finding is PROVISIONAL at REVIEW and carries the version IMWG-2011. A site that follows IMWG 2011 asks
    `MM-PD-MARROW-2011` instead.
When it stays silent
    Serum M-protein, urine M-protein or free light chains are measurable: NOT_APPLICABLE. One of them is followed but
    its baseline is not on record: NOT_EVALUABLE. No earlier marrow in this line of therapy: NOT_EVALUABLE.
Source
    Kumar 2016 (IMWG): absolute increase of 10 %. Rajkumar 2011: absolute percentage of 10 %.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.markers import pooled
from labs.rules.myeloma.measurable import Marker, marker_states
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016, RAJKUMAR_2011

RISE = Threshold("10", "%", KUMAR_2016, date(2016, 8, 1))
LEVEL_2011 = Threshold("10", "%", RAJKUMAR_2011, date(2011, 5, 5))
PERCENT = Threshold("25", "%", KUMAR_2016, date(2016, 8, 1))
OTHERS = ("serum_m", "urine_m", "flc")

_NONE = "disease_type nonsecretory | "
EXAMPLES = (
    Example("below both bars", _NONE + "2026-01-05 3 % | 2026-06-05 9.9 %", NOT_RAISED),
    Example(
        "E20 at 11 %: the bar of 2011 only",
        _NONE + "2026-01-05 3 % | 2026-06-05 11 %",
        PROVISIONAL,
        "2026-06-05",
        REVIEW,
    ),
    Example("10 points less a little", _NONE + "2026-01-05 3 % | 2026-06-05 12.99 %", PROVISIONAL, "", REVIEW),
    Example("10 points exactly", _NONE + "2026-01-05 3 % | 2026-06-05 13 %", CONFIRMED, "2026-06-05", URGENT),
    Example(
        "E20 at 14 %", _NONE + "2026-01-05 3 % | 2026-06-05 11 % | 2026-09-05 14 %", CONFIRMED, "2026-09-05", URGENT
    ),
    Example("10 points, below 25 %", _NONE + "2026-01-05 48 % | 2026-06-05 59 %", NOT_RAISED),
    Example("another marker is followed", "measurable serum_m | 2026-01-05 3 % | 2026-06-05 14 %", NOT_APPLICABLE),
    Example(
        "not known what is followed",
        "2026-01-05 serum_m 0.3 g/dL | 2026-01-05 plasma_cells_marrow 3 % | 2026-06-05 14 %",
        NOT_EVALUABLE,
    ),
    Example("the first marrow", _NONE + "2026-01-05 30 %", NOT_EVALUABLE),
)


def progression(cohort: Cohort) -> Signal:
    """Marrow plasma cells against the lowest value; one marrow is enough on either side."""
    m = pooled(cohort, "plasma_cells_marrow")
    lowest = m.lowest()
    sure = by_2016(m.low, lowest.high).met & lowest.known
    weak = (by_2011(m.low, lowest.high).met | by_2016(m.high, lowest.low).met) & lowest.known
    return weighed(
        m,
        criterion,
        sure=sure,
        weak=weak,
        against=lowest._replace(confirmed=lowest.known, how="lowest value so far"),
        direction="above",
        terms=Terms(AT_ONCE, alone=URGENT),
        silences=other_markers(cohort, m),
        words=Words(weak="meets the bar of 2011, not that of 2016", weak_version="IMWG-2011"),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """What either version compares."""
    return by_2016(value, lowest) | by_2011(value, lowest)


def by_2016(value: Ints, lowest: Ints) -> Check:
    """+10 points and +25 %."""
    up = value - lowest
    return at_least("rise in points (2016)", up, RISE) & at_least_percent(
        "rise in percent of the lowest", up, lowest, PERCENT
    )


def by_2011(value: Ints, lowest: Ints) -> Check:
    """At 10 % or more, and +25 %."""
    up = value - lowest
    return at_least("plasma cells (2011)", value, LEVEL_2011) & at_least_percent("rise in percent", up, lowest, PERCENT)


def other_markers(cohort: Cohort, m: Series) -> tuple[Silence, ...]:
    """Where another marker is followed, or may be, marrow does not count."""
    states = [marker_states(cohort, marker, m) for marker in OTHERS]
    other: Bools = (states[0] == Marker.YES) | (states[1] == Marker.YES) | (states[2] == Marker.YES)
    unknown: Bools = (states[0] == Marker.UNKNOWN) | (states[1] == Marker.UNKNOWN) | (states[2] == Marker.UNKNOWN)
    return (
        Silence(other, NOT_APPLICABLE, "another marker is followed: marrow counts only if nothing else is measurable"),
        Silence(
            unknown, NOT_EVALUABLE, "whether M-protein or free light chains were measurable at the start of this line"
        ),
    )


RULE = Rule(
    code="MM-PD-MARROW",
    title="Progression by marrow plasma cells",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("plasma_cells_marrow", "serum_m", "urine_m", "flc_kappa", "flc_lambda"),
    judges=("plasma_cells_marrow",),
    thresholds=(RISE, LEVEL_2011, PERCENT),
    sources=(KUMAR_2016, RAJKUMAR_2011),
    examples=EXAMPLES,
    evaluate=progression,
    would_confirm="A further marrow, imaging, or another marker that can be measured.",
    would_clear="A further marrow below the bar, read by the same method.",
)
