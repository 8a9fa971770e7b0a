"""The last thing a person did on the worklist, kept in their session so that it can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labs.actions.book_test import Booking, restore_bookings
from labs.actions.record_done import take_back_done
from labs.actions.skip_test import unskip_test
from labs.models import ScheduledTest
from patients.models import User

KEY = "undo"
WORDS = {
    "book": _("Undo the last booking"),
    "cancel": _("Undo the last cancelling"),
    "skip": _("Undo the last skipping"),
    "done": _("Undo the last “done”"),
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: `verb` is one of `WORDS`; `bookings` is how the bookings stood before."""

    verb: str
    test: int | None
    made_for: date | None
    made_time: time | None
    bookings: tuple[Booking, ...]


def remember(
    request: HttpRequest,
    verb: str,
    *,
    test: ScheduledTest | None = None,
    made_for: date | None = None,
    made_time: time | None = None,
    bookings: Sequence[Booking] = (),
) -> None:
    """Keep what was done; it replaces what was done before."""
    request.session[KEY] = {
        "verb": verb,
        "test": test.pk if test else None,
        "made_for": _text(made_for),
        "made_time": _text(made_time),
        "bookings": [
            [one.test, _text(one.booked_for), _text(one.booked_time), one.place, _text(one.snoozed_until)]
            for one in bookings
        ],
    }


def undoable(request: HttpRequest) -> str | Promise:
    """What can be taken back, in words; "" when there is nothing."""
    kept: dict[str, Any] | None = request.session.get(KEY)
    return WORDS[kept["verb"]] if kept else ""


def take(request: HttpRequest) -> Done | None:
    """What was done last, taken out of the session."""
    kept: dict[str, Any] | None = request.session.pop(KEY, None)
    if kept is None:
        return None
    bookings = tuple(
        Booking(test, _day(booked), _time(at), place, _day(snoozed))
        for test, booked, at, place, snoozed in kept["bookings"]
    )
    return Done(kept["verb"], kept["test"], _day(kept["made_for"]), _time(kept["made_time"]), bookings)


def undo(done: Done, *, by: User, now: datetime) -> bool:
    """Take it back; whether anything changed. Raises as the actions do when it can no longer be taken back."""
    if done.verb in {"book", "cancel"}:
        changed = restore_bookings(
            bookings=done.bookings, made_for=done.made_for, made_time=done.made_time, by=by, now=now
        )
        return changed > 0
    test = ScheduledTest.objects.select_related("patient__site").get(pk=done.test or 0)
    take_back = unskip_test if done.verb == "skip" else take_back_done
    take_back(test=test, by=by, now=now)
    return True


def _text(moment: date | time | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
