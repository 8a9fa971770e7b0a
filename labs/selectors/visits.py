"""Visits: the tests of one patient on one day. Those that stand booked, and the one that is offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby

from django.db.models import Q, QuerySet

from labs.models import ScheduledTest
from labs.protocols.suggesting import suggested_day
from labs.protocols.visits import LeftOut, WaitingTest, common_visit, span_of
from labs.selectors.due import Status, status_of, waiting_tests
from labs.selectors.site_calendar import working_days_of
from labs.vocabulary.test_kinds import label_of
from patients.access import visible_to
from patients.models import Patient, Site, User

Seen = tuple[date | None, time | None]
"""Day and time a test stood booked for when somebody looked."""


@dataclass(slots=True)
class Visit:
    """What stands booked for one patient on one day, with the state of each test on `today`."""

    day: date
    today: date
    tests: list[ScheduledTest] = field(default_factory=list)

    @property
    def patient(self) -> Patient:
        """Who comes."""
        return self.tests[0].patient

    @property
    def time(self) -> time | None:
        """When: the earliest of the tests' times; None when no time is given."""
        return min((test.booked_time for test in self.tests if test.booked_time is not None), default=None)

    @property
    def place(self) -> str:
        """Where; several places in the order of their tests."""
        return ", ".join(dict.fromkeys(test.booked_at_place for test in self.tests if test.booked_at_place))

    @property
    def states(self) -> list[tuple[ScheduledTest, Status]]:
        """Each test and how it stands."""
        return [(test, status_of(test, self.today)) for test in self.tests]

    @property
    def labels(self) -> list[str]:
        """What is to be done, each kind once."""
        return list(dict.fromkeys(label_of(test.kind) for test in self.tests))

    @property
    def waiting(self) -> list[ScheduledTest]:
        """The tests that may still be moved or cancelled."""
        return [
            test
            for test in self.tests
            if not test.skipped_because and test.closed_by_id is None and test.collected_on is None
        ]

    @property
    def seen(self) -> dict[int, Seen]:
        """How it stands booked, as `move_visit` and `cancel_visit` take it."""
        return {test.pk: (test.booked_for, test.booked_time) for test in self.waiting}


@dataclass(frozen=True, slots=True)
class Beside:
    """Another test of the patient that waits. `left_out` says why it does not fit on the visit offered."""

    test: ScheduledTest
    fits: bool
    left_out: LeftOut | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The visit offered for a test: its day, and the other tests that could be done on it.

    `alone` is the day the test would be offered without them: a late one waits a few days for a common visit.
    """

    day: date
    alone: date
    beside: list[Beside]

    @property
    def together(self) -> int:
        """How many tests are done on it."""
        return 1 + sum(one.fits for one in self.beside)


def offered_visit(*, test: ScheduledTest, today: date, user: User, now: datetime) -> Offer:
    """The visit on which a waiting test is done with as many of the patient's others as possible. Two queries.

    Offered are tests that wait now or whose window opens while this one is still in time.
    """
    working = working_days_of(test.patient.site_id)
    could = Q(status__in=[Status.OVERDUE, Status.DUE, Status.PLANNED, Status.BOOKED])
    rows = list(waiting_tests(user=user, now=now).filter(could, patient=test.patient_id).order_by("late_from", "id"))
    last = span_of(_waiting(test), today=today, working=working).last
    near = [
        row for row in rows if row.pk != test.pk and row.opens_on <= last and not _booked_elsewhere(row, test, today)
    ]
    comes_on = {row.booked_for for row in rows if row.booked_for is not None and row.booked_for > today}
    found = common_visit(
        lead=test.pk,
        tests=[_waiting(one) for one in (test, *near)],
        today=today,
        working=working,
        comes_on=comes_on,
    )
    left_out = {one.key: one for one in found.left_out}
    settled = {*found.tests, *left_out}
    beside = [Beside(row, row.pk in found.tests, left_out.get(row.pk)) for row in near if row.pk in settled]
    alone = suggested_day(
        due_on=test.due_on, opens_on=test.opens_on, late_from=test.late_from, today=today, working=working
    )
    return Offer(found.day, alone, beside)


def _booked_elsewhere(row: ScheduledTest, test: ScheduledTest, today: date) -> bool:
    """Booked ahead, and not for the day of the test that is being looked at: it is left where it is."""
    return row.booked_for is not None and row.booked_for >= today and row.booked_for != test.booked_for


def visits_among(tests: Iterable[ScheduledTest], today: date) -> list[Visit]:
    """The visits that stand booked among the tests of one patient, from today on. No query."""
    booked = [test for test in tests if test.booked_for is not None and test.booked_for >= today]
    waiting = [test for test in booked if not test.skipped_because and test.closed_by_id is None]
    return grouped(waiting, today)


def visit_on(*, patient: Patient, day: date, today: date) -> Visit | None:
    """What stands booked for a patient on a day; None when nothing does. One query."""
    tests = ScheduledTest.objects.filter(skipped_because="", patient=patient, booked_for=day).order_by("due_on", "id")
    return next(iter(grouped(list(tests.select_related("patient__site")), today)), None)


def visits_at(*, site: Site, user: User, now: datetime, since: date, until: date) -> list[Visit]:
    """The visits of a site on these days, both inclusive: by day, then time, then name. Two queries."""
    today = now.astimezone(site.zone).date()
    tests = booked_at(site, since=since, until=until).filter(visible_to(user, "patient__"))
    rows = tests.select_related("patient__site").prefetch_related("patient__identifiers").order_by("due_on", "id")
    return sorted(grouped(list(rows), today), key=_by_time)


def booked_at(site: Site | int, *, since: date, until: date) -> QuerySet[ScheduledTest]:
    """Tests booked at a site on these days, both inclusive: what is to be done, and what came of it later."""
    return ScheduledTest.objects.filter(
        site=site,
        patient__site=site,
        booked_for__range=(since, until),
        skipped_because="",
        patient__deceased_on__isnull=True,
    )


def _by_time(visit: Visit) -> tuple[date, bool, time, str, int]:
    """Visits without a time come last on their day."""
    return visit.day, visit.time is None, visit.time or time.min, str(visit.patient), visit.patient.pk


def grouped(tests: list[ScheduledTest], today: date) -> list[Visit]:
    """The tests by day and patient; their order within a visit stays."""

    def key(test: ScheduledTest) -> tuple[date, int]:
        return test.booked_for or date.max, test.patient_id

    return [Visit(day, today, list(rows)) for (day, _patient), rows in groupby(sorted(tests, key=key), key)]


def _waiting(test: ScheduledTest) -> WaitingTest:
    return WaitingTest(
        key=test.pk,
        chain=(test.plan_id, test.kind) if test.plan_id is not None else test.pk,
        due_on=test.due_on,
        opens_on=test.opens_on,
        late_from=test.late_from,
        lapses_on=test.lapses_on,
    )
