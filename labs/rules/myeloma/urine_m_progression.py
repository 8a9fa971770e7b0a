"""Urine M-protein has risen to progression.

What it checks
    The rise of urine M-protein in a 24-hour collection above the lowest confirmed value of this line of therapy: at
    least 200 mg/24 h and at least 25 %. The next assessment on another day that also meets it confirms; the day of
    progression is the first of the two. A rise met only against a single lowest value, or only within the bounds of a
    censored value, is shown as PROVISIONAL at REVIEW.
When it stays silent
    Another disease, or urine M-protein is not among the markers recorded as measurable: NOT_APPLICABLE. No earlier
    24-hour collection in the same comparability group and line of therapy: NOT_EVALUABLE. Spot urine is another
    analyte and never counts.
Source
    Kumar 2016 (IMWG), progressive disease, urine M-protein. Reading of "lowest confirmed value", and the early warning:
    defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
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
from labs.rules.markers import series_of
from labs.rules.myeloma.measurable import URINE, baseline_note
from labs.rules.myeloma.progression import MYELOMA, NOT_AGAIN, REPEAT, SET_APART, unless_stated_not_measurable
from labs.rules.series import Series
from labs.rules.signals import Signal, rise
from labs.rules.sources import KUMAR_2016, RAJKUMAR_2011, VIGIL

RISE = Threshold("200", "mg/(24.h)", KUMAR_2016, date(2016, 8, 1))
PERCENT = Threshold("25", "%", KUMAR_2016, date(2016, 8, 1))

EXAMPLES = (
    Example(
        "200 less a little", "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 349.9 | 2026-04-05 349", NOT_RAISED
    ),
    Example(
        "E21 a single hit",
        "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 340 | 2026-04-05 360",
        PROVISIONAL,
        "2026-04-05",
        REVIEW,
    ),
    Example(
        "200 exactly",
        "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 350 | 2026-04-05 350",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "25 % less a little",
        "2026-01-05 1000 mg/(24.h) | 2026-02-05 1000 | 2026-03-05 1249.9 | 2026-04-05 1249",
        NOT_RAISED,
    ),
    Example(
        "25 % exactly",
        "2026-01-05 1000 mg/(24.h) | 2026-02-05 1000 | 2026-03-05 1250 | 2026-04-05 1250",
        CONFIRMED,
        "2026-03-05",
    ),
    Example(
        "not confirmed", "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 400 | 2026-04-05 160", NOT_CONFIRMED
    ),
    Example(
        "grams a day are converted",
        "2026-01-05 0.15 g/d | 2026-02-05 0.15 | 2026-03-05 0.35 | 2026-04-05 350 mg/(24.h)",
        CONFIRMED,
    ),
    Example("the first collection", "2026-01-05 900 mg/(24.h)", NOT_EVALUABLE),
    Example(
        "not a marker of this patient",
        "measurable serum_m | 2026-01-05 0 mg/(24.h) | 2026-02-05 0 | 2026-03-05 900",
        NOT_APPLICABLE,
    ),
)


def progression(cohort: Cohort) -> Signal:
    """Urine M-protein against its lowest confirmed value."""
    m = series_of(cohort, "urine_m")
    silences = unless_stated_not_measurable(m, "urine_m", "urine M-protein")
    return rise(
        m, criterion, against=m.lowest_confirmed(), early=m.lowest(), apart=SET_APART, silences=silences, notes=missing
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """+200 mg/24 h and +25 %."""
    up = value - lowest
    return at_least("rise", up, RISE) & at_least_percent("rise in percent of the lowest", up, lowest, PERCENT)


def missing(series: Series, row: int) -> Sequence[str]:
    """Whether the baseline shows the marker to be measurable."""
    return baseline_note(series, row, "urine_m", "urine M-protein")


RULE = Rule(
    code="MM-PD-URINE-M",
    title="Progression by urine M-protein",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("urine_m",),
    thresholds=(RISE, PERCENT, SET_APART, URINE),
    sources=(KUMAR_2016, RAJKUMAR_2011, VIGIL),
    examples=EXAMPLES,
    evaluate=progression,
    would_confirm=REPEAT,
    would_clear=NOT_AGAIN,
)
