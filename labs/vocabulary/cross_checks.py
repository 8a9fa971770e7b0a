"""Steps between two values of one analyte that look like a mistaken unit: a query for a person, never a correction."""

from decimal import Decimal
from typing import NamedTuple

TOLERANCE = Decimal("0.05")

# Known steps and what usually makes them. Both directions are tried.
STEPS: tuple[tuple[Decimal, str], ...] = (
    (Decimal(10), "a power of ten: g/L against g/dL, mg/dL against mg/L"),
    (Decimal(100), "a power of a hundred: g/L against mg/dL"),
    (Decimal(1000), "a power of a thousand: g against mg, /uL against 10*3/uL"),
    (Decimal("88.42"), "creatinine in umol/L against mg/dL"),
    (Decimal("4.008"), "calcium in mmol/L against mg/dL"),
    (Decimal("1.611"), "haemoglobin in mmol/L against g/dL"),
)


class UnitQuery(NamedTuple):
    """A step of `ratio` between two values, near the known `step`."""

    ratio: Decimal
    step: Decimal
    why: str


def unit_error(earlier: Decimal, later: Decimal, *, analyte: str = "") -> UnitQuery | None:
    """The unit error a step looks like; None when it looks like none, or when a value is zero or below.

    The steps of molar units are only looked for in their own analyte: a haemoglobin may rightly change by 1.6.
    """
    if earlier <= 0 or later <= 0:
        return None
    ratio = later / earlier
    rising = ratio if ratio >= 1 else 1 / ratio
    for step, why in STEPS:
        if _belongs(step, analyte) and abs(rising - step) <= step * TOLERANCE:
            return UnitQuery(ratio, step if ratio >= 1 else 1 / step, why)
    return None


_ONLY_IN = {
    Decimal("88.42"): ("creatinine",),
    Decimal("4.008"): ("calcium", "calcium_corrected", "calcium_ionised"),
    Decimal("1.611"): ("haemoglobin",),
}


def _belongs(step: Decimal, analyte: str) -> bool:
    return not analyte or analyte in _ONLY_IN.get(step, (analyte,))


def ratio_differs(kappa: Decimal, lambda_: Decimal, printed: Decimal) -> bool:
    """The printed kappa/lambda ratio is more than 5 % away from the one of the two printed values."""
    if lambda_ <= 0 or kappa <= 0:
        return False
    computed = kappa / lambda_
    return abs(printed - computed) > computed * TOLERANCE


def differential_exceeds(wbc: Decimal, *parts: Decimal) -> bool:
    """Neutrophils, lymphocytes and monocytes together exceed the white cells by more than 5 %."""
    return sum(parts, Decimal(0)) > wbc * Decimal("1.05")


def haematocrit_misfits(haemoglobin: Decimal, haematocrit: Decimal) -> bool:
    """The haematocrit (%) is not three times the haemoglobin (g/dL), give or take 4."""
    return abs(haematocrit - 3 * haemoglobin) > 4


def monoclonal_exceeds(serum_m: Decimal, total_protein: Decimal, albumin: Decimal) -> bool:
    """The M-protein is more than all protein that is not albumin."""
    return serum_m > total_protein - albumin
