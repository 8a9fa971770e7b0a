"""Trend statistics against brute force and published values."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.rules.blood_counts.haemoglobin_trend import RULE, haemoglobin_trend
from labs.rules.notation import cohort_of
from labs.rules.registry import evaluate
from labs.rules.trend import mann_kendall, probability_text, theil_sen


def score(values: tuple[int, ...]) -> int:
    return sum((b > a) - (b < a) for a, b in combinations(values, 2))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=7))
@settings(deadline=None, max_examples=60)
def test_the_probability_is_the_share_of_all_orders(values: list[int]) -> None:
    kendall = mann_kendall(values)
    scores = [score(order) for order in permutations(values)]
    assert kendall.score == score(tuple(values))
    share = Fraction(sum(other <= kendall.score for other in scores), len(scores))
    assert Fraction(kendall.as_low, kendall.orders) == share


@pytest.mark.parametrize(("number", "two_sided"), [(4, "0.0833"), (5, "0.0167"), (6, "0.0028")])
def test_the_least_probabilities_are_the_published_ones(number: int, two_sided: str) -> None:
    kendall = mann_kendall(list(range(number, 0, -1)))
    assert probability_text(2 * kendall.as_low, kendall.orders) == two_sided


def test_all_equal_shows_no_trend() -> None:
    assert mann_kendall([5] * 6) == (0, 1, 1)


def test_ten_different_values_have_all_orders() -> None:
    assert mann_kendall(list(range(10))) == (45, 3628800, 3628800)


def test_theil_sen_is_the_median_slope() -> None:
    assert theil_sen([0, 1, 2, 3], [0, -2, -2, -12]) == Fraction(-3)
    assert theil_sen([0, 1, 3], [0, -1, 5]) == Fraction(5, 3)


@pytest.mark.parametrize(
    ("as_low", "orders", "text"),
    [(1, 720, "0.0014"), (1, 120, "0.0083"), (1, 1, "1.0000"), (1, 3628800, "0.00000028"), (1, 5040, "0.00020")],
)
def test_probabilities_are_told_to_two_digits_that_count(as_low: int, orders: int, text: str) -> None:
    assert probability_text(as_low, orders) == text


E27 = "2025-01-05 13.8 g/dL | 2025-04-05 13.5 | 2025-07-05 13.1 | 2025-10-05 12.9 | 2026-01-05 12.4 | 2026-04-05 12.0"


def test_e27_tells_score_probability_and_slope() -> None:
    signal = haemoglobin_trend(cohort_of(E27, analyte="haemoglobin", disease="MM"))
    assert signal.extras
    *_, test, slope = signal.extras(5)
    assert (test.what, test.found) == (
        "Mann-Kendall test of 6 results",
        "S = -15, exact p 0.0014 one-sided (0.0028 two-sided)",
    )
    assert slope.found == "-1.44 g/dL a year"
    assert test.met


def test_a_trend_rests_on_every_result_it_tested() -> None:
    found = evaluate(cohort_of(E27, analyte="haemoglobin", disease="MM"), [RULE]).findings[0]
    days = [item.collected_on for item in found.evidence]
    assert days == ["2025-01-05", "2025-04-05", "2025-07-05", "2025-10-05", "2026-01-05", "2026-04-05"]
    assert found.explanation == (
        "Haemoglobin 12.4 g/dL on 5 Jan 2026, 1.4 g/dL below the first of the trend 13.8 g/dL (-10.1 %)."
    )


@pytest.mark.parametrize(
    ("as_low", "orders", "text"),
    [
        (1, 720, "0.0014"),
        (1, 1000, "0.0010"),
        (1, 1001, "0.00100"),
        (1, 10_000, "0.00010"),
        (15, 20_000, "0.00075"),
        (3, 40_000, "0.000075"),
        (1, 10**12, "0.000000000001"),
        (1, 10**13, "0.000000000000"),
        (6, 6, "1.0000"),
    ],
)
def test_a_probability_has_two_digits_that_count(as_low: int, orders: int, text: str) -> None:
    assert probability_text(as_low, orders) == text
