"""Weekends and days off: both sides of each, and the day that is offered instead."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.working_days import FARTHEST, WEEKEND, WorkingDays

THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY = (date(2025, 6, number) for number in range(12, 18))
PLAIN = WorkingDays()
HOLIDAY = WorkingDays(((FRIDAY, MONDAY, "Whitsun"),))


@pytest.mark.parametrize(
    ("day", "closed"), [(FRIDAY, None), (SATURDAY, WEEKEND), (SUNDAY, WEEKEND), (MONDAY, None), (TUESDAY, None)]
)
def test_a_weekend_is_off_and_the_days_around_it_are_not(day, closed):
    assert PLAIN.why_closed(day) == closed
    assert PLAIN.is_working(day) == (closed is None)


def test_a_site_that_works_on_weekends_works_every_day():
    assert all(WorkingDays((), works_weekends=True).is_working(FRIDAY + timedelta(days=days)) for days in range(7))


@pytest.mark.parametrize(
    ("day", "closed"),
    [(THURSDAY, None), (FRIDAY, "Whitsun"), (SUNDAY, "Whitsun"), (MONDAY, "Whitsun"), (TUESDAY, None)],
)
def test_days_off_hold_both_their_ends_and_say_their_name(day, closed):
    assert HOLIDAY.why_closed(day) == closed


@pytest.mark.parametrize("weekends", [True, False])
def test_days_off_close_a_site_that_works_on_weekends(weekends):
    assert not WorkingDays(((SATURDAY, SATURDAY, "Move"),), weekends).is_working(SATURDAY)


@pytest.mark.parametrize(
    ("days", "day", "earliest", "latest", "offered"),
    [
        (PLAIN, MONDAY, THURSDAY, None, MONDAY),
        (PLAIN, SATURDAY, THURSDAY, None, FRIDAY),
        (PLAIN, SUNDAY, FRIDAY, None, FRIDAY),
        (PLAIN, SUNDAY, SATURDAY, None, MONDAY),
        (PLAIN, SUNDAY, SUNDAY, MONDAY, MONDAY),
        (HOLIDAY, SUNDAY, THURSDAY, TUESDAY, THURSDAY),
        (HOLIDAY, SUNDAY, FRIDAY, TUESDAY, TUESDAY),
        (HOLIDAY, SUNDAY, FRIDAY, MONDAY, TUESDAY),
        (PLAIN, THURSDAY, SATURDAY, None, MONDAY),
        (PLAIN, TUESDAY, THURSDAY, SUNDAY, FRIDAY),
    ],
)
def test_what_is_due_on_a_day_off_is_offered_before_it_else_after_it(days, day, earliest, latest, offered):
    assert days.nearest(day, earliest=earliest, latest=latest) == offered


def test_a_site_closed_for_years_is_offered_the_day_itself():
    shut = WorkingDays(((date(2020, 1, 1), date.max, "Closed down"),))
    assert shut.nearest(MONDAY, earliest=THURSDAY) == MONDAY
    assert shut.nearest(date.max, earliest=date.max) == date.max


@pytest.mark.parametrize(
    ("days", "start", "count", "then"),
    [
        (PLAIN, THURSDAY, 1, FRIDAY),
        (PLAIN, THURSDAY, 2, MONDAY),
        (PLAIN, SATURDAY, 1, MONDAY),
        (HOLIDAY, THURSDAY, 1, TUESDAY),
    ],
)
def test_working_days_are_counted_from_the_day_after(days, start, count, then):
    assert days.after(start, count) == then


closures = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 30)).map(
        lambda pair: (FRIDAY + timedelta(days=pair[0]), FRIDAY + timedelta(days=sum(pair)), "off")
    ),
    max_size=6,
)


@given(closures, st.booleans(), st.integers(0, 200), st.integers(0, 60), st.integers(0, 60))
def test_what_is_offered_is_a_working_day_not_before_the_earliest(off, weekends, number, before, behind):
    days = WorkingDays(off, weekends)
    day = FRIDAY + timedelta(days=number)
    earliest, latest = day - timedelta(days=before), day + timedelta(days=behind)
    offered = days.nearest(day, earliest=earliest, latest=latest)
    assert days.is_working(offered)
    assert offered >= earliest
    in_time = [earliest + timedelta(days=one) for one in range((latest - earliest).days + 1)]
    if any(map(days.is_working, in_time)):
        assert offered <= latest
    assert abs((offered - day).days) <= FARTHEST
