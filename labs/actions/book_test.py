"""Booking a scheduled test for a day and perhaps a time, and taking the booking back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _

from labs.models import ScheduledTest
from labs.protocols.closing import SLACK
from labs.protocols.working_days import WEEKEND
from labs.selectors.due import OPEN, Status, status_of
from labs.selectors.site_calendar import working_days_of
from labs.vocabulary.test_kinds import label_of
from patients import access
from patients.actions import audit
from patients.models import AuditEvent, User

LONGEST_AHEAD = timedelta(days=400)
WAITS = frozenset({Status.PLANNED, Status.DUE, Status.OVERDUE, Status.BOOKED, Status.HELD})


class BookingRefused(ValueError):
    """The test cannot be booked so; the message says why and what can be done."""


class BookingConflict(BookingRefused):
    """Somebody else changed the booking in the meantime."""


class SiteClosed(BookingRefused):
    """The site sees no patients on that day. A person may book it `anyway`."""


@dataclass(frozen=True, slots=True)
class Booking:
    """When and where one test stood booked, and until when nobody was to call; None and "" when it was not."""

    test: int
    booked_for: date | None
    booked_time: time | None
    place: str
    snoozed_until: date | None = None


BOOKED = ("booked_for", "booked_time", "booked_at_place", "snoozed_until")


@transaction.atomic
def book_test(
    *,
    test: ScheduledTest,
    booked_for: date,
    by: User,
    now: datetime,
    booked_time: time | None = None,
    place: str = "",
    seen_booked_for: date | None = None,
    seen_booked_time: time | None = None,
    anyway: bool = False,
) -> list[Booking]:
    """Book a test, and with it the later ones of the same kind in its plan whose window is open by that day.

    `booked_time` is on the clock of the site. `seen_booked_for`, `seen_booked_time` are the booking the person saw when
    they decided. `anyway` books a day on which the site is closed. Returns the bookings as they were before, which
    `restore_bookings` takes. Raises `BookingConflict` when it is another one by now, else `BookingRefused`.
    """
    access.check_can_book(by, test.patient)
    rows = _lock(test, booked_for)
    current = next((row for row in rows if row.pk == test.pk), None)
    today = now.astimezone(test.patient.site.zone).date()
    _check_still_as_seen(test, current, (seen_booked_for, seen_booked_time), today)
    _check_day(current or test, booked_for, today)
    closed = _why_closed(test.patient.site_id, booked_for)
    if closed and not anyway:
        raise _closed(booked_for, closed)
    before = [booking_of(row) for row in rows]
    ScheduledTest.objects.filter(pk__in=[row.pk for row in rows]).update(
        booked_for=booked_for, booked_time=booked_time, booked_at_place=place, snoozed_until=None
    )
    detail = {"booked_for": booked_for.isoformat(), "place": place}
    if booked_time is not None:
        detail["time"] = booked_time.isoformat("minutes")
    if closed:
        detail["although"] = closed
    _audit(rows, verb="book_test", by=by, detail=detail)
    return before


@transaction.atomic
def restore_bookings(
    *,
    bookings: Sequence[Booking],
    made_for: date | None,
    by: User,
    now: datetime,
    made_time: time | None = None,
    times_kept: bool = False,
) -> int:
    """Put bookings back as they were before they were made for a day and time; how many rows changed.

    `times_kept`: each was made for the time it had before. Tests that were closed, skipped or booked for another day or
    time meanwhile stay as they are.
    """
    were = {booking.test: booking for booking in bookings}
    waiting = ScheduledTest.objects.filter(OPEN, pk__in=were, booked_for=made_for)
    held = waiting.select_related("patient__site").order_by("id").select_for_update(of=("self",), no_key=True)
    rows = [row for row in held if row.booked_time == (were[row.pk].booked_time if times_kept else made_time)]
    for row in rows:
        access.check_can_book(by, row.patient)
        was = were[row.pk]
        row.booked_for, row.booked_time, row.booked_at_place = was.booked_for, was.booked_time, was.place
        row.snoozed_until = was.snoozed_until
    ScheduledTest.objects.bulk_update(rows, BOOKED)
    _audit(rows, verb="restore_booking", by=by, detail={"at": now.isoformat()})
    return len(rows)


@transaction.atomic
def unbook(*, test: ScheduledTest, by: User, now: datetime) -> list[Booking]:
    """Cancel the booking of a test and of those booked with it; the bookings as they were before."""
    access.check_can_book(by, test.patient)
    if test.booked_for is None:
        raise BookingRefused(_("This test is not booked."))
    rows = list(
        ScheduledTest.objects.filter(OPEN & _same_chain(test), booked_for=test.booked_for)
        .order_by("id")
        .select_for_update(no_key=True)
    )
    return take_bookings_off(rows, by=by, now=now)


def take_bookings_off(rows: Sequence[ScheduledTest], *, by: User, now: datetime) -> list[Booking]:
    """The bookings of locked tests, which then have none. Inside a transaction of the caller."""
    before = [booking_of(row) for row in rows]
    ScheduledTest.objects.filter(pk__in=[row.pk for row in rows]).update(
        booked_for=None, booked_time=None, booked_at_place=""
    )
    _audit(rows, verb="unbook_test", by=by, detail={"at": now.isoformat()})
    return before


def booking_of(test: ScheduledTest) -> Booking:
    """How a test stands booked."""
    return Booking(test.pk, test.booked_for, test.booked_time, test.booked_at_place, test.snoozed_until)


def written(day: date, at: time | None = None) -> str:
    """A day, with the time when there is one, as people read it."""
    words = formats.date_format(day, "DATE_FORMAT")
    return f"{words}, {at:%H:%M}" if at is not None else words


def _same_chain(test: ScheduledTest) -> Q:
    """This test and the later ones of its kind in its plan."""
    if test.plan_id is None:
        return Q(pk=test.pk)
    return Q(pk=test.pk) | Q(plan=test.plan_id, kind=test.kind, due_on__gt=test.due_on)


def _lock(test: ScheduledTest, booked_for: date) -> list[ScheduledTest]:
    reached = Q(pk=test.pk) | Q(opens_on__lte=booked_for)
    rows = ScheduledTest.objects.filter(OPEN & _same_chain(test) & reached).order_by("id")
    return list(rows.select_for_update(no_key=True))


def _check_still_as_seen(
    test: ScheduledTest, current: ScheduledTest | None, seen: tuple[date | None, time | None], today: date
) -> None:
    if current is None or status_of(current, today) not in WAITS:
        raise BookingConflict(
            _("%(test)s no longer waits to be booked: it was done, skipped or missed meanwhile.")
            % {"test": label_of(test.kind)}
        )
    booked = current.booked_for, current.booked_time
    if current.booked_for is not None and current.booked_for >= today and booked != seen:
        raise BookingConflict(
            _("%(test)s was booked for %(day)s by %(person)s meanwhile. Look at it again before changing it.")
            % {
                "test": label_of(test.kind),
                "day": written(current.booked_for, current.booked_time),
                "person": _who_booked(current),
            }
        )


def _who_booked(test: ScheduledTest) -> str:
    event = (
        AuditEvent.objects.filter(patient_id=test.patient_id, verb="book_test", target_id=test.pk)
        .select_related("by")
        .order_by("-id")
        .first()
    )
    return str(event.by) if event else _("somebody else")


def _check_day(test: ScheduledTest, booked_for: date, today: date) -> None:
    if booked_for < today:
        raise BookingRefused(
            _("%(day)s is past (today is %(today)s). Choose today or a later day.")
            % {"day": written(booked_for), "today": written(today)}
        )
    if booked_for > today + LONGEST_AHEAD:
        raise BookingRefused(_("%(day)s is more than a year ahead. Check the year.") % {"day": written(booked_for)})
    if booked_for < test.opens_on - SLACK:
        raise BookingRefused(
            _("%(test)s on %(day)s would be too early to count: the window opens on %(opens)s.")
            % {"test": label_of(test.kind), "day": written(booked_for), "opens": written(test.opens_on)}
        )


def _why_closed(site_id: int, day: date) -> str:
    """The name of the day off in words; "" for a working day."""
    why = working_days_of(site_id, since=day, until=day).why_closed(day)
    return _("weekend") if why == WEEKEND else why or ""


def _closed(day: date, why: str) -> SiteClosed:
    return SiteClosed(
        _("The unit is closed on %(day)s: %(why)s. Choose another day, or say that the visit takes place all the same.")
        % {"day": written(day), "why": why}
    )


def _audit(rows: Sequence[ScheduledTest], *, verb: str, by: User, detail: dict[str, str]) -> None:
    AuditEvent.objects.bulk_create(
        [
            audit.event(by=by, verb=verb, target=row, patient_id=row.patient_id, detail={"kind": row.kind, **detail})
            for row in rows
        ]
    )
