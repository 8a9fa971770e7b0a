"""The words rules are written in, each on columns small enough to read."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.rules.arrays import UNBOUNDED, in_order, running_max, running_min
from labs.rules.base import Source, Threshold
from labs.rules.checks import at_least, at_least_percent
from labs.rules.cohort import Cohort, Event, PatientFacts
from labs.rules.confounders import under
from labs.rules.markers import series_of
from labs.rules.notation import cohort_of
from labs.rules.series import Series
from labs.vocabulary.analytes import ANALYTES

NOBODY = Source("NOBODY", "an invented source")


def serum(given: str) -> Series:
    return series_of(cohort_of(given, analyte="serum_m", disease="MM"), "serum_m")


def values(column: np.ndarray, known: np.ndarray) -> list[float | None]:
    return [round(int(v) / 10**6, 6) if k else None for v, k in zip(column, known, strict=True)]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, UNBOUNDED)), max_size=40))
def test_running_min_and_max_restart_at_every_segment(pairs: list[tuple[int, int]]) -> None:
    pairs.sort(key=lambda pair: pair[0])
    segment = np.array([s for s, _ in pairs], np.int64)
    column = np.array([v for _, v in pairs], np.int64)
    lows = [min(v for s, v in pairs[: i + 1] if s == pairs[i][0]) for i in range(len(pairs))]
    highs = [max(v for s, v in pairs[: i + 1] if s == pairs[i][0]) for i in range(len(pairs))]
    assert running_min(column, segment).tolist() == lows
    assert running_max(column, segment).tolist() == highs


def test_running_min_holds_when_values_and_segments_are_too_many_for_one_shift() -> None:
    segments = 1 << 19
    segment = np.repeat(np.arange(segments), 2)
    column = np.tile(np.array([UNBOUNDED, 5], np.int64), segments)
    assert running_min(column, segment).tolist() == column.tolist()


@pytest.mark.parametrize("keys", [[3, 1, 2], [1 << 61, 0, 1 << 60], [1 << 62, 1 << 61, 0], [2, -1, 2], [5], []])
def test_places_are_in_ascending_order_however_large_the_keys(keys: list[int]) -> None:
    assert in_order(np.array(keys, np.int64)).tolist() == sorted(range(len(keys)), key=lambda at: keys[at])


def test_lowest_confirmed_needs_two_in_a_row() -> None:
    nadir = serum(
        "2026-01-01 1.0 g/dL | 2026-02-01 0.4 | 2026-03-01 0.9 | 2026-04-01 1.0 | 2026-05-01 1.0"
    ).lowest_confirmed()
    assert values(nadir.low, nadir.known) == [None, 1.0, 1.0, 0.9, 0.9]
    assert nadir.confirmed.tolist() == [False, False, True, True, True]


def test_words_stay_inside_a_line_of_therapy_and_an_assay() -> None:
    m = serum(
        "2026-01-01 0.1 g/dL @A | 2026-02-01 0.2 @A | 2026-01-15 0.5 @B | line 2026-03-01 | 2026-03-01 0.9 @A | 2026-04-01 1.0 @A"
    )
    lowest = m.lowest()
    assert values(m.value, np.ones(5, bool)) == [0.1, 0.2, 0.9, 1.0, 0.5]
    assert values(lowest.low, lowest.known) == [None, 0.1, None, 0.9, None]


def test_bounds_are_kept_apart() -> None:
    m = serum("2026-01-01 <0.1 g/dL | 2026-02-01 0.3 | 2026-03-01 >5")
    assert (m.low.tolist(), m.high.tolist()) == ([0, 300_000, 5_000_000], [100_000, 300_000, UNBOUNDED])
    nadir = m.lowest_confirmed()
    assert (int(nadir.low[2]), int(nadir.high[2])) == (300_000, 300_000)


def test_lowest_within_days() -> None:
    m = serum("2026-01-01 0.1 g/dL | 2026-01-05 0.9 | 2026-01-08 0.5 | 2026-01-09 0.7")
    week = m.lowest_within(7)
    assert values(week.low, week.known) == [None, 0.1, 0.1, 0.5]


@pytest.mark.parametrize(
    ("given", "baseline"),
    [
        ("12.5 | 12.4 | 12.6 | 11", 12.5),
        ("10 | 11 | 12 | 13 | 13.2 | 13.1 | 11", 13.1),
        ("12.5 | 11.2 | 9.6 | 9", None),
    ],
)
def test_personal_baseline_is_the_highest_three_that_agree(given: str, baseline: float | None) -> None:
    items = [f"2026-{month:02}-01 {value} g/dL" for month, value in enumerate(given.split(" | "), 1)]
    h = series_of(cohort_of(" | ".join(items), analyte="haemoglobin", disease="MM"), "haemoglobin")
    own = h.agreeing_baseline((92, 100), 10, np.ones(h.size, bool))
    assert bool(own.confirmed[-1]) is (baseline is not None)
    if baseline is not None:
        assert int(own.low[-1]) == round(baseline * 3 * 10**6)


def test_of_one_day_the_latest_result_counts() -> None:
    m = serum(
        "2026-01-01T15:00 0.3 g/dL #A | 2026-01-01T08:00 0.9 #B | 2026-01-01 0.7 #C | 2026-02-01 0.4 #A | 2026-02-01 0.5 #B"
    )
    assert m.low.tolist() == [300_000, 500_000]


def test_thresholds_are_exact_or_refused() -> None:
    assert Threshold("0.5", "g/dL", NOBODY, date(2026, 1, 1)).amount == 500_000
    assert Threshold("25", "%", NOBODY, date(2026, 1, 1)).share == (1, 4)
    with pytest.raises(ValueError, match="decimal places"):
        _ = Threshold("0.0000001", "g/dL", NOBODY, date(2026, 1, 1)).amount


def test_the_float_trap() -> None:
    """0.7 - 0.2 meets 0.5; in binary floats it does not."""
    bar = Threshold("0.5", "g/dL", NOBODY, date(2026, 1, 1))
    up = np.array([700_000 - 200_000], np.int64)
    assert at_least("rise", up, bar).met.tolist() == [True]
    assert not 0.7 - 0.2 >= 0.5


def test_of_zero_any_share_is_met() -> None:
    quarter = Threshold("25", "%", NOBODY, date(2026, 1, 1))
    assert at_least_percent("rise", np.array([1]), np.array([0]), quarter).met.tolist() == [True]


def test_an_event_counts_within_its_window_and_for_its_own_patient_only() -> None:
    facts = [
        PatientFacts("a", events=(Event("transfusion_red_cells", date(2026, 1, 10)),)),
        PatientFacts("b", events=(Event("esa", date(2026, 1, 10), ongoing=True),)),
        PatientFacts("c"),
    ]
    days = np.array([9, 10, 100, 101], np.int32) + (date(2026, 1, 1) - date(1970, 1, 1)).days - 1
    cohort = Cohort.from_columns(
        facts,
        patient=np.repeat(np.arange(3, dtype=np.int32), 4),
        analyte=np.full(12, list(ANALYTES).index("haemoglobin"), np.int16),
        day=np.tile(days, 3).astype(np.int32),
        amount=np.full(12, 10**7, np.int64),
    )
    h = series_of(cohort, "haemoglobin")
    assert under(cohort, h, "transfusion_red_cells").tolist() == [False, True, True, False] + [False] * 8
    assert under(cohort, h, "esa").tolist() == [False] * 5 + [True] * 3 + [False] * 4


def test_the_lowest_of_the_last_days_looks_back_over_all_of_them_and_no_further() -> None:
    s = serum("2026-01-01 0.4 g/dL | 2026-01-05 0.9 | 2026-01-06 0.7 | 2026-01-08 0.8 | 2026-01-15 1.0")
    found = s.lowest_within(7)
    assert values(found.low, found.known) == [None, 0.4, 0.4, 0.4, 0.8]
    assert found.confirmed.tolist() == [False] * 5
    assert found.how == "lowest of the last 7 days"


def test_the_lowest_of_the_last_days_knows_the_bounds_of_a_censored_value() -> None:
    found = serum("2026-01-05 <0.5 g/dL | 2026-01-06 0.7 | 2026-01-07 0.9").lowest_within(7)
    assert values(found.low, found.known) == [None, 0, 0]
    assert values(found.high, found.known) == [None, 0.5, 0.5]
