"""Adding a test that no plan asks for, and giving one test another due day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labs.actions.close_tests import close_for
from labs.actions.plan_refusals import FARTHEST_AHEAD, PlanRefused, today_of, written
from labs.models import ScheduledTest
from labs.selectors.due import OPEN, Status, status_of
from labs.vocabulary.test_kinds import TEST_KINDS, label_of
from patients import access
from patients.actions import audit
from patients.actions.withdraw import stated
from patients.models import Patient, User
from patients.problems import problem

DAY = timedelta(days=1)
WIDEST = 60
"""Days to either side that the window of an added test may have [project default]."""
NEAR = timedelta(days=7)
WAITS = frozenset({Status.PLANNED, Status.DUE, Status.OVERDUE, Status.BOOKED, Status.COLLECTED, Status.HELD})
MOVES = WAITS - {Status.BOOKED, Status.COLLECTED}


@transaction.atomic
def add_test(
    *,
    patient: Patient,
    kind: str,
    due_on: date,
    reason: str,
    by: User,
    now: datetime,
    window_days: int = 7,
    origin: ScheduledTest.Origin | str = ScheduledTest.Origin.EXTRA,
    anyway: bool = False,
) -> ScheduledTest:
    """Ask for one more test, with so many days to either side. Results close it as they close planned ones.

    What was done before its window does not count for it. A repeat is closed only by what is done from tomorrow on. Of
    the same kind, one that waits within a week is pointed out instead, unless `anyway`.
    """
    access.check_can_plan(by, patient)
    today = today_of(patient, now)
    _check_asked(patient, kind, due_on, window_days, str(origin), today)
    note = stated(reason)
    if not anyway:
        _refuse_near(patient, kind, due_on, today)
    window = timedelta(days=window_days)
    earliest = today + DAY if origin == ScheduledTest.Origin.REPEAT else today
    test = ScheduledTest.objects.create(
        patient=patient,
        kind=kind,
        origin=origin,
        due_on=due_on,
        opens_on=min(due_on, max(due_on - window, earliest)),
        closes_on=due_on + window,
        late_from=due_on + window,
        note=note,
    )
    detail = {"kind": kind, "due_on": due_on.isoformat(), "window_days": window_days, "origin": str(origin)}
    audit.record(by=by, verb="add_test", target=test, patient=patient, detail={**detail, "reason": note})
    close_for(patient_ids=[patient.pk], by=by, now=now)
    return test


@transaction.atomic
def move_test(*, test: ScheduledTest, due_on: date, reason: str, by: User, now: datetime) -> ScheduledTest:
    """Give an open test another due day, between the tests of its kind before and after it; its window goes along."""
    access.check_can_plan(by, test.patient)
    rows = list(_chain(test).order_by("due_on", "id").select_for_update(no_key=True))
    current = next(row for row in rows if row.pk == test.pk)
    today = today_of(test.patient, now)
    _check_movable(current, today)
    _check_day("due_on", due_on, today)
    before = next((row for row in reversed(rows) if row.due_on < current.due_on), None)
    after = next((row for row in rows if row.due_on > current.due_on), None)
    _check_between(due_on, before, after)
    was_due = current.due_on
    _move(current, due_on, before, after)
    detail = {"kind": test.kind, "was_due": was_due.isoformat(), "due_on": due_on.isoformat(), "reason": stated(reason)}
    audit.record(by=by, verb="move_test", target=current, patient=test.patient, detail=detail)
    close_for(patient_ids=[test.patient_id], by=by, now=now)
    current.refresh_from_db()
    return current


def _check_asked(patient: Patient, kind: str, due_on: date, window_days: int, origin: str, today: date) -> None:
    if patient.deceased_on is not None:
        raise PlanRefused(_("The patient has died: no test is asked for any more."))
    if kind not in TEST_KINDS:
        unknown = _("%(kind)s is not a known test.") % {"kind": kind or "–"}
        raise problem("kind", unknown, _("Choose one from the list."))
    if origin not in (ScheduledTest.Origin.EXTRA, ScheduledTest.Origin.REPEAT):
        raise problem("origin", _("Planned tests come from a plan."), _("Choose extra or repeat."))
    if not 0 <= window_days <= WIDEST:
        raise problem(
            "window_days",
            _("A window of %(days)s days is not possible.") % {"days": window_days},
            _("Give 0 to %(most)s days.") % {"most": WIDEST},
        )
    _check_day("due_on", due_on, today)


def _check_day(where: str, day: date, today: date) -> None:
    if day < today:
        raise problem(
            where,
            _("%(day)s is past: today is %(today)s.") % {"day": written(day), "today": written(today)},
            _("Choose today or a later day."),
        )
    if day > today + FARTHEST_AHEAD:
        raise problem(where, _("%(day)s is more than a year ahead.") % {"day": written(day)}, _("Check the year."))


def _refuse_near(patient: Patient, kind: str, due_on: date, today: date) -> None:
    for test in ScheduledTest.objects.filter(OPEN, patient=patient, kind=kind, opens_on__lte=due_on + NEAR):
        status = status_of(test, today)
        day = test.booked_for or max(test.due_on, today)
        if status in WAITS and abs(day - due_on) <= NEAR:
            raise problem(
                "anyway",
                _("%(test)s waits already: due on %(day)s (%(status)s).")
                % {"test": label_of(kind), "day": written(test.due_on), "status": status.label},
                _("Use that one, or say that you want another one anyway."),
            )


def _chain(test: ScheduledTest) -> QuerySet[ScheduledTest]:
    if test.plan_id is None:
        return ScheduledTest.objects.filter(pk=test.pk)
    return ScheduledTest.objects.filter(plan=test.plan_id, kind=test.kind)


def _check_movable(test: ScheduledTest, today: date) -> None:
    status = status_of(test, today)
    if status == Status.BOOKED:
        raise PlanRefused(
            _("This test is booked for %(day)s. Change the booking instead, or cancel it first.")
            % {"day": written(test.booked_for or today)}
        )
    if status not in MOVES:
        raise PlanRefused(_("This test no longer waits (%(status)s): it cannot be moved.") % {"status": status.label})


def _check_between(due_on: date, before: ScheduledTest | None, after: ScheduledTest | None) -> None:
    first = max(before.due_on, before.collected_on or before.due_on) if before is not None else None
    if first is not None and due_on <= first:
        raise problem(
            "due_on",
            _("The test before it stands on %(day)s.") % {"day": written(first)},
            _("Choose a later day, or skip this one as covered by the other."),
        )
    if after is not None and due_on >= after.due_on:
        raise problem(
            "due_on",
            _("The next one is due on %(day)s.") % {"day": written(after.due_on)},
            _("Choose an earlier day, or skip this one."),
        )


def _move(test: ScheduledTest, due_on: date, before: ScheduledTest | None, after: ScheduledTest | None) -> None:
    """The window goes along; the test before it can be done until this one opens."""
    window = test.due_on - test.opens_on
    test.due_on, test.opens_on, test.closes_on = due_on, due_on - window, due_on + window
    if after is not None:
        test.lapses_on = max(after.opens_on, due_on + DAY)
        test.closes_on = min(test.closes_on, test.lapses_on - DAY)
    test.late_from, test.pinned, test.held_from, test.held_until = test.closes_on, True, None, None
    test.save()
    if before is not None:
        before.lapses_on = max(test.opens_on, before.due_on + DAY)
        before.closes_on = min(before.closes_on, before.lapses_on - DAY)
        before.late_from = min(before.late_from, before.closes_on)
        before.save()
