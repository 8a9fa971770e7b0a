"""The fixed point: one rounding, half to even, and exact on the way back."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable, make_comparable
from labs.vocabulary.fixed_point import from_amount, round_half_even, to_amount


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 2, 2),
        (7, 2, 4),
        (1, 2, 0),
        (3, 2, 2),
        (-1, 2, 0),
        (-3, 2, -2),
        (-5, 2, -2),
        (51, 20, 3),
        (49, 20, 2),
        (6, 3, 2),
        (0, 7, 0),
    ],
)
def test_ties_go_to_the_even(numerator: int, denominator: int, rounded: int) -> None:
    assert round_half_even(numerator, denominator) == rounded


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=12))
def test_rounding_agrees_with_decimal(value: Decimal) -> None:
    expected = value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
    assert from_amount(to_amount(value, 6), 6) == expected


@given(st.integers(-(10**15), 10**15), st.sampled_from([0, 6, 9]))
def test_an_amount_comes_back_as_it_was(amount: int, places: int) -> None:
    assert to_amount(from_amount(amount, places), places) == amount


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("0.0000005", 0),
        ("0.0000015", 2),
        ("0.0000025", 2),
        ("0.00000251", 3),
        ("0.000001", 1),
        ("1.0000014999999999999", 1000001),
    ],
)
def test_a_result_is_rounded_half_to_even_on_every_path(printed: str, amount: int) -> None:
    for text in (printed, f"{printed} H"):
        found = make_comparable(code="33358-3", value_text=text, unit="g/dL")
        assert isinstance(found, Comparable)
        assert found.amount == amount


def test_creatinine_is_divided_by_88_42_exactly_and_rounded_once() -> None:
    for micromoles in (1, 53, 88, 106, 177, 283):
        found = make_comparable(code="14682-9", value_text=str(micromoles * 10), unit="umol/L")
        assert isinstance(found, Comparable)
        assert found.amount == round(Fraction(micromoles * 10 * 10**6 * 100, 8842))


def test_residual_disease_is_kept_finer() -> None:
    found = make_comparable(code="mrd_flow", value_text="0.000000001", unit="%", specimen="bone marrow")
    assert isinstance(found, Comparable)
    assert (found.amount, found.places) == (1, 9)


def test_no_amount_leaves_a_64_bit_integer() -> None:
    for analyte in ANALYTES.values():
        if analyte.hard and analyte.hard.high is not None:
            assert to_amount(analyte.hard.high, analyte.places) < 2**44
