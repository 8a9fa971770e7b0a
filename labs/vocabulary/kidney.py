"""Estimated glomerular filtration rate from creatinine, for display: no rule compares it with anything."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import NamedTuple

CKD_EPI, BEDSIDE_SCHWARTZ = "CKD-EPI 2021", "bedside Schwartz"
DIGITS = 28
ADULT = 18
SCHWARTZ = Decimal("0.413")
AGE = Decimal("0.9938")
ABOVE = Decimal("-1.200")
BELOW = {"female": Decimal("-0.241"), "male": Decimal("-0.302")}
KNEE = {"female": Decimal("0.7"), "male": Decimal("0.9")}
FACTOR = {"female": Decimal("1.012"), "male": Decimal(1)}


class Filtration(NamedTuple):
    """An eGFR in mL/min/1.73 m2 and the formula that gave it; or what it needs."""

    rate: Decimal | None
    formula: str
    missing: str = ""


def filtration(creatinine: Decimal, *, age: int | None, sex: str, height: Decimal | None = None) -> Filtration:
    """The formula for the age: CKD-EPI 2021 from 18 years on, bedside Schwartz before."""
    if age is None:
        return Filtration(None, "", "the date of birth")
    if age >= ADULT:
        rate = egfr_ckd_epi_2021(creatinine, age, sex)
        return Filtration(rate, CKD_EPI, "" if sex in KNEE else "the sex")
    if height is None:
        return Filtration(None, BEDSIDE_SCHWARTZ, "the height")
    return Filtration(egfr_schwartz(creatinine, height), BEDSIDE_SCHWARTZ)


def egfr_ckd_epi_2021(creatinine: Decimal, age: int, sex: str) -> Decimal | None:
    """mL/min/1.73 m2 to one decimal, from creatinine in mg/dL (Inker, N Engl J Med 2021;385:1737).

    None where it does not hold: under 18 years, another sex than female or male, no creatinine.
    """
    if age < ADULT or sex not in KNEE or creatinine <= 0:
        return None
    with localcontext() as context:
        context.prec, context.rounding = DIGITS, ROUND_HALF_EVEN
        ratio = creatinine / KNEE[sex]
        power = BELOW[sex] if ratio < 1 else ABOVE
        rate = 142 * ratio**power * AGE**age * FACTOR[sex]
        return rate.quantize(Decimal("0.1"))


def egfr_schwartz(creatinine: Decimal, height: Decimal) -> Decimal | None:
    """mL/min/1.73 m2 to one decimal for a child, from enzymatic creatinine in mg/dL and height in cm (bedside Schwartz,
    J Am Soc Nephrol 2009;20:629). None without both.
    """
    if creatinine <= 0 or height <= 0:
        return None
    return (SCHWARTZ * height / creatinine).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
