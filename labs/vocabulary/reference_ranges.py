"""Reference ranges: the laboratory's own, else a published fallback by age and sex (clinical reference section 4.5).

A fallback is for want of something better: most things measured in blood change with age, sex, method and origin
(neutrophils of people with the Duffy-null type lie at 1.0 and above in health). Where neither is known there is none.
"""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple

from labs.vocabulary.analyte import Range

Origin = Literal["laboratory", "fallback"]
Confidence = Literal["high", "medium"]
"""Seen in the named source; or known, and to be checked against it before use."""

TYPICAL = "typical adult range, no single source"
IOWA = "University of Iowa, paediatric normal values"
NATHAN_OSKI = "Nathan and Oski, Hematology of Infancy and Childhood"
CONFIDENCE: Mapping[str, Confidence] = MappingProxyType({TYPICAL: "medium", IOWA: "high", NATHAN_OSKI: "medium"})
PRINTED = "printed on the result"


def days_of_months(months: int) -> int:
    """Age in days at so many full months, a year being 365.25 days."""
    return months * 1461 // 48


ADULT_DAYS = days_of_months(12 * 18)
OLDEST_DAYS = days_of_months(12 * 200)


class ReferenceRange(NamedTuple):
    """A range in the canonical unit, with where it comes from."""

    range: Range
    origin: Origin
    source: str


class Fallback(NamedTuple):
    """A published range and for whom it holds: age in days at collection, sex ("" for any)."""

    low: Decimal
    high: Decimal
    source: str
    sex: str = ""
    from_days: int = ADULT_DAYS
    below_days: int = OLDEST_DAYS


def _adult(low: str, high: str, sex: str = "") -> Fallback:
    return Fallback(Decimal(low), Decimal(high), TYPICAL, sex)


def _child(low: str, high: str, from_months: int, below_months: int, source: str, sex: str = "") -> Fallback:
    days = [days_of_months(months) for months in (from_months, below_months)]
    return Fallback(Decimal(low), Decimal(high), source, sex, *days)


FALLBACKS: Mapping[str, tuple[Fallback, ...]] = MappingProxyType(
    {
        "haemoglobin": (
            _adult("13.5", "17.5", "male"),
            _adult("12.0", "15.5", "female"),
            _child("11.3", "14.1", 6, 12, IOWA),
            _child("11.5", "13.5", 24, 72, NATHAN_OSKI),
            _child("11.5", "15.5", 72, 144, NATHAN_OSKI),
            _child("13.0", "16.0", 144, 216, NATHAN_OSKI, "male"),
            _child("12.0", "16.0", 144, 216, NATHAN_OSKI, "female"),
        ),
        "rbc": (_adult("4.5", "5.9", "male"), _adult("4.1", "5.1", "female")),
        "wbc": (
            _adult("4.0", "11.0"),
            _child("6.0", "17.0", 12, 24, IOWA),
            _child("5.5", "15.5", 24, 48, IOWA),
            _child("5.0", "14.5", 48, 96, NATHAN_OSKI),
            _child("4.5", "13.5", 96, 168, NATHAN_OSKI),
        ),
        "neutrophils": (
            _adult("1.5", "7.5"),
            _child("1.5", "8.5", 6, 60, IOWA),
            _child("1.7", "7.5", 60, 216, IOWA),
        ),
        "lymphocytes": (
            _adult("1.0", "4.0"),
            _child("3.0", "9.5", 12, 24, IOWA),
            _child("2.0", "8.0", 24, 60, IOWA),
            _child("1.25", "7.0", 60, 216, IOWA),
        ),
        "platelets": (_adult("150", "400"), _child("150", "450", 0, 216, NATHAN_OSKI)),
        "creatinine": (_adult("0.7", "1.3", "male"), _adult("0.6", "1.1", "female")),
        "calcium": (_adult("8.6", "10.3"),),
        "calcium_corrected": (_adult("8.6", "10.3"),),
        "albumin": (_adult("3.5", "5.0"),),
        "ldh": (_adult("120", "250"),),
        "b2m": (_adult("0.8", "2.4"),),
        "igg": (_adult("700", "1600"),),
        "iga": (_adult("70", "400"),),
        "igm": (_adult("40", "230"),),
    }
)


def fallback_range(analyte: str, *, age_days: int, sex: str) -> ReferenceRange | None:
    """The published range for age and sex at collection; None where there is none, or none for an unknown sex."""
    for row in FALLBACKS.get(analyte, ()):
        if row.from_days <= age_days < row.below_days and row.sex in ("", sex):
            return ReferenceRange(Range(row.low, row.high), "fallback", row.source)
    return None


def reference_range(
    analyte: str, *, age_days: int | None, sex: str, low: Decimal | None = None, high: Decimal | None = None
) -> ReferenceRange | None:
    """The laboratory's printed range (in the canonical unit) when it gave any end of one, else the fallback."""
    if low is not None or high is not None:
        return ReferenceRange(Range(low, high), "laboratory", PRINTED)
    if age_days is None:
        return None
    return fallback_range(analyte, age_days=age_days, sex=sex)


# Free light chain ratio by kidney function: lowest eGFR of the band, range. Not validated on dialysis.
_FLC_RATIO = (
    (60, "0.26", "1.65"),
    (45, "0.46", "2.62"),
    (30, "0.48", "3.38"),
    (0, "0.54", "3.30"),
)


def light_chain_ratio_range(egfr: Decimal | None) -> Range:
    """The range of the kappa/lambda ratio for an eGFR; the standard one when the eGFR is not known."""
    for least, low, high in _FLC_RATIO:
        if egfr is None or egfr >= least:
            return Range(Decimal(low), Decimal(high))
    raise ValueError(f"an eGFR is never negative: {egfr}")
