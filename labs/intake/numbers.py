"""Numbers as laboratories print them, exactly."""

import re
from decimal import Decimal
from functools import lru_cache

_PRINTED = re.compile(
    r"(<=|>=|<|>|≤|≥)?\s*([+-]?(?:\d{1,20}(?:\.\d{1,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,2})?)", re.ASCII
)
_COMPARATORS = {None: "", "≤": "<=", "≥": ">="}


@lru_cache(maxsize=65_536)
def read_number(text: str) -> tuple[str, Decimal | None]:
    """Return (comparator, value) of a printed number, ("", None) when it is anything else.

    `<0.1` gives ("<", 0.1). A decimal comma, a thousands separator, a range, a flag letter behind the number or several
    numbers are not read: which number is meant would be a guess.
    """
    printed = _PRINTED.fullmatch(text)
    if printed is None:
        return "", None
    comparator, digits = printed.groups()
    return _COMPARATORS.get(comparator, comparator), Decimal(digits)


def is_small_enough(value: Decimal) -> bool:
    """Say whether a number from outside can be calculated with: no 10^999999999, no NaN, no thousand digits."""
    if not value.is_finite():
        return False
    exponent = value.as_tuple().exponent
    return (
        isinstance(exponent, int) and exponent >= -40 and value.adjusted() <= 40 and len(value.as_tuple().digits) <= 60
    )
