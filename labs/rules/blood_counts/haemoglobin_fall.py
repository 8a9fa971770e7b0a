"""Haemoglobin has fallen below the patient's own baseline.

What it checks
    Haemoglobin against the personal baseline: the mean of three consecutive agreeing results among the earliest ten
    since the remission that no transfusion, ESA or G-CSF touched. A fall of at least 1.0 g/dL and of more than 8.0 %
    (the reference change value): INFO once, REVIEW when the next assessment confirms. A fall of at least 2.0 g/dL:
    REVIEW once, URGENT when confirmed. Below 8.0 g/dL: URGENT at once, baseline or not. Without three agreeing
    results the highest single value stands in, and the finding stays PROVISIONAL. Values after transfusion never end
    an episode.
When it stays silent
    No earlier result of the same series since the remission: NOT_EVALUABLE.
Source
    Reference change value, log-normal and two-sided, from the within-subject variation of Coskun 2020 (2.7 %, not
    checked against the paper) with analytical variation half of it. The bars of 1.0, 2.0 and 8.0 g/dL are defaults of
    this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
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
from labs.rules.blood_counts.baseline import ALL_DISEASES, EARLIEST, baseline
from labs.rules.checks import Check, at_least, below, more_than_percent, where_known
from labs.rules.cohort import Cohort
from labs.rules.confounders import COUNTS, under
from labs.rules.markers import series_of
from labs.rules.remission import before_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import Signal, Terms, weighed
from labs.rules.sources import COSKUN_2020, VIGIL

FALL = Threshold("1.0", "g/dL", VIGIL, date(2026, 1, 1))
DEEP_FALL = Threshold("2.0", "g/dL", VIGIL, date(2026, 1, 1))
VERY_LOW = Threshold("8.0", "g/dL", VIGIL, date(2026, 1, 1))
CHANGE = Threshold("8.0", "%", COSKUN_2020, date(2020, 1, 1))

_BASE = "remission 2025-12-01 | 2026-01-05 12.5 g/dL | 2026-02-05 12.4 | 2026-03-05 12.6 | "
_LOW = "remission 2025-12-01 | 2026-01-05 14.0 g/dL | 2026-02-05 14.0 | 2026-03-05 14.0 | "
EXAMPLES = (
    Example("1.0 less a little", _BASE + "2026-04-05 11.51 | 2026-05-05 11.51", NOT_RAISED),
    Example("1.0 exactly is 8.0 % exactly: not beyond", _BASE + "2026-04-05 11.5 | 2026-05-05 11.5", NOT_RAISED),
    Example("8.0 % and a little", _BASE + "2026-04-05 11.49 | 2026-05-05 11.49", CONFIRMED, "2026-04-05", REVIEW),
    Example("1.0 but not 8.0 %", _LOW + "2026-04-05 12.9 | 2026-05-05 12.9", NOT_RAISED),
    Example("once", _BASE + "2026-04-05 11.3", PROVISIONAL, "2026-04-05", INFO),
    Example("and back", _BASE + "2026-04-05 11.3 | 2026-05-05 12.4", NOT_CONFIRMED, "2026-04-05", INFO),
    Example("2.0 once", _BASE + "2026-04-05 10.5", PROVISIONAL, "2026-04-05", REVIEW),
    Example("2.0 verified", _BASE + "2026-04-05 10.5 | 2026-04-12 10.4", CONFIRMED, "2026-04-05", URGENT),
    Example("2.0, then a little less", _BASE + "2026-04-05 10.5 | 2026-04-12 10.51", CONFIRMED, "2026-04-05", REVIEW),
    Example("8.0 exactly, without a baseline", "2026-04-05 8.0 g/dL", NOT_EVALUABLE),
    Example("below 8.0, without a baseline", "2026-04-05 7.9 g/dL", PROVISIONAL, "2026-04-05", URGENT),
    Example(
        "E26 a transfusion clears nothing",
        "event transfusion_red_cells 2026-03-10 | 2026-01-05 12.5 g/dL | 2026-02-05 11.2 | 2026-03-05 9.6 | "
        "2026-03-17 10.9 | 2026-03-24 11.9",
        PROVISIONAL,
        "2026-02-05",
        REVIEW,
    ),
    Example(
        "a slow fall does not lower the baseline",
        _BASE + "2026-04-05 12.2 | 2026-05-05 11.9 | 2026-06-05 11.7 | 2026-07-05 11.4 | 2026-08-05 11.3",
        CONFIRMED,
        "2026-07-05",
        REVIEW,
    ),
    Example("the first result", "remission 2025-12-01 | 2026-01-05 10.0 g/dL", NOT_EVALUABLE),
)


def haemoglobin_fall(cohort: Cohort) -> Signal:
    """Haemoglobin against the personal baseline, and against 8.0 g/dL."""
    h = series_of(cohort, "haemoglobin")
    own = baseline(cohort, h, CHANGE)
    very_low = h.high < VERY_LOW.amount
    fallen = beyond(h.high, own.low).met & own.known
    deep = (own.low - 3 * h.high >= 3 * DEEP_FALL.amount) & own.known
    alone = np.select([very_low, deep], [int(URGENT), int(REVIEW)], int(INFO))
    return weighed(
        h,
        criterion,
        sure=very_low | (fallen & own.confirmed),
        weak=fallen | (beyond(h.low, own.high).met & own.confirmed),
        against=own,
        direction="below",
        keeps=under(cohort, h, "transfusion_red_cells"),
        terms=Terms(
            alone=alone,
            both=np.where(very_low | deep, int(URGENT), int(REVIEW)),
            weak_level=np.minimum(alone, int(REVIEW)),
        ),
        silences=before_remission(h),
        notes=missing,
    )


def criterion(value: Ints, own: Ints) -> Check:
    """What is compared: the fall, and the value itself."""
    return beyond(value, own) | below("haemoglobin", value, VERY_LOW)


def beyond(value: Ints, own: Ints) -> Check:
    """-1.0 g/dL and more than -8.0 % of a baseline held as the sum of three; the value itself stands for none."""
    down = own - 3 * value
    fallen = at_least("fall below baseline", down, FALL, scale=3) & more_than_percent(
        "fall in percent", down, own, CHANGE
    )
    return where_known(fallen, own != value)


def missing(series: Series, row: int) -> Sequence[str]:
    """The remission, where it is not recorded."""
    return remission_note(series, row)


RULE = Rule(
    code="CBC-HB-FALL",
    title="Haemoglobin below the personal baseline",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("haemoglobin",),
    thresholds=(FALL, DEEP_FALL, VERY_LOW, CHANGE, EARLIEST),
    sources=(COSKUN_2020, VIGIL),
    examples=EXAMPLES,
    evaluate=haemoglobin_fall,
    confounders=COUNTS,
    recovers=True,
    would_confirm="A second haemoglobin on another day; iron, B12, folate, reticulocytes, CRP, kidneys, bleeding.",
    would_clear="A haemoglobin back near the baseline, or a cause found and treated.",
)
