"""The forms by which visits are booked and moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.book_test import BookingRefused, SiteClosed
from labs.models import ScheduledTest
from labs.protocols.visits import Why
from labs.selectors.visits import Beside, Offer, Seen, Visit
from labs.vocabulary.test_kinds import label_of

DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME_INPUT = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class SlotForm(forms.Form):
    """Day, time and place. `anyway` is asked only when the day was refused because the unit is closed."""

    booked_for = forms.DateField(label=gettext_lazy("Day"), widget=DATE_INPUT)
    booked_time = forms.TimeField(label=gettext_lazy("Time (optional)"), required=False, widget=TIME_INPUT)
    place = forms.CharField(label=gettext_lazy("Place (optional)"), required=False, max_length=80)
    anyway = forms.BooleanField(
        label=gettext_lazy("The visit takes place on this day although the unit is closed"), required=False
    )
    seen = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    asks_anyway = False

    @property
    def first_day(self) -> date:
        """The day the form came with."""
        return cast(date, self.initial["booked_for"])

    @property
    def slot(self) -> dict[str, Any]:
        """What was chosen, as the actions take it."""
        return {name: self.cleaned_data[name] for name in ("booked_for", "booked_time", "place", "anyway")}

    @property
    def made(self) -> dict[str, Any]:
        """The day and time, as `undo.remember` takes them."""
        return {"made_for": self.cleaned_data["booked_for"], "made_time": self.cleaned_data["booked_time"]}

    def refuse(self, refused: BookingRefused, *, now_seen: Mapping[int, Seen]) -> None:
        """Show why, and carry the bookings the page shows now: once they were read, what was typed can be saved."""
        self.add_error("booked_for", str(refused))
        self.asks_anyway = isinstance(refused, SiteClosed) or bool(self.data.get("anyway"))
        self.data = data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("seen")] = write_seen(now_seen)


class BookForm(SlotForm):
    """A visit for a test: when, where, and what else is done on it."""

    also = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Also on this visit"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": gettext_lazy("One of the tests was booked or done meanwhile. Choose again.")},
    )

    def __init__(self, data: QueryDict | None, *, test: ScheduledTest, offer: Offer, today: date) -> None:
        self.test, self.offer = test, offer
        super().__init__(data, initial=_start(test, offer, today))
        choices = [(one.test.pk, _beside(one, today)) for one in offer.beside]
        cast(forms.ChoiceField, self.fields["also"]).choices = choices
        if self.is_booked:
            self.fields["also"].help_text = _("What is not ticked stays booked as it is.")
        if not offer.beside:
            del self.fields["also"]

    @property
    def is_booked(self) -> bool:
        """Whether the test stands booked, so that the form changes a visit rather than offering one."""
        return self.initial["booked_for"] == self.test.booked_for

    @property
    def tests(self) -> list[ScheduledTest]:
        """The test, and those chosen with it."""
        also = self.cleaned_data.get("also", [])
        return [self.test, *(one.test for one in self.offer.beside if one.test.pk in also)]

    @property
    def seen_by_person(self) -> dict[int, Seen]:
        """How the tests stood booked on the page the person had before them; a list gives the day of its one test."""
        text = self.cleaned_data["seen"]
        return read_seen(text if "@" in text else f"{self.test.pk}@{text}")

    @property
    def seen_now(self) -> dict[int, Seen]:
        """How they stand booked now."""
        return _as_they_stand(self.test, self.offer)


class MoveForm(SlotForm):
    """Another day, time or place for a visit."""

    def __init__(self, data: QueryDict | None, *, visit: Visit) -> None:
        start = {"booked_for": visit.day, "booked_time": visit.time, "place": visit.place}
        super().__init__(data, initial={**start, "seen": write_seen(visit.seen)})


def write_seen(seen: Mapping[int, Seen]) -> str:
    """Bookings as a hidden field carries them: `12@2026-12-01T09:00:00 13@2026-12-01 14@`."""
    parts = []
    for number, (day, at) in sorted(seen.items()):
        moment = f"{day}T{at.isoformat()}" if day and at else f"{day or ''}"
        parts.append(f"{number}@{moment}")
    return " ".join(parts)


def read_seen(text: str) -> dict[int, Seen]:
    """The same read back. What cannot be read was not seen, so that a damaged field leads to a conflict, to no loss."""
    seen: dict[int, Seen] = {}
    for part in text.split():
        number, _at, moment = part.partition("@")
        day, _t, at = moment.partition("T")
        try:
            seen[int(number)] = (date.fromisoformat(day) if day else None, time.fromisoformat(at) if at else None)
        except ValueError:
            continue
    return seen


def _start(test: ScheduledTest, offer: Offer, today: date) -> dict[str, Any]:
    """What the form holds at first: the visit that is offered, or the one that is booked."""
    booked = test.booked_for is not None and test.booked_for >= today
    return {
        "booked_for": test.booked_for if booked else offer.day,
        "booked_time": test.booked_time if booked else None,
        "place": test.booked_at_place,
        "also": [one.test.pk for one in offer.beside if (one.test.booked_for is not None if booked else one.fits)],
        "seen": write_seen(_as_they_stand(test, offer)),
    }


def _as_they_stand(test: ScheduledTest, offer: Offer) -> dict[int, Seen]:
    return {one.pk: (one.booked_for, one.booked_time) for one in (test, *(beside.test for beside in offer.beside))}


def _beside(one: Beside, today: date) -> str:
    """Another test in words: how late or when due, and why it does not fit."""
    label = _(label_of(one.test.kind))
    late = (today - one.test.late_from).days
    words = (
        _("%(test)s, %(n)d days late") % {"test": label, "n": late}
        if late > 0
        else _("%(test)s, due %(day)s") % {"test": label, "day": _written(one.test.due_on)}
    )
    if one.left_out is None:
        return words
    reasons = {Why.OPENS_LATER: _("its window opens on %(day)s"), Why.LATE_BY_THEN: _("in time until %(day)s only")}
    return f"{words}: {reasons[one.left_out.why] % {'day': _written(one.left_out.day)}}"


def _written(day: date) -> str:
    return date_format(day, "D j M Y")
