"""The last thing a person did on the worklist, kept in their session so that it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labs.actions.assign_test import assign_test
from labs.actions.book_test import Booking, restore_bookings
from labs.actions.record_contact import Snooze, restore_snoozes
from labs.actions.record_done import take_back_done
from labs.actions.skip_test import unskip_test
from labs.models import ScheduledTest
from patients.models import User

KEY = "undo"
WORDS = {
    "book": _("Undo the last booking"),
    "move": _("Undo the last booking"),
    "cancel": _("Undo the last cancelling"),
    "skip": _("Undo the last skipping"),
    "done": _("Undo the last “done”"),
    "assign": _("Undo the last assigning"),
    "contact": _("Take back the last “contact again”"),
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: `verb` is one of `WORDS`, `tests` those skipped, done or assigned.

    `bookings`, `owners` (by test) and `snoozes` are how those stood before; `made_for` is the day they were given.
    """

    verb: str
    tests: tuple[int, ...]
    made_for: date | None
    made_time: time | None
    bookings: tuple[Booking, ...]
    owners: tuple[int | None, ...] = ()
    snoozes: tuple[Snooze, ...] = ()

    @property
    def touched(self) -> tuple[int, ...]:
        """Every test it was about."""
        return (*self.tests, *(one.test for one in self.bookings), *(one.test for one in self.snoozes))


def remember(
    request: HttpRequest,
    verb: str,
    *,
    test: ScheduledTest | None = None,
    tests: Sequence[int] = (),
    made_for: date | None = None,
    made_time: time | None = None,
    bookings: Sequence[Booking] = (),
    owners: Sequence[int | None] = (),
    snoozes: Sequence[Snooze] = (),
) -> None:
    """Keep what was done; it replaces what was done before."""
    request.session[KEY] = {
        "verb": verb,
        "tests": [test.pk] if test else list(tests),
        "made_for": _text(made_for),
        "made_time": _text(made_time),
        "bookings": [
            [one.test, _text(one.booked_for), _text(one.booked_time), one.place, _text(one.snoozed_until)]
            for one in bookings
        ],
        "owners": list(owners),
        "snoozes": [[one.test, _text(one.until)] for one in snoozes],
    }


def undoable(request: HttpRequest) -> str | Promise:
    """What can be taken back, in words; "" when there is nothing."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    return WORDS[kept["verb"]] if kept else ""


def last(request: HttpRequest) -> Done | None:
    """What was done last; it stays in the session."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    return _read(kept) if kept else None


def take(request: HttpRequest) -> Done | None:
    """What was done last, taken out of the session."""
    kept: dict[str, Any] | None = request.session.pop(KEY, None)
    return _read(kept) if kept else None


def undo(done: Done, *, by: User, now: datetime) -> bool:
    """Take it back; whether anything changed. Raises as the actions do when it can no longer be taken back."""
    if done.verb in {"book", "cancel", "move"}:
        changed = restore_bookings(
            bookings=done.bookings,
            made_for=done.made_for,
            made_time=done.made_time,
            times_kept=done.verb == "move",
            by=by,
            now=now,
        )
        return changed > 0
    if done.verb == "contact":
        return restore_snoozes(snoozes=done.snoozes, made_until=done.made_for, by=by, now=now) > 0
    found = ScheduledTest.objects.select_related("patient__site").in_bulk(done.tests)
    with transaction.atomic():
        for place, number in enumerate(done.tests):
            if number not in found:
                raise ScheduledTest.DoesNotExist
            _take_back(done, found[number], place, by=by, now=now)
    return True


def _take_back(done: Done, test: ScheduledTest, place: int, *, by: User, now: datetime) -> None:
    if done.verb == "skip":
        unskip_test(test=test, by=by, now=now)
    elif done.verb == "done":
        take_back_done(test=test, by=by, now=now)
    else:
        before = done.owners[place]
        assign_test(test=test, to=User.objects.filter(pk=before).first() if before else None, by=by, now=now)


def _read(kept: dict[str, Any]) -> Done:
    return Done(
        verb=kept["verb"],
        tests=tuple(kept["tests"]),
        made_for=_day(kept["made_for"]),
        made_time=_time(kept["made_time"]),
        bookings=tuple(
            Booking(test, _day(booked), _time(at), place, _day(snoozed))
            for test, booked, at, place, snoozed in kept["bookings"]
        ),
        owners=tuple(kept["owners"]),
        snoozes=tuple(Snooze(test, _day(until)) for test, until in kept["snoozes"]),
    )


def _text(moment: date | time | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
