"""Serum M-protein has doubled, or risen by 1 g/dL: significant paraprotein relapse.

What it checks
    Serum M-protein against its lowest confirmed value in this line of therapy, in two consecutive measurements: either
    both have doubled it, at most two months apart (62 days, the longest two calendar months), or both lie at least
    1.0 g/dL above it, however far apart. The value doubled from counts as 0.5 g/dL where it is lower. Treatment is
    usually considered then, also without organ damage, so a confirmed one is URGENT: to decide, not to treat. One
    measurement, or two that doubled more than two months apart, is PROVISIONAL at REVIEW; so is a rise met only
    against a single lowest value, or only within the bounds of a value printed as `<0.1`.
When it stays silent
    Another disease: NOT_APPLICABLE. No earlier value in the same comparability group and line of therapy:
    NOT_EVALUABLE. A value without a usable unit: NOT_EVALUABLE. It does not ask whether the marker was measurable at
    the start of the line: a value that meets its bars is.
Source
    IMWG, indications for treatment at relapse: doubling of the M-component in two consecutive measurements separated
    by two months or less, reference value 5 g/L; or an increase by 10 g/L or more in two consecutive measurements.
    Defaults of this project: that the reference value of 5 g/L is a floor of the value doubled from, that rises are
    measured from the lowest confirmed value, and that two months are 62 days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints, before
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
from labs.rules.confounders import PROTEINS
from labs.rules.markers import series_of
from labs.rules.myeloma.progression import MYELOMA, NOT_AGAIN, SET_APART
from labs.rules.series import Series
from labs.rules.signals import NEXT_ASSESSMENT, Signal, Terms, rise
from labs.rules.sources import PARAPROTEIN_RELAPSE, VIGIL

PUBLISHED = date(2011, 5, 5)
DOUBLED = Threshold("100", "%", PARAPROTEIN_RELAPSE, PUBLISHED)
FLOOR = Threshold("0.5", "g/dL", VIGIL, date(2026, 1, 1))
RISE = Threshold("1.0", "g/dL", PARAPROTEIN_RELAPSE, PUBLISHED)
MONTHS = Threshold("62", "d", VIGIL, date(2026, 1, 1))
DAYS = int(MONTHS.value)
TWICE = replace(
    NEXT_ASSESSMENT, words="in two consecutive measurements, doubled within 2 months or up by 1 g/dL in both"
)

EXAMPLES = (
    Example(
        "doubled less a little",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.199 | 2026-04-20 1.199",
        NOT_RAISED,
    ),
    Example(
        "doubled exactly",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.2 | 2026-04-20 1.2",
        CONFIRMED,
        "2026-03-01",
        URGENT,
    ),
    Example(
        "E22 doubled, 50 days apart",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-04-20 1.4",
        CONFIRMED,
        "2026-03-01",
        URGENT,
    ),
    Example(
        "doubled twice, 63 days apart",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-05-03 1.4",
        PROVISIONAL,
        "2026-03-01",
        REVIEW,
    ),
    Example(
        "doubled twice, 62 days apart",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-05-02 1.4",
        CONFIRMED,
        "2026-03-01",
        URGENT,
    ),
    Example(
        "doubled from below 0.5 g/dL",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-01 0.99 | 2026-04-20 0.99",
        NOT_RAISED,
    ),
    Example(
        "1.0 g/dL is twice the floor",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-01 1.0 | 2026-04-20 1.0",
        CONFIRMED,
        "2026-03-01",
    ),
    Example(
        "up by 1.0 less a little",
        "2026-01-05 3.0 g/dL | 2026-02-05 3.0 | 2026-03-01 3.999 | 2026-04-20 3.999",
        NOT_RAISED,
    ),
    Example(
        "up by 1.0 exactly, half a year apart",
        "2026-01-05 3.0 g/dL | 2026-02-05 3.0 | 2026-03-01 4.0 | 2026-09-01 4.0",
        CONFIRMED,
        "2026-03-01",
        URGENT,
    ),
    Example(
        "one of two up by 1.0, the other only doubled, too far apart",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-09-01 1.6",
        PROVISIONAL,
        "2026-03-01",
        REVIEW,
    ),
    Example(
        "one measurement",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3",
        PROVISIONAL,
        "2026-03-01",
        REVIEW,
    ),
    Example(
        "not confirmed",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-04-01 0.8",
        NOT_CONFIRMED,
        "2026-03-01",
    ),
    Example("against a single value", "2026-01-05 0.6 g/dL | 2026-02-05 1.3", PROVISIONAL, "2026-02-05", REVIEW),
    Example(
        "a new line of therapy resets",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | line 2026-03-01 | 2026-03-05 1.4 | 2026-04-05 1.4",
        NOT_RAISED,
    ),
    Example("a single value", "2026-01-05 3 g/dL", NOT_EVALUABLE),
    Example("unit missing", "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 14 ?", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-05 1.9", NOT_APPLICABLE),
)


def relapse(cohort: Cohort) -> Signal:
    """Serum M-protein against its lowest confirmed value."""
    m = series_of(cohort, "serum_m")
    lowest = m.lowest_confirmed()
    return rise(
        m,
        criterion,
        against=lowest,
        early=m.lowest(),
        apart=SET_APART,
        terms=Terms(TWICE),
        pairs=_pairs(m, m.low - lowest.high >= RISE.amount),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """Doubled, counted from 0.5 g/dL at least; or +1.0 g/dL."""
    doubled_from = np.maximum(lowest, FLOOR.amount)
    doubled = at_least_percent(
        "rise in percent of the lowest, or of 0.5 g/dL", value - doubled_from, doubled_from, DOUBLED
    )
    return doubled | at_least("rise", value - lowest, RISE)


def _pairs(m: Series, up: Bools) -> Bools:
    """Rows near enough to the one before for a doubling, or both up by the absolute bar."""
    near: Bools = m.day - before(m.day.astype(np.int64)) <= DAYS
    return near | (up & np.concatenate(([False], up[:-1])))


RULE = Rule(
    code="MM-PARAPROTEIN-SERUM",
    title="Significant paraprotein relapse by serum M-protein",
    criteria_version="IMWG-2011",
    diseases=MYELOMA,
    reads=("serum_m",),
    thresholds=(DOUBLED, FLOOR, RISE, MONTHS, SET_APART),
    sources=(PARAPROTEIN_RELAPSE, VIGIL),
    examples=EXAMPLES,
    evaluate=relapse,
    confounders=PROTEINS,
    confirms_within=MONTHS,
    would_confirm="A second measurement by the same method within two months that also meets the criterion.",
    would_clear=NOT_AGAIN,
)
