"""Marrow plasma cells have risen to progression, as read in 2011.

What it checks
    Only where no other marker can be followed: plasma cells in marrow are at 10 % or more, and at least 25 % above the
    lowest value of this line of therapy, whatever the rise in points: CONFIRMED at once and URGENT, since a marrow need
    not be repeated.
When it stays silent
    The site follows IMWG 2016, which reads this criterion by `MM-PD-MARROW`: NOT_APPLICABLE. So too where serum
    M-protein, urine M-protein or free light chains are measurable. One of them is followed but its baseline is not on
    record, or there is no earlier marrow in this line of therapy: NOT_EVALUABLE.
Source
    Rajkumar 2011 (IMWG): absolute percentage of 10 %, and 25 % above the lowest value.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.markers import pooled
from labs.rules.myeloma.marrow_progression import other_markers
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import RAJKUMAR_2011

LEVEL = Threshold("10", "%", RAJKUMAR_2011, date(2011, 5, 5))
PERCENT = Threshold("25", "%", RAJKUMAR_2011, date(2011, 5, 5))

_NONE = "disease_type nonsecretory | "
EXAMPLES = (
    Example("10 % less a little", _NONE + "2026-01-05 3 % | 2026-06-05 9.99 %", NOT_RAISED),
    Example("above 10 %, below 25 % more", _NONE + "2026-01-05 12 % | 2026-06-05 14.99 %", NOT_RAISED),
    Example("10 % exactly", _NONE + "2026-01-05 3 % | 2026-06-05 10 %", CONFIRMED, "2026-06-05", URGENT),
    Example("25 % more exactly", _NONE + "2026-01-05 12 % | 2026-06-05 15 %", CONFIRMED, "2026-06-05", URGENT),
    Example("E20 at 11 %", _NONE + "2026-01-05 3 % | 2026-06-05 11 %", CONFIRMED, "2026-06-05", URGENT),
    Example("nadir 2 %, now 11 %", _NONE + "2026-01-05 2 % | 2026-06-05 11 %", CONFIRMED, "2026-06-05", URGENT),
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
    return weighed(
        m,
        criterion,
        sure=criterion(m.low, lowest.high).met & lowest.known,
        weak=criterion(m.high, lowest.low).met & lowest.known,
        against=lowest._replace(confirmed=lowest.known, how="lowest value so far"),
        direction="above",
        terms=Terms(AT_ONCE, alone=URGENT),
        silences=other_markers(cohort, m),
        words=Words(weak="within the bounds of what was printed"),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """At 10 % or more, and +25 %."""
    return at_least("plasma cells", value, LEVEL) & at_least_percent(
        "rise in percent of the lowest", value - lowest, lowest, PERCENT
    )


RULE = Rule(
    code="MM-PD-MARROW-2011",
    title="Progression by marrow plasma cells, as read in 2011",
    criteria_version="IMWG-2011",
    diseases=MYELOMA,
    reads=("plasma_cells_marrow", "serum_m", "urine_m", "flc_kappa", "flc_lambda"),
    judges=("plasma_cells_marrow",),
    thresholds=(LEVEL, PERCENT),
    sources=(RAJKUMAR_2011,),
    examples=EXAMPLES,
    evaluate=progression,
    would_confirm="A further marrow, imaging, or another marker that can be measured.",
    would_clear="A further marrow below the bar, read by the same method.",
)
