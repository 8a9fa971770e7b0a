"""Amounts, shares and days as people read them. Numbers are exact: nothing is rounded across a bar."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = {
    "mg/(24.h)": "mg/24 h",
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "{ratio}": "",
    "/uL": "/µL",
    "umol/L": "µmol/L",
}
DECIMALS = {"g/dL": 1, "mg/dL": 1, "10*6/uL": 2}
MOST_DECIMALS = 4


def number_text(amount: int | Fraction, places: int, unit: str, most: int = MOST_DECIMALS) -> str:
    """A fixed-point amount, with at least the decimals usual for its unit; a long tail is cut and marked ≈."""
    exact = Fraction(amount) / 10**places
    decimals = DECIMALS.get(unit, 0)
    while decimals < most and (exact * 10**decimals).denominator != 1:
        decimals += 1
    scaled = exact * 10**decimals
    mark = "" if scaled.denominator == 1 else "≈"
    return f"{mark}{Decimal(int(scaled)).scaleb(-decimals):f}"


def amount_text(amount: int | Fraction, places: int, unit: str, comparator: str = "") -> str:
    """Number and unit."""
    return f"{comparator}{number_text(amount, places, unit)} {unit_text(unit)}".strip()


def unit_text(unit: str) -> str:
    """A UCUM unit as people write it."""
    return UNITS.get(unit, unit)


def percent_text(part: int, whole: int, *, sign: bool = False) -> str:
    """A share in percent, cut (not rounded) to one decimal below 100."""
    if whole == 0:
        return "from zero"
    share = Fraction(100 * part, whole)
    digits = Decimal(1) if abs(share) >= 100 or share.denominator == 1 else Decimal("0.1")
    cut = (Decimal(share.numerator) / Decimal(share.denominator)).quantize(digits, ROUND_FLOOR)
    return f"{cut:+f} %" if sign else f"{cut:f} %"


def day_text(day: date) -> str:
    """7 Nov 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
