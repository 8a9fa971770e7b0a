"""Creatinine has risen, however slowly: half as much again as the lowest level of this line of therapy.

What it checks
    Creatinine against the lowest value reached on two consecutive assessments of the same series and line of therapy:
    a rise of at least 50 % that is also at least 0.3 mg/dL. PROVISIONAL at REVIEW once, CONFIRMED at REVIEW when the
    next assessment says so too. With a single earlier value, or against the lowest single one, it stays PROVISIONAL.
When it stays silent
    No earlier value of the same series: NOT_EVALUABLE. Dialysis is listed as a confounder. How fast it rose is not
    asked: acute injury, and the rise of 2 mg/dL in myeloma, have a rule of their own (MM-CREATININE); a fall of the
    eGFR that a laboratory reports has another (CBC-EGFR).
Source
    KDIGO 2012 (acute kidney injury): the bars of stage 1, 1.5 times the baseline and 0.3 mg/dL. That both are asked
    for, that the rise may take any time, and the lowest value on two assessments as the baseline, are defaults of this
    project: a kidney that fails over months is else seen by nobody where the laboratory reports no eGFR.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blood_counts.baseline import ALL_DISEASES
from labs.rules.blood_counts.low_counts import TWICE
from labs.rules.checks import Check, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import KIDNEY
from labs.rules.markers import series_of
from labs.rules.signals import Signal, Terms, rise
from labs.rules.sources import KDIGO_2012, VIGIL

PERCENT = Threshold("50", "%", KDIGO_2012, date(2012, 3, 1))
RISE = Threshold("0.3", "mg/dL", KDIGO_2012, date(2012, 3, 1))

_TWO = "2026-01-05 1.00 mg/dL | 2026-02-05 1.00 | "
_LOW = "2026-01-05 0.50 mg/dL | 2026-02-05 0.50 | "
EXAMPLES = (
    Example("50 % less a little", _TWO + "2026-05-05 1.49 | 2026-08-05 1.49", NOT_RAISED),
    Example("50 % exactly, once", _TWO + "2026-05-05 1.50", PROVISIONAL, "2026-05-05", REVIEW),
    Example("50 % exactly, twice", _TWO + "2026-05-05 1.50 | 2026-08-05 1.50", CONFIRMED, "2026-05-05", REVIEW),
    Example("a little each time, over a year", _TWO + "2026-05-05 1.3 | 2026-09-05 1.6 | 2027-01-05 1.9", CONFIRMED),
    Example("50 %, but less than 0.3 mg/dL", _LOW + "2026-05-05 0.79 | 2026-08-05 0.79", NOT_RAISED),
    Example("0.3 mg/dL exactly, and 50 %", _LOW + "2026-05-05 0.80 | 2026-08-05 0.80", CONFIRMED, "", REVIEW),
    Example("in µmol/L", "2026-01-05 88 umol/L | 2026-02-05 88 | 2026-05-05 140 umol/L", PROVISIONAL, "", REVIEW),
    Example("and back", _TWO + "2026-05-05 1.6 | 2026-06-05 1.1", NOT_CONFIRMED, "2026-05-05"),
    Example("against a lone low value", "2026-01-05 1.00 mg/dL | 2026-05-05 1.60", PROVISIONAL, "", REVIEW),
    Example("a new line of therapy starts anew", _TWO + "line 2026-03-01 | 2026-05-05 2.0", NOT_EVALUABLE),
    Example("the first value", "2026-01-05 3.00 mg/dL", NOT_EVALUABLE),
)


def creatinine_rise(cohort: Cohort) -> Signal:
    """Creatinine against the lowest level so far."""
    s = series_of(cohort, "creatinine")
    terms = Terms(TWICE, alone=REVIEW, both=REVIEW)
    return rise(s, criterion, against=s.lowest_confirmed(), early=s.lowest(), terms=terms)


def criterion(value: Ints, lowest: Ints) -> Check:
    """+50 %, and +0.3 mg/dL."""
    up = value - lowest
    return at_least_percent("rise in percent of the lowest", up, lowest, PERCENT) & at_least("rise", up, RISE)


RULE = Rule(
    code="CBC-CREATININE",
    title="Creatinine rising",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("creatinine",),
    thresholds=(PERCENT, RISE),
    sources=(KDIGO_2012, VIGIL),
    examples=EXAMPLES,
    evaluate=creatinine_rise,
    confounders=KIDNEY,
    recovers=True,
    would_confirm="A repeat creatinine with eGFR, urine sediment and protein, in myeloma free light chains; drugs, "
    "contrast, dehydration.",
    would_clear="A repeat creatinine near the lowest level.",
)
