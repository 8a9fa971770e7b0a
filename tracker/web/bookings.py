"""Acting on the worklist: book, book together, cancel, skip, record as done, undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from labs.actions.assign_test import AssignRefused
from labs.actions.book_test import Booking, BookingRefused, book_test, unbook
from labs.actions.record_done import DoneRefused, record_done
from labs.actions.skip_test import SkipRefused, skip_test
from labs.models import ScheduledTest, SkipReason
from labs.selectors.worklist import Row, rows_beside, waiting_row
from patients.models import User
from tracker.web import clock, undo
from tracker.web.for_roles import for_clinicians
from tracker.web.signed_in import SignedInRequest

View = Callable[..., HttpResponse]
DATE_INPUT = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class BookForm(forms.Form):
    """A day and a place, and what else is done on the same visit. `seen` is the booking the person saw."""

    booked_for = forms.DateField(label=gettext_lazy("Day"), widget=DATE_INPUT)
    place = forms.CharField(label=gettext_lazy("Place (optional)"), required=False, max_length=80)
    also = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Also on this visit"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    seen = forms.DateField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, beside: list[Row], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["also"]).choices = [(row.test.pk, _beside(row)) for row in beside]
        if not beside:
            del self.fields["also"]

    def shown_as_now(self, row: Row) -> None:
        """Carry the booking the page shows now: once it was read, what was typed can be saved."""
        booked = row.test.booked_for
        self.data = data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("seen")] = booked.isoformat() if booked else ""


class BookTogetherForm(forms.Form):
    """Tests ticked in the list, and one day for all of them."""

    test = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": gettext_lazy("Tick at least one test.")}
    )
    booked_for = forms.DateField(error_messages={"required": gettext_lazy("Give the day to book them for.")})

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        ticked = [(number, number) for number in data.getlist("test") if number.isdecimal()]
        cast(forms.ChoiceField, self.fields["test"]).choices = ticked


class SkipForm(forms.Form):
    """Why a test is not done."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=SkipReason.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=gettext_lazy("Note (optional)"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class DoneForm(forms.Form):
    """The day a test was done."""

    done_on = forms.DateField(label=gettext_lazy("Done on"), widget=DATE_INPUT)


def opens_test(view: View) -> View:
    """Hand the view the waiting test it names, if this person may see it."""

    @wraps(view)
    def opened(request: SignedInRequest, test_id: int, **kwargs: Any) -> HttpResponse:
        now = clock.now()
        try:
            row = waiting_row(user=request.user, now=now, test_id=test_id)
        except ScheduledTest.DoesNotExist:
            raise Http404(
                _("No such test on your list: it was done or skipped, or it is not one you may see.")
            ) from None
        return view(request, row, now, **kwargs)

    return opened


@get_or_post
@for_clinicians
@opens_test
def book(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """Book a test, and what goes with it, for a day."""
    beside = rows_beside(row, user=request.user, now=now)
    start = {"booked_for": row.suggested_for, "seen": row.test.booked_for, "place": row.test.booked_at_place}
    form = BookForm(request.POST or None, beside=beside, initial=start)
    if form.is_valid():
        chosen = form.cleaned_data
        tests = [row.test, *(one.test for one in beside if one.test.pk in chosen.get("also", []))]
        try:
            with transaction.atomic():
                before = _book(tests, chosen, by=request.user, now=now)
        except BookingRefused as refused:
            form.add_error("booked_for", str(refused))
            form.shown_as_now(row)
        else:
            undo.remember(request, "book", made_for=chosen["booked_for"], bookings=before)
            messages.success(request, _booked(tests, chosen["booked_for"]))
            return _back(request)
    context = {"row": row, "form": form, "next": _next(request)}
    return render(request, "worklist/book.html", context, status=400 if form.errors else 200)


@require_POST
@for_clinicians
def book_together(request: SignedInRequest) -> HttpResponse:
    """Book every ticked test for one day; what cannot be booked is named, and the rest is booked."""
    form = BookTogetherForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return _back(request)
    day, now = form.cleaned_data["booked_for"], clock.now()
    done: list[ScheduledTest] = []
    before: list[Booking] = []
    for number in form.cleaned_data["test"]:
        try:
            test = waiting_row(user=request.user, now=now, test_id=number).test
            before += book_test(test=test, booked_for=day, by=request.user, now=now)
            done.append(test)
        except ScheduledTest.DoesNotExist:
            messages.error(request, _("One of the tests is no longer on your list."))
        except BookingRefused as refused:
            messages.error(request, f"{test.patient}: {refused}")
    if done:
        undo.remember(request, "book", made_for=day, bookings=before)
        messages.success(request, _booked(done, day))
    return _back(request)


@require_POST
@for_clinicians
@opens_test
def cancel_booking(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """Cancel a booking."""
    try:
        before = unbook(test=row.test, by=request.user, now=now)
    except BookingRefused as refused:
        messages.error(request, str(refused))
    else:
        undo.remember(request, "cancel", bookings=before)
        messages.success(request, _("The booking of %(patient)s is cancelled.") % {"patient": row.patient})
    return _back(request)


@get_or_post
@for_clinicians
@opens_test
def skip(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """Decide with a reason that a test is not done."""
    form = SkipForm(request.POST or None)
    if form.is_valid():
        try:
            skip_test(test=row.test, by=request.user, now=now, **form.cleaned_data)
        except SkipRefused as refused:
            form.add_error(None, str(refused))
        else:
            undo.remember(request, "skip", test=row.test)
            words = {"test": _(row.kind.label), "patient": row.patient}
            messages.success(request, _("%(test)s of %(patient)s is skipped.") % words)
            return _back(request)
    context = {"row": row, "form": form, "next": _next(request)}
    return render(request, "worklist/skip.html", context, status=400 if form.errors else 200)


@get_or_post
@for_clinicians
@opens_test
def done(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """Record that a test was done."""
    form = DoneForm(request.POST or None, initial={"done_on": row.today})
    if form.is_valid():
        try:
            record_done(test=row.test, by=request.user, now=now, **form.cleaned_data)
        except DoneRefused as refused:
            form.add_error("done_on", str(refused))
        else:
            undo.remember(request, "done", test=row.test)
            words = {"test": _(row.kind.label), "patient": row.patient, "day": _written(form.cleaned_data["done_on"])}
            messages.success(request, _("%(test)s of %(patient)s is recorded as done on %(day)s.") % words)
            return _back(request)
    context = {"row": row, "form": form, "next": _next(request)}
    return render(request, "worklist/done.html", context, status=400 if form.errors else 200)


@require_POST
@for_clinicians
def undo_last(request: SignedInRequest) -> HttpResponse:
    """Take the last thing back."""
    last = undo.take(request)
    try:
        changed = last is not None and undo.undo(last, by=request.user, now=clock.now())
    except (AssignRefused, SkipRefused, DoneRefused, ScheduledTest.DoesNotExist) as refused:
        messages.error(request, _("This can no longer be undone: %(reason)s") % {"reason": refused})
        return _back(request)
    if changed:
        messages.success(request, _("Undone."))
    else:
        messages.error(request, _("There is nothing to undo: it was changed again since."))
    return _back(request)


def _book(tests: list[ScheduledTest], chosen: dict[str, Any], *, by: User, now: datetime) -> list[Booking]:
    """All of the tests, or none."""
    before: list[Booking] = []
    for test in tests:
        seen = chosen["seen"] if test is tests[0] else test.booked_for
        before += book_test(
            test=test, booked_for=chosen["booked_for"], place=chosen["place"], by=by, now=now, seen_booked_for=seen
        )
    return before


def _booked(tests: list[ScheduledTest], day: date) -> str:
    people = {str(test.patient) for test in tests}
    names = ", ".join(sorted(people)) if len(people) <= 3 else _("%(n)d patients") % {"n": len(people)}
    return ngettext(
        "%(n)d test booked for %(day)s: %(names)s", "%(n)d tests booked for %(day)s: %(names)s", len(tests)
    ) % {"n": len(tests), "day": _written(day), "names": names}


def _beside(row: Row) -> str:
    label = _(row.kind.label)
    if row.days_late > 0:
        return _("%(test)s, %(n)d days late") % {"test": label, "n": row.days_late}
    return _("%(test)s, due %(day)s") % {"test": label, "day": _written(row.test.due_on)}


def _written(day: date) -> str:
    return date_format(day, "D j M Y")


def _next(request: SignedInRequest) -> str:
    """Where the person came from, when it is a page of ours; else the worklist."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else reverse("worklist")


def _back(request: SignedInRequest) -> HttpResponse:
    return redirect(_next(request))
