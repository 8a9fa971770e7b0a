"""Amounts, shares and days as people read them. Numbers are exact: nothing is rounded across a bar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = {
    "mg/(24.h)": "mg/24 h",
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "{ratio}": "",
    "{count}": "",
    "/uL": "/µL",
    "umol/L": "µmol/L",
    "mm2": "mm²",
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
}
DECIMALS = {"g/dL": 1, "mg/dL": 1, "10*6/uL": 2}
MOST_DECIMALS = 3
LEAST_DIGITS = 2
REMEMBERED = 1 << 14
"""Texts kept: laboratories print few digits, so most values and days have been written before."""


@lru_cache(REMEMBERED)
def number_text(amount: int, places: int, unit: str, most: int = MOST_DECIMALS) -> str:
    """A fixed-point amount, with at least the decimals usual for its unit; a long tail is cut and marked ≈."""
    whole, part = divmod(abs(amount), 10**places)
    digits = f"{part:0{places}d}".rstrip("0").ljust(DECIMALS.get(unit, 0), "0") if places else ""
    if not whole:  # a small number keeps its first digits: 0.0005 % is not 0.000
        most = max(most, len(digits) - len(digits.lstrip("0")) + LEAST_DIGITS)
    mark = "≈" if len(digits) > most else ""
    sign = "-" if amount < 0 else ""
    return f"{mark}{sign}{whole}.{digits[:most]}" if digits else f"{sign}{whole}"


@lru_cache(REMEMBERED)
def amount_text(amount: int, places: int, unit: str, comparator: str = "") -> str:
    """Number and unit."""
    return f"{comparator}{number_text(amount, places, unit)} {unit_text(unit)}".strip()


def unit_text(unit: str) -> str:
    """A UCUM unit as people write it."""
    return UNITS.get(unit, unit)


def percent_text(part: int, whole: int, *, sign: bool = False) -> str:
    """A share in percent, cut (not rounded) to one decimal, to none from 100 on."""
    if whole == 0:
        return "from zero"
    tenths, rest = divmod(1000 * abs(part), whole)
    text = f"{tenths // 10}" if tenths >= 1000 or (tenths % 10 == 0 and not rest) else f"{tenths // 10}.{tenths % 10}"
    mark = "-" if part < 0 else "+" if sign else ""
    return f"{mark}{text} %"


@lru_cache(REMEMBERED)
def day_text(day: date) -> str:
    """7 Nov 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
