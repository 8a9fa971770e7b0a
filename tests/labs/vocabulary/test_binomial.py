"""The interval of a counted share, against the quadratic it solves and the worked values of the reference."""

from __future__ import annotations

from decimal import Decimal, getcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.vocabulary.binomial import wilson


@pytest.mark.parametrize(
    ("found", "of", "low", "high"),
    [(10, 200, "2.7", "9.0"), (25, 500, "3.4", "7.3"), (12, 200, "3.5", "10.2"), (0, 200, "0.0", "1.9")],
)
def test_the_worked_values(found: int, of: int, low: str, high: str) -> None:
    interval = wilson(found, of)
    assert interval is not None
    assert [f"{100 * end:.1f}" for end in interval] == [low, high]


def test_nothing_counted_has_no_interval() -> None:
    assert wilson(0, 0) is None


@given(st.integers(1, 2000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_both_ends_lie_1_96_standard_errors_from_the_share(counted: tuple[int, int]) -> None:
    """An end p solves (found/of - p)² = z² p (1 - p) / of."""
    found, of = counted
    interval = wilson(found, of)
    assert interval is not None
    getcontext().prec = 40
    share, z = Decimal(found) / of, Decimal("1.959963984540054")
    assert interval[0] <= float(share) <= interval[1]
    for end in map(Decimal, interval):
        assert abs((share - end) ** 2 - z * z * end * (1 - end) / of) < Decimal("1e-12")
