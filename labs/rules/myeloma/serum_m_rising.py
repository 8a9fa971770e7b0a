"""Serum M-protein is rising, below the bar of progression.

What it checks
    Serum M-protein against its lowest confirmed value in this line of therapy, on two consecutive assessments that meet
    one half of the criterion of MM-PD-SERUM-M but not both: at least 25 % (and at least 0.2 g/dL, since of a value near
    zero any trace is 25 %), or at least 0.5 g/dL. It is not progression by IMWG: an INFO, to look at the next value in
    time. One line of therapy has one such notice.
When it stays silent
    Another disease, or serum M-protein is not among the markers recorded as measurable: NOT_APPLICABLE. No lowest value
    reached on two consecutive assessments of the same comparability group and line of therapy: NOT_EVALUABLE. A single
    rise says nothing here, since two results of a stable patient differ by up to 22 %. Assessments that meet the
    criterion of progression belong to MM-PD-SERUM-M. Urine M-protein and free light chains vary too much from sample to
    sample for a watch below their bars.
Source
    The bars are those of Kumar 2016 (IMWG); their use one by one, and 0.2 g/dL, are defaults of this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import PROTEINS
from labs.rules.markers import series_of
from labs.rules.myeloma import serum_m_progression as progression
from labs.rules.myeloma.progression import MYELOMA, unless_stated_not_measurable
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016, VIGIL

PERCENT, RISE = progression.PERCENT, progression.RISE
LEAST = Threshold("0.2", "g/dL", VIGIL, date(2026, 1, 1))

EXAMPLES = (
    Example(
        "25 % less a little", "2026-01-05 1.0 g/dL | 2026-02-05 1.0 | 2026-03-05 1.249 | 2026-04-05 1.249", NOT_RAISED
    ),
    Example(
        "25 % exactly",
        "2026-01-05 1.0 g/dL | 2026-02-05 1.0 | 2026-03-05 1.25 | 2026-04-05 1.25",
        CONFIRMED,
        "2026-03-05",
        INFO,
    ),
    Example(
        "0.2 g/dL less a little",
        "2026-01-05 0.1 g/dL | 2026-02-05 0.1 | 2026-03-05 0.299 | 2026-04-05 0.299",
        NOT_RAISED,
    ),
    Example(
        "0.2 g/dL exactly",
        "2026-01-05 0.1 g/dL | 2026-02-05 0.1 | 2026-03-05 0.3 | 2026-04-05 0.3",
        CONFIRMED,
        "2026-03-05",
        INFO,
    ),
    Example(
        "E03 rising, below the absolute bar",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.5 | 2026-04-05 0.6",
        CONFIRMED,
        "2026-03-05",
        INFO,
    ),
    Example(
        "0.5 g/dL less a little, below 25 %",
        "2026-01-05 3.0 g/dL | 2026-02-05 3.0 | 2026-03-05 3.499 | 2026-04-05 3.499",
        NOT_RAISED,
    ),
    Example(
        "E05 rising, below 25 %",
        "2026-01-05 3.0 g/dL | 2026-02-05 3.0 | 2026-03-05 3.6 | 2026-04-05 3.7",
        CONFIRMED,
        "2026-03-05",
        INFO,
    ),
    Example("one rise", "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.5", NOT_RAISED),
    Example(
        "a rise that does not last",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.5 | 2026-04-05 0.2",
        NOT_RAISED,
    ),
    Example(
        "E04 at the bar of progression",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.7 | 2026-04-05 0.7",
        NOT_RAISED,
    ),
    Example(
        "within the bounds of a value below detection",
        "2026-01-05 <0.2 g/dL | 2026-02-05 <0.2 | 2026-03-05 0.35 | 2026-04-05 0.35",
        NOT_RAISED,
    ),
    Example("lowest value seen once", "2026-01-05 0.2 g/dL | 2026-02-05 0.5", NOT_EVALUABLE),
    Example(
        "a new line of therapy resets",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | line 2026-03-01 | 2026-03-05 0.5 | 2026-04-05 0.6",
        NOT_EVALUABLE,
    ),
    Example(
        "not a marker of this patient",
        "measurable flc | 2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.5 | 2026-04-05 0.6",
        NOT_APPLICABLE,
    ),
)


def rising(cohort: Cohort) -> Signal:
    """Serum M-protein against its lowest confirmed value, where it is not yet progression."""
    m = series_of(cohort, "serum_m")
    lowest = m.lowest_confirmed()
    progressed = progression.criterion(m.low, lowest.high).met & lowest.confirmed
    up = criterion(m.low, lowest.high).met & lowest.confirmed & ~progressed
    silences = (
        *unless_stated_not_measurable(m, "serum_m", "serum M-protein"),
        Silence(~lowest.confirmed, NOT_EVALUABLE, "a lowest value reached on two consecutive assessments"),
    )
    return weighed(
        m,
        criterion,
        sure=up & _beside(m, up),
        against=lowest,
        direction="above",
        terms=Terms(alone=INFO, both=INFO),
        keeps=progressed,
        silences=silences,
        words=Words(sure="below the bar of progression"),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """+25 % and +0.2 g/dL; or +0.5 g/dL."""
    up = value - lowest
    share = at_least_percent("rise in percent of the lowest", up, lowest, PERCENT) & at_least("rise", up, LEAST)
    return share | at_least("rise", up, RISE)


def _beside(m: Series, rows: Bools) -> Bools:
    """Rows next to one of these rows in their segment."""
    joined = rows[1:] & rows[:-1] & ~m.first[1:]
    none = np.zeros(1, bool)
    beside: Bools = np.concatenate((none, joined))[: m.size] | np.concatenate((joined, none))[: m.size]
    return beside


RULE = Rule(
    code="MM-RISING",
    title="Serum M-protein is rising",
    criteria_version="VIGIL-1",
    diseases=MYELOMA,
    reads=("serum_m",),
    thresholds=(PERCENT, LEAST, RISE),
    sources=(KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=rising,
    confounders=PROTEINS,
    would_confirm="The next assessment by the same method: MM-PD-SERUM-M judges it.",
    would_clear="The next assessment back at the lowest level.",
)
