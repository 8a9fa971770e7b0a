"""Urine M-protein has risen by 500 mg in 24 hours: significant paraprotein relapse.

What it checks
    Urine M-protein in a 24-hour collection above the lowest confirmed value of this line of therapy: at least
    500 mg/24 h, in two consecutive measurements. Treatment is usually considered then, also without organ damage, so a
    confirmed one is URGENT: to decide, not to treat. One measurement is PROVISIONAL at REVIEW; so is a rise met only
    against a single lowest value, or only within the bounds of a censored one.
When it stays silent
    Another disease: NOT_APPLICABLE. No earlier 24-hour collection in the same comparability group and line of therapy:
    NOT_EVALUABLE. Spot urine is another analyte and never counts.
Source
    IMWG, indications for treatment at relapse. That the rise is measured from the lowest confirmed value: a default of
    this project.
"""

from __future__ import annotations

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
from labs.rules.checks import Check, at_least
from labs.rules.cohort import Cohort
from labs.rules.markers import series_of
from labs.rules.myeloma.progression import MYELOMA, NOT_AGAIN, REPEAT, SET_APART
from labs.rules.signals import Signal, rise
from labs.rules.sources import PARAPROTEIN_RELAPSE, VIGIL

RISE = Threshold("500", "mg/(24.h)", PARAPROTEIN_RELAPSE, date(2011, 5, 5))

EXAMPLES = (
    Example(
        "500 less a little", "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 649.9 | 2026-04-05 649", NOT_RAISED
    ),
    Example(
        "500 exactly",
        "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 650 | 2026-04-05 650",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "one measurement",
        "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 650",
        PROVISIONAL,
        "2026-03-05",
        REVIEW,
    ),
    Example(
        "not confirmed", "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 700 | 2026-04-05 300", NOT_CONFIRMED
    ),
    Example(
        "a new line of therapy resets",
        "2026-01-05 150 mg/(24.h) | 2026-02-05 150 | line 2026-03-01 | 2026-03-05 700 | 2026-04-05 700",
        NOT_RAISED,
    ),
    Example("the first collection", "2026-01-05 900 mg/(24.h)", NOT_EVALUABLE),
    Example("another disease", "disease ALL | 2026-01-05 0 mg/(24.h) | 2026-02-05 0 | 2026-03-05 900", NOT_APPLICABLE),
)


def relapse(cohort: Cohort) -> Signal:
    """Urine M-protein against its lowest confirmed value."""
    m = series_of(cohort, "urine_m")
    return rise(m, criterion, against=m.lowest_confirmed(), early=m.lowest(), apart=SET_APART)


def criterion(value: Ints, lowest: Ints) -> Check:
    """+500 mg/24 h."""
    return at_least("rise", value - lowest, RISE)


RULE = Rule(
    code="MM-PARAPROTEIN-URINE",
    title="Significant paraprotein relapse by urine M-protein",
    criteria_version="IMWG-2011",
    diseases=MYELOMA,
    reads=("urine_m",),
    thresholds=(RISE, SET_APART),
    sources=(PARAPROTEIN_RELAPSE, VIGIL),
    examples=EXAMPLES,
    evaluate=relapse,
    would_confirm=REPEAT,
    would_clear=NOT_AGAIN,
)
