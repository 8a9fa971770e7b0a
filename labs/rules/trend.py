"""Is a course falling? Mann-Kendall with the exact distribution, Theil-Sen slope: counts and fractions, no floats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, starmap
from math import lcm
from operator import gt, lt
from typing import NamedTuple


class Kendall(NamedTuple):
    """Score S (pairs that rise less pairs that fall), and how many of all orders of these values score as low."""

    score: int
    as_low: int
    orders: int


def mann_kendall(values: Sequence[int]) -> Kendall:
    """The score of values in order of time, with its exact one-sided probability as a fraction; ties are exact too."""
    falling = sum(starmap(gt, combinations(values, 2)))
    rising = sum(starmap(lt, combinations(values, 2)))
    tied = tuple(sorted(Counter(values).values()))
    counts = orders_by_falls(tied)
    return Kendall(rising - falling, sum(counts[falling:]), sum(counts))


@lru_cache(maxsize=4096)
def orders_by_falls(tied: tuple[int, ...]) -> tuple[int, ...]:
    """How many orders of a set of values have 0, 1, 2 ... falling pairs. `tied`: how often each value occurs.

    Value after value is shuffled in among those that are there: the ways of doing it, by falling pairs made, are the
    Gaussian binomial coefficients.
    """
    ways: tuple[int, ...] = (1,)
    there = 0
    for number in tied:
        ways, there = _product(ways, _gaussian(there + number, number)), there + number
    return ways


@lru_cache(maxsize=1024)
def _gaussian(places: int, taken: int) -> tuple[int, ...]:
    """Gaussian binomial coefficient as a polynomial: ways of taking places, by inversions."""
    if taken in (0, places):
        return (1,)
    without, with_last = _gaussian(places - 1, taken), _gaussian(places - 1, taken - 1)
    out = [0] * (taken * (places - taken) + 1)
    for power, ways in enumerate(with_last):
        out[power] += ways
    for power, ways in enumerate(without):
        out[power + taken] += ways
    return tuple(out)


def _product(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...]:
    out = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            out[i + j] += a * b
    return tuple(out)


def theil_sen(days: Sequence[int], values: Sequence[int]) -> Fraction:
    """Median of the slopes between all pairs, per day; days differ."""
    pairs = [(b[0] - a[0], b[1] - a[1]) for a, b in combinations(list(zip(days, values, strict=True)), 2)]
    common = lcm(*(apart for apart, _ in pairs))  # over one denominator slopes are whole numbers
    slopes = sorted(rise * (common // apart) for apart, rise in pairs)
    middle = len(slopes) // 2
    twice = 2 * slopes[middle] if len(slopes) % 2 else slopes[middle - 1] + slopes[middle]
    return Fraction(twice, 2 * common)


def probability_text(as_low: int, orders: int) -> str:
    """A probability to two digits that count, rounded: 0.0014."""
    places = 4
    while as_low * 10**places < 10 * orders and places < 12:
        places += 1
    rounded = (2 * as_low * 10**places + orders) // (2 * orders)
    return f"{rounded // 10**places}.{rounded % 10**places:0{places}d}"
