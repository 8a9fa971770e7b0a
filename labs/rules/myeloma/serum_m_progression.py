"""Serum M-protein has risen to progression.

What it checks
    The rise of serum M-protein above the lowest confirmed value of this line of therapy: at least 0.5 g/dL and at
    least 25 %; or at least 1.0 g/dL when the lowest value is 5 g/dL or more. The next assessment on another day that
    also meets it confirms; the day of progression is the first of the two. The lowest confirmed value is the lowest
    level reached on two consecutive assessments, so that one spurious low value does not call progression. Early
    warning: a rise that is met only against a single lowest value (at least 25 % below the confirmed one), or only
    within the bounds of a value printed as `<0.1`, is shown as PROVISIONAL at REVIEW, never as confirmed, and says
    so.
When it stays silent
    Another disease, or serum M-protein is not among the markers recorded as measurable: NOT_APPLICABLE. No earlier
    assessment in the same comparability group and line of therapy: NOT_EVALUABLE, it names what is missing. A value
    without a usable unit: NOT_EVALUABLE. A low baseline derived from results does not silence it.
Source
    Kumar 2016 (IMWG), progressive disease, serum M-protein. One table in circulation prints "> 0.5"; it is ">= 0.5".
    Reading of "lowest confirmed value", and the early warning: defaults of this project.
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
from labs.rules.confounders import PROTEINS
from labs.rules.markers import series_of
from labs.rules.myeloma.measurable import SERUM, baseline_note
from labs.rules.myeloma.progression import MYELOMA, NOT_AGAIN, REPEAT, SET_APART, unless_stated_not_measurable
from labs.rules.series import Series
from labs.rules.signals import Signal, rise
from labs.rules.sources import KUMAR_2016, RAJKUMAR_2011, VIGIL

PUBLISHED = date(2016, 8, 1)
RISE = Threshold("0.5", "g/dL", KUMAR_2016, PUBLISHED)
PERCENT = Threshold("25", "%", KUMAR_2016, PUBLISHED)
HIGH = Threshold("5", "g/dL", KUMAR_2016, PUBLISHED)
RISE_FROM_HIGH = Threshold("1.0", "g/dL", KUMAR_2016, PUBLISHED)

EXAMPLES = (
    Example(
        "E03 rising, below the absolute bar",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.5 | 2026-04-05 0.6",
        NOT_RAISED,
    ),
    Example(
        "E05 rising, below 25 %", "2026-01-05 3.0 g/dL | 2026-02-05 3.0 | 2026-03-05 3.6 | 2026-04-05 3.7", NOT_RAISED
    ),
    Example(
        "25 % less a little", "2026-01-05 4.0 g/dL | 2026-02-05 4.0 | 2026-03-05 4.999 | 2026-04-05 4.999", NOT_RAISED
    ),
    Example(
        "25 % exactly",
        "2026-01-05 4.0 g/dL | 2026-02-05 4.0 | 2026-03-05 5.0 | 2026-04-05 5.0",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "0.5 less a little", "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.699999 | 2026-04-05 0.69", NOT_RAISED
    ),
    Example(
        "E04 0.5 exactly",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.7 | 2026-04-05 0.7",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "E06 1.0 exactly from 5",
        "2026-01-05 5.0 g/dL | 2026-02-05 5.0 | 2026-03-05 6.0 | 2026-04-05 6.1",
        CONFIRMED,
        "2026-03-05",
    ),
    Example(
        "1.0 from just below 5", "2026-01-05 4.99 g/dL | 2026-02-05 4.99 | 2026-03-05 5.99 | 2026-04-05 6.0", NOT_RAISED
    ),
    Example(
        "1.0 less a little from 5",
        "2026-01-05 5.0 g/dL | 2026-02-05 5.0 | 2026-03-05 5.99 | 2026-04-05 5.99",
        NOT_RAISED,
    ),
    Example(
        "E01 confirmed by the next assessment",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-05 0.5 | 2026-10-10 0.9 | 2026-11-07 1.0",
        CONFIRMED,
        "2026-10-10",
        URGENT,
    ),
    Example(
        "E02 not confirmed",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-01 0.9 | 2026-10-01 0.4",
        NOT_CONFIRMED,
        "2026-09-01",
    ),
    Example(
        "E07 g/L are converted",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 g/dL | 2026-09-01 4 g/L | 2026-10-01 4 g/L",
        NOT_RAISED,
    ),
    Example("E07 unit missing", "2026-07-01 0.3 g/dL | 2026-08-01 0.3 g/dL | 2026-09-01 4 ?", NOT_EVALUABLE),
    Example(
        "E08 another assay",
        "2026-07-01 0.4 g/dL | 2026-08-01 0.4 | 2026-09-01 1.0 g/dL @New/nephelometry",
        NOT_EVALUABLE,
    ),
    Example(
        "E09 before the correction",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-01 1.2",
        PROVISIONAL,
        "2026-09-01",
        REVIEW,
    ),
    Example("E09 after it", "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-01 0.2", NOT_RAISED),
    Example(
        "E10 one day is one assessment",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | "
        "2026-09-01T08:00 0.9 #A1 | 2026-09-01T08:00 0.9 #A1 | 2026-09-01T15:00 0.9 #A2",
        PROVISIONAL,
        "2026-09-01",
        REVIEW,
    ),
    Example(
        "E11 lowest value seen once: early warning only",
        "2026-01-05 1.0 g/dL | 2026-02-05 0.4 | 2026-03-05 0.9 | 2026-04-05 1.0 | 2026-05-05 1.0",
        PROVISIONAL,
        "2026-03-05",
        REVIEW,
    ),
    Example("only one earlier value", "2026-01-05 0.4 g/dL | 2026-02-05 1.0", PROVISIONAL, "2026-02-05", REVIEW),
    Example(
        "E12 from complete response the absolute rise decides",
        "2026-01-05 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3 | 2026-04-05 0.5 | 2026-05-05 0.5",
        CONFIRMED,
        "2026-04-05",
    ),
    Example(
        "a new line of therapy resets",
        "2026-01-05 0.3 g/dL | 2026-02-05 0.3 | line 2026-03-01 | 2026-03-05 0.9 | 2026-04-05 0.9",
        NOT_RAISED,
    ),
    Example(
        "below detection, surely met",
        "2026-01-05 <0.1 g/dL | 2026-02-05 <0.1 | 2026-03-05 0.6 | 2026-04-05 0.6",
        CONFIRMED,
        "2026-03-05",
    ),
    Example(
        "below detection, cannot be told",
        "2026-01-05 <0.1 g/dL | 2026-02-05 <0.1 | 2026-03-05 0.55 | 2026-04-05 0.55",
        PROVISIONAL,
        "",
        REVIEW,
    ),
    Example(
        "below detection, surely not met",
        "2026-01-05 <0.1 g/dL | 2026-02-05 <0.1 | 2026-03-05 0.49 | 2026-04-05 0.49",
        NOT_RAISED,
    ),
    Example(
        "not a marker of this patient",
        "measurable flc | 2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.9",
        NOT_APPLICABLE,
    ),
    Example("another disease", "disease AML | 2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.9", NOT_APPLICABLE),
    Example("a single value", "2026-01-05 0.2 g/dL", NOT_EVALUABLE),
)


def progression(cohort: Cohort) -> Signal:
    """Serum M-protein against its lowest confirmed value."""
    m = series_of(cohort, "serum_m")
    silences = unless_stated_not_measurable(m, "serum_m", "serum M-protein")
    return rise(
        m, criterion, against=m.lowest_confirmed(), early=m.lowest(), apart=SET_APART, silences=silences, notes=missing
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """+0.5 g/dL and +25 %; or +1.0 g/dL from 5 g/dL."""
    up = value - lowest
    usual = at_least("rise", up, RISE) & at_least_percent("rise in percent of the lowest", up, lowest, PERCENT)
    from_high = at_least("lowest value", lowest, HIGH) & at_least("rise from a high level", up, RISE_FROM_HIGH)
    return usual | from_high


def missing(series: Series, row: int) -> Sequence[str]:
    """Whether the baseline shows the marker to be measurable."""
    return baseline_note(series, row, "serum_m", "serum M-protein")


RULE = Rule(
    code="MM-PD-SERUM-M",
    title="Progression by serum M-protein",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("serum_m",),
    thresholds=(RISE, PERCENT, SET_APART, HIGH, RISE_FROM_HIGH, SERUM),
    sources=(KUMAR_2016, RAJKUMAR_2011, VIGIL),
    examples=EXAMPLES,
    evaluate=progression,
    confounders=PROTEINS,
    would_confirm=REPEAT,
    would_clear=NOT_AGAIN,
)
