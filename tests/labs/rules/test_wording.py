"""Numbers, shares and days in words."""

from __future__ import annotations

from datetime import date

import pytest

from labs.rules.wording import amount_text, day_text, listed, number_text, percent_text


@pytest.mark.parametrize(
    ("amount", "places", "unit", "text"),
    [
        (12000, 4, "g/dL", "1.2"),
        (10000, 4, "g/dL", "1.0"),
        (10000, 4, "%", "1"),
        (-5000, 4, "%", "-0.5"),
        (10, 0, "{count}", "10"),
        (40000, 4, "10*6/uL", "4.00"),
        (11234, 4, "%", "≈1.123"),
        (10120, 4, "%", "1.012"),
        (5000, 9, "%", "0.000005"),
        (1234, 9, "%", "≈0.0000012"),
        (10**9 + 1234, 9, "%", "≈1.000"),
    ],
)
def test_a_number_is_exact_or_marked(amount: int, places: int, unit: str, text: str) -> None:
    assert number_text(amount, places, unit) == text


def test_an_amount_has_its_comparator_and_its_unit_as_people_write_it() -> None:
    assert amount_text(12000, 4, "10*3/uL", "<") == "<1.2 ×10³/µL"
    assert amount_text(12000, 4, "{ratio}") == "1.2"


@pytest.mark.parametrize(
    ("part", "whole", "sign", "text"),
    [
        (1, 4, False, "25 %"),
        (1, 3, True, "+33.3 %"),
        (-1, 3, True, "-33.3 %"),
        (9999, 10000, False, "99.9 %"),
        (10004, 10000, False, "100 %"),
        (10001, 100000, False, "10.0 %"),
        (1, 0, True, "from zero"),
        (0, 1, True, "+0 %"),
    ],
)
def test_a_share_is_cut_and_not_rounded(part: int, whole: int, sign: bool, text: str) -> None:
    assert percent_text(part, whole, sign=sign) == text


def test_days_and_lists() -> None:
    assert day_text(date(2026, 1, 7)) == "7 Jan 2026"
    assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
