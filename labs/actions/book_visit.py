"""Booking, moving and cancelling a whole visit: the tests of one patient on one day. All of them, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.book_test import (
    WAITS,
    Booking,
    BookingConflict,
    BookingRefused,
    book_test,
    take_bookings_off,
    written,
)
from labs.models import ScheduledTest
from labs.selectors.due import OPEN, status_of
from labs.selectors.visits import Seen
from patients import access
from patients.models import Patient, User

NOT_BOOKED: Seen = (None, None)


@transaction.atomic
def book_visit(
    *,
    tests: Sequence[ScheduledTest],
    booked_for: date,
    by: User,
    now: datetime,
    booked_time: time | None = None,
    place: str = "",
    seen: Mapping[int, Seen] | None = None,
    anyway: bool = False,
) -> list[Booking]:
    """Book tests of one patient for one day. `seen` says how each stood booked, by its number; absent: not booked.

    Returns the bookings as they were before. Raises as `book_test` does; then nothing is booked.
    """
    if not tests:
        raise BookingRefused(_("Choose at least one test."))
    if len({test.patient_id for test in tests}) > 1:
        raise BookingRefused(_("A visit is of one patient."))
    _lock_waiting(tests[0].patient)
    before: list[Booking] = []
    for test in sorted(tests, key=lambda one: (one.due_on, one.pk)):
        if any(booking.test == test.pk for booking in before):
            continue  # booked along with an earlier one of its kind
        seen_for, seen_time = (seen or {}).get(test.pk, NOT_BOOKED)
        before += book_test(
            test=test,
            booked_for=booked_for,
            booked_time=booked_time,
            place=place,
            seen_booked_for=seen_for,
            seen_booked_time=seen_time,
            anyway=anyway,
            by=by,
            now=now,
        )
    return before


@transaction.atomic
def move_visit(
    *,
    patient: Patient,
    day: date,
    booked_for: date,
    by: User,
    now: datetime,
    booked_time: time | None = None,
    place: str = "",
    seen: Mapping[int, Seen] | None = None,
    anyway: bool = False,
) -> list[Booking]:
    """Book what stands booked for `day` for another day, time or place. Returns the bookings as they were before.

    Raises as `book_test` does; `BookingConflict` also when the visit is no longer the one in `seen`.
    """
    access.check_can_book(by, patient)
    today = now.astimezone(patient.site.zone).date()
    rows = [row for row in _visit(patient, day, seen) if status_of(row, today) in WAITS]
    if not rows:
        raise _gone(patient, day)
    return book_visit(
        tests=rows,
        booked_for=booked_for,
        booked_time=booked_time,
        place=place,
        seen={row.pk: (row.booked_for, row.booked_time) for row in rows},
        anyway=anyway,
        by=by,
        now=now,
    )


@transaction.atomic
def cancel_visit(
    *, patient: Patient, day: date, by: User, now: datetime, seen: Mapping[int, Seen] | None = None
) -> list[Booking]:
    """Take the bookings of a visit off. Returns them as they were before. Raises `BookingConflict`."""
    access.check_can_book(by, patient)
    return take_bookings_off(_visit(patient, day, seen), by=by, now=now)


def _visit(patient: Patient, day: date, seen: Mapping[int, Seen] | None) -> list[ScheduledTest]:
    """The locked tests that stand booked for a day, as the person saw them."""
    rows = [row for row in _lock_waiting(patient) if row.booked_for == day]
    if not rows:
        raise _gone(patient, day)
    if seen is not None and seen != {row.pk: (row.booked_for, row.booked_time) for row in rows}:
        raise BookingConflict(
            _("The visit on %(day)s was changed meanwhile. Look at it again before changing it.")
            % {"day": written(day)}
        )
    return rows


def _lock_waiting(patient: Patient) -> list[ScheduledTest]:
    """Lock every open test of a patient, in one order: of two at work on overlapping visits the second then waits."""
    rows = ScheduledTest.objects.filter(OPEN, patient=patient, collected_on=None).select_related("patient__site")
    return list(rows.order_by("id").select_for_update(of=("self",), no_key=True))


def _gone(patient: Patient, day: date) -> BookingConflict:
    return BookingConflict(
        _("%(patient)s has no visit on %(day)s: it was moved, cancelled or done meanwhile.")
        % {"patient": patient, "day": written(day)}
    )
