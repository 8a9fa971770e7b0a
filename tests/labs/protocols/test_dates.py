"""Calendar-month arithmetic, intervals and their windows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.dates import Interval, add_months, parse_interval

DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))
INTERVALS = st.builds(Interval, st.integers(1, 60), st.sampled_from(["day", "week", "month"]))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 1, 31), 2, date(2025, 3, 31)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 3, 31), -1, date(2025, 2, 28)),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_month(day, months, expected):
    assert add_months(day, months) == expected


@given(DAYS, st.integers(-240, 240))
def test_added_months_are_calendar_months(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, st.integers(0, 240), st.integers(0, 240))
def test_more_months_never_end_earlier(day, months, more):
    assert add_months(day, months) <= add_months(day, months + more)


@given(INTERVALS, DAYS, st.integers(1, 12))
def test_an_interval_always_moves_forward(interval, day, times):
    assert day < interval.after(day, times) < interval.after(day, times + 1)


@given(st.sampled_from(["1 day", "1 week", "4 weeks", "1 month", "6 weeks", "3 months", "6 months", "12 months"]), DAYS)
def test_windows_of_neighbours_stay_clear_of_each_other(text, day):
    interval = parse_interval(text)
    assert interval.after(day) + interval.tolerance < interval.after(day, 2) - interval.tolerance


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1 week", 3),
        ("2 weeks", 6),
        ("4 weeks", 7),
        ("1 month", 7),
        ("6 weeks", 14),
        ("2 months", 14),
        ("3 months", 14),
        ("4 months", 28),
        ("6 months", 28),
        ("12 months", 42),
        ("1 day", 0),
    ],
)
def test_the_tolerance_grows_with_the_interval(text, days):
    assert parse_interval(text).tolerance == timedelta(days=days)


@given(INTERVALS)
def test_an_interval_reads_back_as_it_was_written(interval):
    assert parse_interval(str(interval)) == interval


@pytest.mark.parametrize(
    "text", ["", "month", "0 months", "-1 months", "1.5 months", "3 years", "3  months", "months 3"]
)
def test_what_is_not_an_interval_is_refused(text):
    with pytest.raises(ValueError, match="interval"):
        parse_interval(text)
