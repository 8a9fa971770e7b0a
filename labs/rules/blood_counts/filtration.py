"""Kidney function has fallen: eGFR a quarter below what it was, and in a lower category.

What it checks
    eGFR (CKD-EPI 2021) as the laboratory reported it, against the highest value reached on two consecutive
    assessments of the same series and line of therapy: a fall of at least 25 % that also enters a lower category
    (bars at 90, 60, 45, 30 and 15 mL/min/1.73 m²). PROVISIONAL at REVIEW once, CONFIRMED at REVIEW when the next
    assessment says so too. With a single earlier value it stays PROVISIONAL.
When it stays silent
    No earlier value of the same series: NOT_EVALUABLE. No eGFR by this formula from the laboratory: NOT_EVALUABLE;
    none is computed from creatinine here, and values of other formulas are not compared. Dialysis is listed as a
    confounder. The rise of creatinine in myeloma has a rule of its own. eGFR does not hold while creatinine is
    changing fast.
Source
    KDIGO 2012 (chronic kidney disease, 2.1.3): a certain drop is a drop in category with at least 25 % from baseline.
    The highest value on two assessments as the baseline, and the level, are defaults of this project.
"""

from __future__ import annotations

from datetime import date

import numpy as np

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
from labs.rules.signals import Signal, Terms, fall
from labs.rules.sources import KDIGO_CKD_2012, VIGIL

FALL = Threshold("25", "%", KDIGO_CKD_2012, date(2013, 1, 1))
LOWER = Threshold("1", "{count}", KDIGO_CKD_2012, date(2013, 1, 1), places=0)
CATEGORIES = tuple(
    Threshold(bar, "mL/min/{1.73_m2}", KDIGO_CKD_2012, date(2013, 1, 1)) for bar in ("90", "60", "45", "30", "15")
)

_TWO = "2026-01-05 80 mL/min/{1.73_m2} | 2026-02-05 80 | "
EXAMPLES = (
    Example("25 % less a little", _TWO + "2026-03-05 60.1 | 2026-04-05 60.1", NOT_RAISED),
    Example("25 % exactly, but 60 is the same category", _TWO + "2026-03-05 60 | 2026-04-05 60", NOT_RAISED),
    Example(
        "a lower category, but not 25 %", "2026-01-05 70 | 2026-02-05 70 | 2026-03-05 59 | 2026-04-05 59", NOT_RAISED
    ),
    Example(
        "25 % exactly and a lower category", "2026-01-05 76 | 2026-02-05 76 | 2026-03-05 57", PROVISIONAL, "", REVIEW
    ),
    Example("both, once", _TWO + "2026-03-05 59.9", PROVISIONAL, "2026-03-05", REVIEW),
    Example("both, twice", _TWO + "2026-03-05 59.9 | 2026-04-05 55", CONFIRMED, "2026-03-05", REVIEW),
    Example("and back", _TWO + "2026-03-05 55 | 2026-04-05 78", NOT_CONFIRMED, "2026-03-05"),
    Example("E19 70 to 25, from a single value", "2026-01-05 70 | 2026-02-05 25", PROVISIONAL, "2026-02-05", REVIEW),
    Example("a new line of therapy starts anew", _TWO + "line 2026-03-01 | 2026-03-05 40", NOT_EVALUABLE),
    Example("another formula", "2026-01-05 egfr_mdrd 80 | 2026-02-05 80 | 2026-03-05 30", NOT_EVALUABLE),
    Example("the first value", "2026-01-05 20 mL/min/{1.73_m2}", NOT_EVALUABLE),
)


def filtration_fall(cohort: Cohort) -> Signal:
    """eGFR against the highest value so far."""
    s = series_of(cohort, "egfr")
    terms = Terms(TWICE, alone=REVIEW, both=REVIEW)
    return fall(s, criterion, against=s.highest_confirmed(), early=s.highest(), terms=terms)


def criterion(value: Ints, highest: Ints) -> Check:
    """-25 %, into a lower category."""
    down = at_least_percent("fall in percent of the highest", highest - value, highest, FALL)
    return down & at_least("categories lower", category(highest) - category(value), LOWER)


def category(value: Ints) -> Ints:
    """How many of the bars a value reaches."""
    return sum(((value >= bar.amount).astype(np.int64) for bar in CATEGORIES), np.zeros(value.size, np.int64))


RULE = Rule(
    code="CBC-EGFR",
    title="Kidney function falling",
    criteria_version="KDIGO-2012",
    diseases=ALL_DISEASES,
    reads=("egfr",),
    thresholds=(FALL, LOWER, *CATEGORIES),
    sources=(KDIGO_CKD_2012, VIGIL),
    examples=EXAMPLES,
    evaluate=filtration_fall,
    confounders=KIDNEY,
    recovers=True,
    would_confirm="A repeat creatinine within two weeks, urine sediment and protein; drugs, contrast, dehydration.",
    would_clear="A repeat eGFR in the former category.",
)
