"""Ordering tests from a flag: a repeat that may confirm it, or a work-up. The flag then waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from labs.actions.book_test import BookingRefused, book_test
from labs.actions.plan_refusals import FARTHEST_AHEAD, written
from labs.actions.take_flag import ReviewRefused, end_of, today_of
from labs.models import Flag, ScheduledTest
from labs.selectors.confirmation_window import confirmation_window
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.actions.audit import record
from patients.models import User


@dataclass(frozen=True, slots=True)
class Repeat:
    """A repeat test to be made: its kind (code of `labs.vocabulary.test_kinds`), best day and last day.

    `closes_on` None: the last day on which it would confirm. `book`: booked for its best day at once.
    """

    kind: str
    due_on: date
    closes_on: date | None = None
    book: bool = False


@dataclass(frozen=True, slots=True)
class WorkUp:
    """Tests (codes of `labs.vocabulary.test_kinds`) to be made by a last day."""

    kinds: Sequence[str]
    until: date


def order_repeat(flag: Flag, repeat: Repeat, *, by: User, now: datetime) -> list[ScheduledTest]:
    """The repeat test, perhaps booked; the flag's answer is due when its last day is over."""
    today = today_of(flag, now)
    window = confirmation_window(flag, today=today)
    closes_on = max(window.last, repeat.due_on) if repeat.closes_on is None else repeat.closes_on
    if repeat.due_on < today or closes_on < repeat.due_on:
        raise ReviewRefused(_("The repeat test must lie ahead, and its last day not before its best day."))
    _check(flag, [repeat.kind], closes_on, today)
    test = _order(flag, repeat.kind, ScheduledTest.Origin.REPEAT, repeat.due_on, closes_on, window.first, by=by)
    if repeat.book:
        try:
            book_test(test=test, booked_for=repeat.due_on, by=by, now=now)
        except BookingRefused as error:
            raise ReviewRefused(str(error)) from error
        test.refresh_from_db(fields=["booked_for"])
    _wait_until(flag, closes_on)
    return [test]


def order_work_up(flag: Flag, work_up: WorkUp, *, by: User, now: datetime) -> list[ScheduledTest]:
    """The tests of a work-up; the flag's answer is due when their last day is over."""
    today, kinds = today_of(flag, now), list(dict.fromkeys(work_up.kinds))
    if not kinds:
        raise ReviewRefused(_("Say which tests the work-up needs."))
    if work_up.until < today:
        raise ReviewRefused(_("The last day of the work-up must lie ahead."))
    _check(flag, kinds, work_up.until, today)
    origin = ScheduledTest.Origin.WORK_UP
    tests = [_order(flag, kind, origin, work_up.until, work_up.until, today, by=by) for kind in kinds]
    _wait_until(flag, work_up.until)
    return tests


def _check(flag: Flag, kinds: Sequence[str], until: date, today: date) -> None:
    if flag.patient.deceased_on is not None:
        raise ReviewRefused(_("The patient has died: no test is asked for any more."))
    if unknown := [kind for kind in kinds if kind not in TEST_KINDS]:
        raise ReviewRefused(_("%(kind)s is not a known test. Choose from the list.") % {"kind": ", ".join(unknown)})
    if until > today + FARTHEST_AHEAD:
        raise ReviewRefused(_("%(day)s is more than a year ahead. Check the year.") % {"day": written(until)})


def _order(
    flag: Flag, kind: str, origin: ScheduledTest.Origin, due_on: date, closes_on: date, first: date, *, by: User
) -> ScheduledTest:
    test = ScheduledTest.objects.create(
        patient=flag.patient,
        kind=kind,
        origin=origin,
        due_on=due_on,
        opens_on=min(first, due_on),
        closes_on=closes_on,
        late_from=closes_on,
        note=f"{flag.rule} {flag.onset_on.isoformat()}",
    )
    detail = {"flag": flag.pk, "kind": test.kind}
    record(by=by, verb=f"test.{origin.value}_ordered", target=test, patient=flag.patient, detail=detail)
    return test


def _wait_until(flag: Flag, day: date) -> None:
    """A signal that asks for an answer asks for it when the day is over."""
    if flag.answer_by is not None:
        flag.answer_by = end_of(day, flag)
