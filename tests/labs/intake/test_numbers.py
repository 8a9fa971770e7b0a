"""Printed numbers are read exactly or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.intake.numbers import is_small_enough, read_number


@pytest.mark.parametrize(
    ("text", "comparator", "value"),
    [
        ("0.7", "", "0.7"),
        ("1.50", "", "1.50"),
        ("<0.1", "<", "0.1"),
        ("<= 0.1", "<=", "0.1"),
        ("≤0.1", "<=", "0.1"),
        ("≥ 5", ">=", "5"),
        ("> 5000", ">", "5000"),
        (".5", "", "0.5"),
        ("-0.2", "", "-0.2"),
        ("1e-4", "", "0.0001"),
    ],
)
def test_it_reads_what_laboratories_print(text: str, comparator: str, value: str) -> None:
    found_comparator, found = read_number(text)
    assert (found_comparator, found) == (comparator, Decimal(value))


@pytest.mark.parametrize(
    "text",
    ["", "0,7", "1,234.5", "1 234", "12 H", "1-2", "~5", "neg", "<", "++", "1e999", "NaN", "Infinity", "٣", "0x1F"],
)
def test_it_does_not_guess(text: str) -> None:
    assert read_number(text) == ("", None)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_no_digit_is_lost(value: Decimal) -> None:
    assert read_number(format(value, "f")) == ("", value)


@pytest.mark.parametrize("text", ["1e999999999", "NaN", "Infinity", "1e-999", "1" * 61])
def test_numbers_too_large_to_calculate_with_are_noticed(text: str) -> None:
    assert not is_small_enough(Decimal(text))
