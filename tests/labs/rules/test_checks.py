"""Comparisons: what is met on both sides of a bar, what is said of them, and how they combine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from labs.rules.base import Comparison, Threshold
from labs.rules.checks import (
    Check,
    above,
    at_least,
    at_least_percent,
    below,
    met_text,
    more_than_percent,
    stands_at,
    where_known,
)
from labs.rules.sources import VIGIL

BAR = Threshold("1.5", "g/dL", VIGIL, date(2026, 1, 1), places=2)
HALF = Threshold("50", "%", VIGIL, date(2026, 1, 1))
THREE = np.array([149, 150, 151])


@pytest.mark.parametrize(
    ("compare", "met", "words"),
    [
        (at_least, [False, True, True], "at least"),
        (above, [False, False, True], "above"),
        (below, [True, False, False], "below"),
    ],
)
def test_a_bar_is_met_on_its_side_and_said(compare: Callable[..., Check], met: list[bool], words: str) -> None:
    check = compare("M", THREE, BAR)
    assert check.met.tolist() == met
    assert check.comparisons(0) == [Comparison("M", "1.49 g/dL", f"{words} 1.5 g/dL", met[0])]
    assert check.comparisons(2) == [Comparison("M", "1.51 g/dL", f"{words} 1.5 g/dL", met[2])]


@pytest.mark.parametrize(("compare", "met"), [(at_least, [0, 1, 1]), (above, [0, 0, 1]), (below, [1, 0, 0])])
def test_a_sum_is_held_against_as_many_bars(compare: Callable[..., Check], met: list[int]) -> None:
    check = compare("mean", np.array([449, 450, 451]), BAR, 3)
    assert check.met.tolist() == [bool(one) for one in met]
    assert [check.comparisons(row)[0].found for row in range(3)] == ["≈1.49 g/dL", "1.5 g/dL", "≈1.5 g/dL"]


@pytest.mark.parametrize(
    ("compare", "met", "words"),
    [
        (at_least_percent, [False, True, True, True], "at least"),
        (more_than_percent, [False, False, True, False], "more than"),
    ],
)
def test_a_share_is_of_the_whole(compare: Callable[..., Check], met: list[bool], words: str) -> None:
    check = compare("rise", np.array([49, 50, 51, 0]), np.array([100, 100, 100, 0]), HALF)
    assert check.met.tolist() == met
    assert check.comparisons(0) == [Comparison("rise", "49 %", f"{words} 50 %", met[0])]
    assert check.comparisons(2)[0].met is met[2]


def _each_kind() -> list[Any]:
    bar = at_least("a", THREE, BAR)
    share = at_least_percent("b", np.array([40, 60, 60]), np.array([100, 100, 100]), HALF)
    word = stands_at("c", np.array([0, 1, 2]), {0, 2}, "yes")
    return [bar, share, word, bar & share, where_known(bar, np.array([True, True, False]))]


@pytest.mark.parametrize("left", _each_kind())
@pytest.mark.parametrize("right", _each_kind())
def test_two_checks_hold_together_or_either(left: Any, right: Any) -> None:
    both, either = left & right, left | right
    assert both.met.tolist() == [one and other for one, other in zip(left.met, right.met, strict=True)]
    assert either.met.tolist() == [one or other for one, other in zip(left.met, right.met, strict=True)]
    for row in range(3):
        assert both.comparisons(row) == either.comparisons(row) == left.comparisons(row) + right.comparisons(row)


def test_either_can_be_combined_again() -> None:
    a, b, c = _each_kind()[:3]
    assert ((a | b) & c).met.tolist() == [False, False, True]
    assert ((a & b) | c).met.tolist() == [True, True, True]
    assert [made.what for made in ((a | b) & c).comparisons(0)] == ["a", "b", "c"]


def test_a_word_is_one_of_its_places() -> None:
    word = _each_kind()[2]
    assert word.met.tolist() == [True, False, True]
    assert word.comparisons(1) == [Comparison("c", "", "yes", met=False)]


def test_without_a_reference_nothing_is_met_and_nothing_said() -> None:
    known = where_known(below("a", THREE, BAR), np.array([False, True, True]))
    assert known.met.tolist() == [False, False, False]
    assert known.comparisons(0) == []
    assert len(known.comparisons(1)) == 1


def test_what_met_its_bar_is_listed() -> None:
    made = [
        Comparison("platelets (new)", "40", "platelets below 50", met=True),
        Comparison("neutrophils", "2", "below 1", met=False),
        Comparison("haemoglobin", "7", "below 8", met=True),
    ]
    assert met_text(made) == "platelets 40 (below 50) and haemoglobin 7 (below 8)"
