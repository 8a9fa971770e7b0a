"""How good a response a value allows, held against the start of the line, and what the next one needs (IMWG 2016)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from labs.rules.base import Threshold
from labs.rules.evidence import interval_text
from labs.rules.myeloma.measurable import URINE
from labs.rules.series import Series
from labs.rules.sources import KUMAR_2016

NINETY = Threshold("90", "%", KUMAR_2016, date(2016, 8, 1))
HALF = Threshold("50", "%", KUMAR_2016, date(2016, 8, 1))
QUARTER = Threshold("25", "%", KUMAR_2016, date(2016, 8, 1))
URINE_VGPR = Threshold("100", "mg/(24.h)", KUMAR_2016, date(2016, 8, 1))
MARROW_COMPLETE = Threshold("5", "%", KUMAR_2016, date(2016, 8, 1))
SD, MR, PR, VGPR, CR, SCR = range(2, 8)


@dataclass(frozen=True, slots=True)
class Value:
    """One assessment of a series, and the assay it is comparable within."""

    day: int
    low: int
    high: int
    group: int
    row: int


def fallen(value: Value, base: Value, percent: Threshold) -> bool:
    """Whether the value surely lies so many percent below the baseline."""
    numerator, denominator = percent.share
    return (base.low - value.high) * denominator >= base.low * numerator


def serum_level(value: Value, base: Value) -> int:
    """The best category a serum M-protein allows. Not seen at all: immunofixation decides."""
    if value.low == 0:
        return SCR
    if fallen(value, base, NINETY):
        return VGPR
    return PR if fallen(value, base, HALF) else MR if fallen(value, base, QUARTER) else SD


def urine_level(value: Value, base: Value) -> int:
    """The best category a urine M-protein allows."""
    if value.low == 0 and value.high < URINE_VGPR.amount:
        return SCR
    if value.high < URINE_VGPR.amount:
        return VGPR
    if value.high < URINE.amount or fallen(value, base, NINETY):
        return PR
    return MR if fallen(value, base, HALF) else SD


def difference_level(value: Value, base: Value) -> int:
    """The best category dFLC allows; minimal response is not defined by it."""
    if fallen(value, base, NINETY):
        return SCR
    return PR if fallen(value, base, HALF) else SD


def marrow_level(value: Value, base: Value) -> int:
    """The best category marrow plasma cells allow where nothing else is measurable."""
    if value.high < MARROW_COMPLETE.amount:
        return SCR
    return PR if fallen(value, base, HALF) else SD


def lesion_level(value: Value, base: Value) -> int:
    """The best category measured lesions allow: gone, or half of what they were."""
    if value.high == 0:
        return SCR
    return VGPR if fallen(value, base, HALF) else MR


def _at_most(base: Value, series: Series, percent: Threshold) -> str:
    numerator, denominator = percent.share
    most = base.low * (denominator - numerator) // denominator
    return f"at most {interval_text(most, most, series)}"


def serum_needs(base: Value, series: Series, category: int) -> str:
    """What serum M-protein must be."""
    if category >= CR:
        return "serum M-protein not seen by electrophoresis"
    percent = {VGPR: NINETY, PR: HALF}.get(category, QUARTER)
    return f"serum M-protein {_at_most(base, series, percent)} ({percent.value} % less)"


def urine_needs(base: Value, series: Series, category: int) -> str:
    """What urine M-protein must be."""
    if category >= CR:
        return "urine M-protein not seen by electrophoresis"
    if category == VGPR:
        return "urine M-protein below 100 mg/24 h"
    if category == PR:
        return f"urine M-protein below 200 mg/24 h, or {_at_most(base, series, NINETY)} (90 % less)"
    return f"urine M-protein {_at_most(base, series, HALF)} (50 % less)"


def difference_needs(base: Value, series: Series, category: int) -> str:
    """What dFLC must be."""
    percent = NINETY if category >= VGPR else HALF
    return f"dFLC {_at_most(base, series, percent)} ({percent.value} % less)"


def marrow_needs(base: Value, series: Series, category: int) -> str:
    """What marrow plasma cells must be."""
    if category >= VGPR:
        return "marrow plasma cells below 5 %"
    return f"marrow plasma cells {_at_most(base, series, HALF)} (50 % less)"


def lesion_needs(base: Value, series: Series, category: int) -> str:
    """What lesions must be."""
    return "no lesion left" if category >= CR else f"lesions {_at_most(base, series, HALF)} (50 % less)"
