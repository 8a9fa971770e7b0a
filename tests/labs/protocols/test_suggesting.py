"""The day a booking is offered for."""

from __future__ import annotations

from datetime import date

import pytest

from labs.protocols.suggesting import suggested_day
from labs.protocols.working_days import WorkingDays

SUNDAY = date(2025, 6, 15)
ORDINARY = WorkingDays()


@pytest.mark.parametrize(
    ("due", "today", "expected"),
    [
        (date(2025, 5, 1), date(2025, 6, 16), date(2025, 6, 17)),  # overdue: tomorrow
        (date(2025, 5, 1), date(2025, 6, 13), date(2025, 6, 16)),  # overdue on a Friday: Monday
        (date(2025, 6, 25), date(2025, 6, 16), date(2025, 6, 25)),  # due later: the due day
        (SUNDAY, date(2025, 6, 9), date(2025, 6, 13)),  # due on a Sunday: the Friday before
        (SUNDAY, date(2025, 6, 13), date(2025, 6, 16)),  # that Friday is today: the Monday after
    ],
)
def test_the_offered_day_is_ahead_and_not_at_a_weekend(due: date, today: date, expected: date) -> None:
    day = suggested_day(due_on=due, opens_on=date(2025, 1, 1), late_from=due, today=today, working=ORDINARY)
    assert day == expected


def test_who_missed_an_earlier_one_is_offered_the_next_day() -> None:
    day = suggested_day(
        due_on=date(2025, 6, 25),
        opens_on=date(2025, 6, 1),
        late_from=date(2025, 4, 1),
        today=date(2025, 6, 16),
        working=ORDINARY,
    )
    assert day == date(2025, 6, 17)


def test_a_friday_before_the_window_is_not_offered() -> None:
    day = suggested_day(due_on=SUNDAY, opens_on=SUNDAY, late_from=SUNDAY, today=date(2025, 6, 9), working=ORDINARY)
    assert day == date(2025, 6, 16)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        (date(2025, 12, 23), date(2025, 12, 23)),  # the day before the days off
        (date(2025, 12, 24), date(2025, 12, 23)),  # their first day
        (date(2025, 12, 26), date(2025, 12, 23)),  # their last day
        (date(2025, 12, 29), date(2025, 12, 29)),  # the first working day after them
    ],
)
def test_days_off_of_the_site_are_not_offered(due: date, expected: date) -> None:
    working = WorkingDays([(date(2025, 12, 24), date(2025, 12, 26), "Christmas")])
    day = suggested_day(due_on=due, opens_on=date(2025, 12, 1), late_from=due, today=date(2025, 12, 8), working=working)
    assert day == expected


def test_a_unit_open_on_weekends_offers_the_sunday() -> None:
    working = WorkingDays(works_weekends=True)
    day = suggested_day(
        due_on=SUNDAY, opens_on=date(2025, 6, 1), late_from=SUNDAY, today=date(2025, 6, 9), working=working
    )
    assert day == SUNDAY
