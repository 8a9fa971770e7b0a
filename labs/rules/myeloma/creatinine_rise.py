"""Creatinine has risen: kidneys at risk.

What it checks
    Creatinine against the lowest value of this line of therapy: a rise of at least 2 mg/dL (177 µmol/L) is CONFIRMED
    at once and URGENT. Short of that, acute kidney injury by KDIGO is PROVISIONAL at REVIEW: at least 50 % above the
    lowest value of the last 7 days, or at least 0.3 mg/dL above the lowest of the last 2 calendar days.
When it stays silent
    Another disease: NOT_APPLICABLE. No earlier value of the same series: NOT_EVALUABLE. Whether the myeloma is the
    cause is the physician's judgement.
Source
    Kumar 2016 (IMWG), clinical relapse: rise of >= 2 mg/dL from the start of therapy; the lowest value since then
    stands for it, a default of this project. KDIGO 2012. One table prints "177 mmol/L", a misprint.
"""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import KIDNEY
from labs.rules.markers import series_of
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.signals import AT_ONCE, Signal, Terms, Words, weighed
from labs.rules.sources import KDIGO_2012, KUMAR_2016, VIGIL

RISE = Threshold("2", "mg/dL", KUMAR_2016, date(2016, 8, 1))
INJURY_PERCENT = Threshold("50", "%", KDIGO_2012, date(2012, 3, 1))
INJURY_PERCENT_DAYS = Threshold("7", "d", KDIGO_2012, date(2012, 3, 1))
INJURY_RISE = Threshold("0.3", "mg/dL", KDIGO_2012, date(2012, 3, 1))
INJURY_RISE_DAYS = Threshold("2", "d", KDIGO_2012, date(2012, 3, 1))

EXAMPLES = (
    Example("2 less a little", "2026-01-05 1.20 mg/dL | 2026-04-05 3.19", NOT_RAISED),
    Example("2 exactly", "2026-01-05 1.20 mg/dL | 2026-04-05 3.20", CONFIRMED, "2026-04-05", URGENT),
    Example("E24 in µmol/L", "2026-01-05 106 umol/L | 2026-04-05 283 umol/L", CONFIRMED, "2026-04-05", URGENT),
    Example("50 % in 7 days", "2026-01-05 1.00 mg/dL | 2026-01-12 1.50", PROVISIONAL, "2026-01-12", REVIEW),
    Example("50 % less a little in 7 days", "2026-01-05 1.00 mg/dL | 2026-01-12 1.49", NOT_RAISED),
    Example("50 % in 8 days", "2026-01-05 1.00 mg/dL | 2026-01-13 1.50", NOT_RAISED),
    Example("0.3 in 2 days", "2026-01-05 1.50 mg/dL | 2026-01-07 1.80", PROVISIONAL, "2026-01-07", REVIEW),
    Example("0.3 less a little in 2 days", "2026-01-05 1.50 mg/dL | 2026-01-07 1.79", NOT_RAISED),
    Example("0.3 in 3 days", "2026-01-05 1.50 mg/dL | 2026-01-08 1.80", NOT_RAISED),
    Example("the first value", "2026-01-05 3.50 mg/dL", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-01-05 1.20 mg/dL | 2026-04-05 3.20", NOT_APPLICABLE),
)


def creatinine_rise(cohort: Cohort) -> Signal:
    """Creatinine against the lowest value of the line, of a week and of two days."""
    c = series_of(cohort, "creatinine")
    lowest = c.lowest()
    week, days = c.lowest_within(int(INJURY_PERCENT_DAYS.value)), c.lowest_within(int(INJURY_RISE_DAYS.value))
    sure = criterion(c.low, lowest.high).met & lowest.known
    injured = (in_a_week(c.low, week.high).met & week.known) | (in_two_days(c.low, days.high).met & days.known)

    def injury(row: int) -> list[Comparison]:
        one = slice(row, row + 1)
        checks = [(in_a_week, week), (in_two_days, days)]
        return [c for check, ref in checks if ref.known[row] for c in check(value[one], ref.high[one]).comparisons(0)]

    value = c.low
    return weighed(
        c,
        criterion,
        sure=sure,
        weak=injured,
        against=lowest._replace(confirmed=lowest.known, how="lowest value so far"),
        direction="above",
        terms=Terms(AT_ONCE, alone=URGENT),
        extras=injury,
        words=Words(weak="acute kidney injury by KDIGO", weak_version="KDIGO-2012"),
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """+2 mg/dL."""
    return at_least("rise", value - lowest, RISE)


def in_a_week(value: Ints, lowest: Ints) -> Check:
    """+50 % of the lowest value of 7 days."""
    return at_least_percent("rise in percent within 7 days", value - lowest, lowest, INJURY_PERCENT)


def in_two_days(value: Ints, lowest: Ints) -> Check:
    """+0.3 mg/dL above the lowest value of 2 days."""
    return at_least("rise within 2 days", value - lowest, INJURY_RISE)


RULE = Rule(
    code="MM-CREATININE",
    title="Creatinine rise in myeloma",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("creatinine",),
    thresholds=(RISE, INJURY_PERCENT, INJURY_PERCENT_DAYS, INJURY_RISE, INJURY_RISE_DAYS),
    sources=(KUMAR_2016, KDIGO_2012, VIGIL),
    examples=EXAMPLES,
    evaluate=creatinine_rise,
    confounders=KIDNEY,
    would_confirm="A repeat creatinine, urine sediment, free light chains, and no other cause: drugs, contrast, "
    "dehydration.",
    would_clear="A repeat creatinine back near the baseline, or a cause other than myeloma.",
)
