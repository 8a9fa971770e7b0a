"""How sure a measured share or rate is, and the quartiles of a list of days. Floats: these are for the eye."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from math import sqrt

from labs.vocabulary.binomial import Z, wilson

__all__ = ["Z", "byar", "quartiles", "quartiles_of_counts", "wilson"]


def byar(count: int) -> tuple[float, float]:
    """Byar's approximate 95 % interval of a Poisson count.

    Low: n(1 - 1/9n - z/3·sqrt(1/n))³, 0 of none. High: m(1 - 1/9m + z/3·sqrt(1/m))³ with m = n + 1.
    """
    more = count + 1
    high = more * (1 - 1 / (9 * more) + Z / (3 * sqrt(more))) ** 3
    low = count * (1 - 1 / (9 * count) - Z / (3 * sqrt(count))) ** 3 if count else 0.0
    return max(low, 0.0), high


def quartiles(values: Iterable[int]) -> tuple[float, float, float] | None:
    """Lower quartile, median, upper quartile: the value at place p(n-1) counted from 0, between two in proportion."""
    return quartiles_of_counts(Counter(values))


def quartiles_of_counts(counts: Mapping[int, int]) -> tuple[float, float, float] | None:
    """The quartiles of as many of each value as the counts say."""
    ordered = sorted(value for value, count in counts.items() if count)
    ends = list(accumulate(counts[value] for value in ordered))
    if not ordered:
        return None
    low, median, high = (_at(ordered, ends, quarter * (ends[-1] - 1)) for quarter in (1, 2, 3))
    return low, median, high


def _at(ordered: Sequence[int], ends: Sequence[int], quarters: int) -> float:
    """The value at a quarter of this place; `ends`: how many values there are up to and with each."""
    place, rest = divmod(quarters, 4)
    value = ordered[bisect_right(ends, place)]
    if not rest:
        return float(value)
    return value + (ordered[bisect_right(ends, place + 1)] - value) * rest / 4
