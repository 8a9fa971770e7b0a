"""The range a value is held against: whose it is, for whom, and what is said where none is known."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pytest

from labs.rules.base import Threshold
from labs.rules.markers import series_of
from labs.rules.notation import cohort_of
from labs.rules.ranges import Limit, lower_limit, upper_limit
from labs.rules.sources import VIGIL

HALF_MORE = Threshold("1.5", "{ULN}", VIGIL, date(2026, 1, 1))


def limit(given: str, code: str, end: Literal["lower", "upper"] = "upper") -> Limit:
    series = series_of(cohort_of(given, analyte=code, disease="MM"), code)
    return upper_limit(series, code) if end == "upper" else lower_limit(series, code)


def told(found: Limit) -> list[tuple[str, str]]:
    """Each row: the limit, and whose it is."""
    rows = zip(found.amount.tolist(), found.known.tolist(), found.own.tolist(), strict=True)
    return [
        (f"{amount / 10**6:g}" if known else "", "own" if own else "typical" if known else "")
        for amount, known, own in rows
    ]


def test_the_laboratory_s_own_goes_first_row_by_row() -> None:
    found = limit("born 1960-01-01 | 2026-01-05 200 U/L [120..240] | 2026-02-05 200 | 2026-03-05 200 [..300]", "ldh")
    assert told(found) == [("240", "own"), ("250", "typical"), ("300", "own")]


def test_one_end_printed_leaves_the_other_to_the_fallback() -> None:
    given = "born 1960-01-01 | sex female | 2026-01-05 11 g/dL [11.5..]"
    assert told(limit(given, "haemoglobin", "lower")) == [("11.5", "own")]
    assert told(limit(given, "haemoglobin")) == [("15.5", "typical")]


@pytest.mark.parametrize("printed", ["[0..0]", "[..0]"])
def test_a_printed_limit_of_zero_is_none(printed: str) -> None:
    assert told(limit(f"2026-01-05 200 U/L {printed}", "ldh")) == [("", "")]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("", ""),
        ("born 1960-01-01", ""),
        ("sex female", ""),
        ("born 1960-01-01 | sex other", ""),
        ("born 1960-01-01 | sex female", "12"),
        ("born 1960-01-01 | sex male", "13.5"),
        ("born 2017-01-01 | sex male", "11.5"),
    ],
)
def test_the_fallback_asks_for_age_and_sex(facts: str, expected: str) -> None:
    found = limit(f"{facts} | 2026-01-05 11 g/dL".removeprefix(" | "), "haemoglobin", "lower")
    assert told(found)[0][0] == expected


def test_age_is_that_of_the_day_in_days() -> None:
    """6574 days are 18 years: 2008-01-20 is 6573 days before 2026-01-18."""
    found = limit("born 2008-01-20 | 2026-01-18 200 10*3/uL | 2026-01-19 200", "platelets")
    assert [amount for amount, _ in told(found)] == ["450", "400"]


def test_each_patient_has_an_own_age() -> None:
    from labs.rules.cohort import Cohort
    from labs.rules.notation import read

    both = [
        read(f"born {born} | 2026-01-05 200 10*3/uL", analyte="platelets", disease="ALL", key=born)
        for born in ("2015-01-01", "1960-01-01")
    ]
    cohort = Cohort.build([facts for facts, _ in both], [row for _, rows in both for row in rows])
    assert [amount for amount, _ in told(upper_limit(series_of(cohort, "platelets"), "platelets"))] == ["450", "400"]


def test_a_multiple_is_exact_and_strict() -> None:
    found = limit("2026-01-05 375 U/L [..250] | 2026-01-06 375.000001 [..250] | 2026-01-07 900", "ldh")
    series = series_of(
        cohort_of("2026-01-05 375 U/L | 2026-01-06 375.000001 | 2026-01-07 900", analyte="ldh", disease="MM"), "ldh"
    )
    assert found.exceeded(series.low, HALF_MORE).tolist() == [False, True, False]


def test_what_was_compared_says_whose_limit_it_is() -> None:
    given = "born 1960-01-01 | 2026-01-05 400 U/L [..240] | 2026-02-05 400 | 2026-03-05 400"
    series = series_of(cohort_of(given, analyte="ldh", disease="MM"), "ldh")
    found = upper_limit(series, "ldh")
    needed = [found.compared(series, row, series.low, HALF_MORE)[0].needed for row in (0, 1)]
    assert needed == [
        "above 1.5 × the upper limit 240 U/L (the laboratory's)",
        "above 1.5 × the upper limit 250 U/L (typical for age and sex)",
    ]


def test_without_a_limit_nothing_was_compared() -> None:
    series = series_of(cohort_of("2026-01-05 400 U/L", analyte="ldh", disease="MM"), "ldh")
    assert upper_limit(series, "ldh").compared(series, 0, series.low) == []


def test_limits_are_whole_numbers_printed_or_typical() -> None:
    found = limit("born 1980-01-01 | sex female | 2026-01-05 ldh 200 U/L [120..250] | 2026-02-05 200", "ldh")
    assert found.own.tolist() == [True, False]
    assert found.amount.dtype.kind == "i"


@pytest.mark.parametrize(("value", "below"), [("11.4", True), ("11.5", False)])
def test_a_value_at_the_lower_limit_is_not_below_it(value: str, below: bool) -> None:
    given = f"2026-01-05 {value} g/dL [11.5..16]"
    series = series_of(cohort_of(given, analyte="haemoglobin", disease="MM"), "haemoglobin")
    found = lower_limit(series, "haemoglobin")
    assert found.undercut(series.low).tolist() == [below]
    assert [one.met for one in found.compared(series, 0, series.low)] == [below]
