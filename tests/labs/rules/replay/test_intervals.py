"""Intervals and quartiles against published values and their definitions."""

from __future__ import annotations

from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.replay.intervals import byar, quartiles, wilson


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 1998;17:857-872, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(found: int, of: int, low: float, high: float) -> None:
    assert wilson(found, of) == pytest.approx((low, high), abs=5e-5)


def test_nothing_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert quartiles([]) is None


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_wilson_holds_the_share_and_mirrors(case: tuple[int, int]) -> None:
    found, of = case
    low, high = wilson(found, of) or (1, 0)
    other = wilson(of - found, of) or (1, 0)
    assert 0 <= low <= found / of <= high <= 1
    assert (1 - high, 1 - low) == pytest.approx(other)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0, 3.69), (1, 0.02, 5.57), (10, 4.80, 18.39), (100, 81.4, 121.6)]
)
def test_byar_lies_close_to_the_exact_interval(count: int, low: float, high: float) -> None:
    """Exact Poisson limits: 0 to 3.69, 0.025 to 5.57, 4.80 to 18.39, 81.36 to 121.63."""
    assert byar(count) == pytest.approx((low, high), rel=0.01, abs=0.05)


@given(st.lists(st.integers(-50, 400), min_size=2, max_size=40))
def test_quartiles_are_the_inclusive_ones(values: list[int]) -> None:
    assert quartiles(values) == pytest.approx(tuple(quantiles(values, n=4, method="inclusive")))


def test_one_value_is_its_own_quartiles() -> None:
    assert quartiles([7]) == (7, 7, 7)
