"""The day a booking is offered for."""

from __future__ import annotations

from datetime import date

import pytest

from labs.models import ScheduledTest
from labs.selectors.worklist import suggested_day

SUNDAY = date(2025, 6, 15)


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
def test_the_offered_day_is_ahead_and_not_at_a_weekend(due, today, expected):
    test = ScheduledTest(due_on=due, opens_on=date(2025, 1, 1), late_from=due)
    assert suggested_day(test, today) == expected


def test_who_missed_an_earlier_one_is_offered_the_next_day():
    test = ScheduledTest(due_on=date(2025, 6, 25), opens_on=date(2025, 6, 1), late_from=date(2025, 4, 1))
    assert suggested_day(test, date(2025, 6, 16)) == date(2025, 6, 17)


def test_a_friday_before_the_window_is_not_offered():
    test = ScheduledTest(due_on=SUNDAY, opens_on=SUNDAY, late_from=SUNDAY)
    assert suggested_day(test, date(2025, 6, 9)) == date(2025, 6, 16)
