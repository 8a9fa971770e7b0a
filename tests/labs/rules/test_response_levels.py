"""What each marker must be for the next better category, in words; and residual disease that stays away."""

from __future__ import annotations

import pytest

from labs.rules.markers import series_of
from labs.rules.myeloma.response import Category
from labs.rules.myeloma.response_levels import (
    URINE_VGPR,
    Value,
    difference_needs,
    lesion_needs,
    marrow_needs,
    serum_needs,
    urine_level,
    urine_needs,
)
from labs.rules.myeloma.response_residual import _sustained
from labs.rules.notation import cohort_of

MR, PR, VGPR, CR, SCR = Category.MR, Category.PR, Category.VGPR, Category.CR, Category.SCR


@pytest.mark.parametrize(
    ("needs", "analyte", "start", "words"),
    [
        (
            serum_needs,
            "serum_m",
            "4.0 g/dL",
            {
                MR: "serum M-protein at most 3.0 g/dL (25 % less)",
                PR: "serum M-protein at most 2.0 g/dL (50 % less)",
                VGPR: "serum M-protein at most 0.4 g/dL (90 % less)",
                CR: "serum M-protein not seen by electrophoresis",
            },
        ),
        (
            urine_needs,
            "urine_m",
            "1000 mg/(24.h)",
            {
                MR: "urine M-protein at most 500 mg/24 h (50 % less)",
                PR: "urine M-protein below 200 mg/24 h, or at most 100 mg/24 h (90 % less)",
                VGPR: "urine M-protein below 100 mg/24 h",
                CR: "urine M-protein not seen by electrophoresis",
            },
        ),
        (
            difference_needs,
            "flc_kappa",
            "400 mg/L",
            {PR: "dFLC at most 200 mg/L (50 % less)", VGPR: "dFLC at most 40 mg/L (90 % less)"},
        ),
        (
            marrow_needs,
            "plasma_cells_marrow",
            "40 %",
            {PR: "marrow plasma cells at most 20 % (50 % less)", VGPR: "marrow plasma cells below 5 %"},
        ),
        (
            lesion_needs,
            "lesion_spd",
            "800 mm2",
            {VGPR: "lesions at most 400 mm² (50 % less)", CR: "no lesion left", SCR: "no lesion left"},
        ),
    ],
)
def test_what_a_marker_must_be_for_a_category(needs, analyte: str, start: str, words: dict[Category, str]) -> None:  # type: ignore[no-untyped-def]
    series = series_of(cohort_of(f"2026-01-05 {analyte} {start}", analyte=analyte, disease="MM"), analyte)
    base = Value(int(series.day[0]), int(series.low[0]), int(series.high[0]), 0, 0)
    assert {category: needs(base, series, category) for category in words} == words


FINE, COARSE, FOUND = 1_000_000, 1_000_001, None


@pytest.mark.parametrize(
    ("tests", "pictures", "sustained"),
    [
        ([(0, FINE), (365, FINE)], [(0, 0), (365, 0)], True),
        ([(0, FINE), (364, FINE)], [(0, 0), (365, 0)], False),
        ([(0, FINE), (365, FINE)], [(0, 0), (364, 0)], False),
        ([(0, FINE), (365, COARSE)], [(0, 0), (365, 0)], False),
        ([(0, FINE), (100, FOUND), (365, FINE)], [(0, 0), (365, 0)], False),
        ([(0, FOUND), (0, FINE), (365, FINE)], [(0, 0), (365, 0)], False),
        ([(0, FINE), (365, FINE)], [(0, 0), (100, 1), (365, 0)], False),
        ([(0, FINE), (365, FINE)], [(0, 0), (0, 1), (365, 0)], False),
        ([(9, FINE), (400, FINE)], [(0, 1), (1, 0), (366, 0)], True),
        ([(0, FINE), (365, FINE)], [(0, 1), (1, 1), (400, 1)], False),
        ([], [], False),
    ],
)
def test_sustained_is_a_year_of_both_with_nothing_found_between(
    tests: list[tuple[int, int | None]], pictures: list[tuple[int, int]], sustained: bool
) -> None:
    assert _sustained([(day, level, "mrd_flow") for day, level in tests], pictures) is sustained


def test_urine_at_the_bar_of_a_very_good_response_is_a_partial_one_only() -> None:
    (base,) = (Value(0, amount, amount, 0, 0) for amount in (URINE_VGPR.amount * 8,))
    seen = {high: urine_level(Value(1, 0, high, 0, 1), base) for high in (URINE_VGPR.amount - 1, URINE_VGPR.amount)}
    assert list(seen.values()) == [SCR, PR]
