"""Values as text that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from tracker.reports.report import Value

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")


def as_text(value: Value) -> str:
    """A value as files hold it: ISO dates, instants with their offset, plain decimals, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain_decimal(value)
    return str(value)


def plain_decimal(value: Decimal) -> str:
    """A decimal without trailing zeros and without an exponent: 1.500000000 is 1.5."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def harmless(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet would run it as a formula. Numbers stay numbers."""
    if text.startswith(STARTS_A_FORMULA) and not NUMBER.fullmatch(text):
        return "'" + text
    return text
