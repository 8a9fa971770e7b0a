"""How sure a measured share or rate is, and the quartiles of a list of days. Floats: these are for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from labs.vocabulary.binomial import Z, wilson

__all__ = ["Z", "byar", "quartiles", "wilson"]


def byar(count: int) -> tuple[float, float]:
    """Byar's approximate 95 % interval of a Poisson count.

    Low: n(1 - 1/9n - z/3·sqrt(1/n))³, 0 of none. High: m(1 - 1/9m + z/3·sqrt(1/m))³ with m = n + 1.
    """
    more = count + 1
    high = more * (1 - 1 / (9 * more) + Z / (3 * sqrt(more))) ** 3
    low = count * (1 - 1 / (9 * count) - Z / (3 * sqrt(count))) ** 3 if count else 0.0
    return max(low, 0.0), high


def quartiles(values: Sequence[int]) -> tuple[float, float, float] | None:
    """Lower quartile, median, upper quartile: the value at place p(n-1) counted from 0, between two in proportion."""
    if not values:
        return None
    ordered = sorted(values)
    low, median, high = (_at(ordered, quarter * (len(ordered) - 1)) for quarter in (1, 2, 3))
    return low, median, high


def _at(ordered: Sequence[int], quarters: int) -> float:
    place, rest = divmod(quarters, 4)
    if not rest:
        return float(ordered[place])
    return ordered[place] + (ordered[place + 1] - ordered[place]) * rest / 4
