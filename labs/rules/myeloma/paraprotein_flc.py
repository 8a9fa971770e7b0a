"""The involved free light chain has risen by 200 mg/L with an abnormal ratio: significant paraprotein relapse.

What it checks
    The free light chain of the clone above its lowest confirmed value in this line of therapy: at least 200 mg/L and at
    least 25 %, whichever is greater, with an abnormal kappa/lambda ratio (below 0.26 or above 1.65), in two consecutive
    measurements. Treatment is usually considered then, also without organ damage, so a confirmed one is URGENT: to
    decide, not to treat. One measurement is PROVISIONAL at REVIEW; so is a rise met only against a single lowest value,
    or a rise or ratio met only within the bounds of a censored value.
When it stays silent
    Another disease: NOT_APPLICABLE. The light chain of the clone is not recorded: NOT_EVALUABLE. No earlier pair of
    kappa and lambda of the same day, laboratory and method in this line of therapy: NOT_EVALUABLE; platforms are never
    compared. The ratio is held against the standard range; the wider ranges for impaired kidneys are not applied, so a
    rise with failing kidneys may be raised with a ratio that is normal for them.
Source
    IMWG, indications for treatment at relapse (20 mg/dL); normal ratio: Dispenzieri 2009. That the rise is measured
    from the lowest confirmed value: a default of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
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
from labs.rules.confounders import PROTEINS
from labs.rules.myeloma.flc_marker import unless_clone_known
from labs.rules.myeloma.light_chains import NORMAL_RATIO_HIGH, NORMAL_RATIO_LOW, abnormal_ratio, involved_flc
from labs.rules.myeloma.progression import MYELOMA, NOT_AGAIN, REPEAT, SET_APART
from labs.rules.series import Series
from labs.rules.signals import Signal, rise
from labs.rules.sources import DISPENZIERI_2009, PARAPROTEIN_RELAPSE, VIGIL

RISE = Threshold("200", "mg/L", PARAPROTEIN_RELAPSE, date(2011, 5, 5))
PERCENT = Threshold("25", "%", PARAPROTEIN_RELAPSE, date(2011, 5, 5))
READS = ("flc_kappa", "flc_lambda")


def _pair(day: str, kappa: str, lambda_: str) -> str:
    return f"{day} flc_kappa {kappa} mg/L | {day} flc_lambda {lambda_} mg/L"


def _course(*pairs: str) -> str:
    days = ("2026-01-05", "2026-02-05", "2026-03-05", "2026-04-05")
    return " | ".join(_pair(day, *pair.split("/")) for day, pair in zip(days, pairs, strict=False))


_KAPPA = "light_chain kappa | "
EXAMPLES = (
    Example("200 mg/L less a little", _KAPPA + _course("30/10", "30/10", "229.9/10", "229.9/10"), NOT_RAISED),
    Example(
        "200 mg/L exactly",
        _KAPPA + _course("30/10", "30/10", "230/10", "230/10"),
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example("25 % less a little", _KAPPA + _course("1000/10", "1000/10", "1249.9/10", "1249/10"), NOT_RAISED),
    Example("25 % exactly", _KAPPA + _course("1000/10", "1000/10", "1250/10", "1250/10"), CONFIRMED, "2026-03-05"),
    Example("ratio 1.65 exactly is normal", _KAPPA + _course("30/20", "30/20", "330/200", "330/200"), NOT_RAISED),
    Example(
        "ratio just above 1.65",
        _KAPPA + _course("30/20", "30/20", "330.1/200", "330.1/200"),
        CONFIRMED,
        "2026-03-05",
    ),
    Example(
        "ratio 0.26 exactly is normal",
        "light_chain lambda | " + _course("10/30", "10/30", "130/500", "130/500"),
        NOT_RAISED,
    ),
    Example(
        "ratio just below 0.26",
        "light_chain lambda | " + _course("10/30", "10/30", "129.9/500", "129.9/500"),
        CONFIRMED,
        "2026-03-05",
    ),
    Example(
        "the other chain rises", "light_chain lambda | " + _course("30/10", "30/10", "330/10", "330/10"), NOT_RAISED
    ),
    Example("one measurement", _KAPPA + _course("30/10", "30/10", "240/10"), PROVISIONAL, "2026-03-05", REVIEW),
    Example("not confirmed", _KAPPA + _course("30/10", "30/10", "240/10", "90/10"), NOT_CONFIRMED),
    Example(
        "a ratio known only within bounds",
        _KAPPA + _course("30/10", "30/10", "240/<150", "240/<150"),
        PROVISIONAL,
        "2026-03-05",
        REVIEW,
    ),
    Example("clone not known", _course("30/10", "30/10", "240/10", "240/10"), NOT_EVALUABLE),
    Example("the first pair", _KAPPA + _course("300/10"), NOT_EVALUABLE),
    Example(
        "another platform",
        _KAPPA + _course("30/10", "30/10")
        + " | 2026-03-05 flc_kappa 300 mg/L @Lab/N-Latex | 2026-03-05 flc_lambda 10 mg/L @Lab/N-Latex",
        NOT_EVALUABLE,
    ),
    Example("another disease", "disease AML | " + _KAPPA + _course("30/10", "30/10", "240/10"), NOT_APPLICABLE),
)  # fmt: skip


def relapse(cohort: Cohort) -> Signal:
    """The involved chain against its lowest confirmed value, where the ratio is abnormal."""
    chain = involved_flc(cohort)
    surely, possibly = abnormal_ratio(cohort)
    rising = rise(chain, criterion, against=chain.lowest_confirmed(), early=chain.lowest(), apart=SET_APART)
    sure = rising.sure & surely

    def ratio(row: int) -> list[Comparison]:
        needed = f"below {NORMAL_RATIO_LOW.value} or above {NORMAL_RATIO_HIGH.value}"
        found = "abnormal" if surely[row] else "abnormal within bounds" if possibly[row] else "normal"
        return [Comparison("kappa/lambda ratio", found, needed, bool(surely[row]))]

    def missing(_: Series, row: int) -> Sequence[str]:
        return [] if surely[row] or not possibly[row] else ["an exact kappa/lambda ratio"]

    weak: Bools = (rising.sure | rising.weak) & possibly & ~sure
    silences = (unless_clone_known(cohort, chain),)
    return replace(rising, sure=sure, weak=weak, silences=silences, extras=ratio, notes=missing)


def criterion(value: Ints, lowest: Ints) -> Check:
    """+200 mg/L, and +25 %."""
    up = value - lowest
    return at_least("rise", up, RISE) & at_least_percent("rise in percent of the lowest", up, lowest, PERCENT)


RULE = Rule(
    code="MM-PARAPROTEIN-FLC",
    title="Significant paraprotein relapse by free light chains",
    criteria_version="IMWG-2011",
    diseases=MYELOMA,
    reads=READS,
    thresholds=(RISE, PERCENT, SET_APART, NORMAL_RATIO_LOW, NORMAL_RATIO_HIGH),
    sources=(PARAPROTEIN_RELAPSE, DISPENZIERI_2009, VIGIL),
    examples=EXAMPLES,
    evaluate=relapse,
    confounders=(*PROTEINS, "dialysis"),
    would_confirm=REPEAT,
    would_clear=NOT_AGAIN,
)
