"""When a test is due, and everything that follows from it: the one place that says so, in Python and in SQL.

A status is never stored. `status_of` derives it from the dates of a test and a day; `with_status` does the same in the
database, with the day on the clock of the patient's site. `tests/labs/selectors/test_due.py` holds the two together.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Case, DateField, F, Func, Q, QuerySet, TextChoices, Value, When
from django.utils.translation import gettext_lazy as _

from labs.models import ScheduledTest
from labs.vocabulary.test_kinds import DONE_BY_HAND
from patients.access import visible_to
from patients.models import User

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Status(TextChoices):
    """Where a scheduled test stands."""

    PLANNED = "planned", _("planned")
    DUE = "due", _("due")
    OVERDUE = "overdue", _("overdue")
    BOOKED = "booked", _("booked")
    COLLECTED = "collected", _("collected, no result yet")
    RESULTED = "resulted", _("done")
    MISSED = "missed", _("missed")
    HELD = "held", _("on hold")
    EXCUSED = "excused", _("not asked for: plan was paused")
    SKIPPED = "skipped", _("skipped")


def status_of(test: ScheduledTest, today: date) -> Status:
    """The status of a test on a day of its site's calendar."""
    if test.skipped_because:
        return Status.SKIPPED
    if test.closed_by_id is not None or (test.collected_on is not None and test.kind in DONE_BY_HAND):
        return Status.RESULTED
    if test.collected_on is not None:
        return Status.COLLECTED
    if test.booked_for is not None and test.booked_for >= today:
        return Status.BOOKED
    if test.lapses_on is not None and test.lapses_on <= today:
        return Status.EXCUSED if _was_excused(test, test.lapses_on) else Status.MISSED
    if test.held_from is not None and test.held_until is not None and test.held_from <= today <= test.held_until:
        return Status.HELD
    if test.opens_on > today:
        return Status.PLANNED
    return Status.OVERDUE if test.late_from < today else Status.DUE


def _was_excused(test: ScheduledTest, lapses_on: date) -> bool:
    """Whether a pause, begun before its window was over, lasted until the next test of its kind could be done."""
    if test.held_from is None or test.held_until is None:
        return False
    return test.held_from <= test.closes_on and lapses_on <= test.held_until + DAY


_TODAY = F("today")
STATUS_IN_SQL = Case(
    When(~Q(skipped_because=""), then=Value(Status.SKIPPED.value)),
    When(
        Q(closed_by__isnull=False) | Q(collected_on__isnull=False, kind__in=DONE_BY_HAND),
        then=Value(Status.RESULTED.value),
    ),
    When(collected_on__isnull=False, then=Value(Status.COLLECTED.value)),
    When(booked_for__gte=_TODAY, then=Value(Status.BOOKED.value)),
    When(
        Q(lapses_on__lte=_TODAY) & Q(lapses_on__lte=F("held_until") + DAY, held_from__lte=F("closes_on")),
        then=Value(Status.EXCUSED.value),
    ),
    When(lapses_on__lte=_TODAY, then=Value(Status.MISSED.value)),
    When(held_from__lte=_TODAY, held_until__gte=_TODAY, then=Value(Status.HELD.value)),
    When(opens_on__gt=_TODAY, then=Value(Status.PLANNED.value)),
    When(late_from__lt=_TODAY, then=Value(Status.OVERDUE.value)),
    default=Value(Status.DUE.value),
)
"""`status_of` again, line by line, over a column `today`."""

OPEN = Q(skipped_because="", closed_by__isnull=True)
"""Tests that may still be waiting for something; the condition of the index `scheduled_open`."""

ON_SOMEBODYS_LIST = Q(patient__deceased_on__isnull=True) & (Q(plan__isnull=True) | Q(plan__ended_on__isnull=True))
"""Tests of living patients whose plan goes on."""


class DayAtSite(Func):
    """The calendar day of an instant on the clock of a site; `zone` leads to it."""

    template = "(%(expressions)s)::date"
    arg_joiner = " at time zone "
    output_field = DateField()

    def __init__(self, now: datetime, zone: str = "patient__site__time_zone") -> None:
        super().__init__(Value(now), F(zone))


def with_status(tests: QuerySet[ScheduledTest], *, now: datetime) -> QuerySet[ScheduledTest]:
    """The tests with `today` (at the patient's site) and `status`."""
    return tests.annotate(today=DayAtSite(now)).annotate(status=STATUS_IN_SQL)


def waiting_tests(*, user: User, now: datetime) -> QuerySet[ScheduledTest]:
    """Tests this person may see that still wait for something, with `today`, `status` and `risk`."""
    tests = ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, visible_to(user, "patient__"))
    return with_status(tests, now=now)


def days_late(test: ScheduledTest, today: date) -> int:
    """For how many days the test has been late; negative while it is not."""
    return (today - test.late_from).days
