"""Acting on the worklist: book, book together, cancel, skip, record as done, undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from labs.actions.assign_test import AssignRefused
from labs.actions.book_test import Booking, BookingRefused, book_test, unbook
from labs.actions.book_visit import book_visit
from labs.actions.record_done import DoneRefused, record_done
from labs.actions.skip_test import SkipRefused, skip_test
from labs.models import ScheduledTest, SkipReason
from labs.selectors.calendar_load import load_on
from labs.selectors.visits import offered_visit
from labs.selectors.worklist import Row, waiting_row
from tracker.web import clock, undo
from tracker.web.for_roles import for_clinicians
from tracker.web.fullness import warn_if_full
from tracker.web.going_back import back, next_of
from tracker.web.signed_in import SignedInRequest
from tracker.web.visit_forms import DATE_INPUT, BookForm

View = Callable[..., HttpResponse]
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


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
    """Book a test, and what goes with it on one visit, for a day."""
    offer = offered_visit(test=row.test, today=row.today, user=request.user, now=now)
    form = BookForm(request.POST or None, test=row.test, offer=offer, today=row.today)
    if form.is_valid():
        try:
            before = book_visit(tests=form.tests, seen=form.seen_by_person, by=request.user, now=now, **form.slot)
        except BookingRefused as refused:
            form.refuse(refused, now_seen=form.seen_now)
        else:
            undo.remember(request, "book", **form.made, bookings=before)
            messages.success(request, _booked(form.tests, form.made["made_for"]))
            warn_if_full(request, row.patient.site, form.made["made_for"])
            return back(request)
    load = load_on(site=row.patient.site, day=form.first_day)
    context = {"row": row, "form": form, "offer": offer, "load": load, "next": next_of(request)}
    return render(request, "worklist/book.html", context, status=400 if form.errors else 200)


@require_POST
@for_clinicians
def book_together(request: SignedInRequest) -> HttpResponse:
    """Book every ticked test for one day; what cannot be booked is named, and the rest is booked."""
    form = BookTogetherForm(request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, str(errors[0]))
        return back(request)
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
        for site in {test.patient.site for test in done}:
            warn_if_full(request, site, day)
    return back(request)


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
    return back(request)


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
            return back(request)
    context = {"row": row, "form": form, "next": next_of(request)}
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
            return back(request)
    context = {"row": row, "form": form, "next": next_of(request)}
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
        return back(request)
    if changed:
        messages.success(request, _("Undone."))
    else:
        messages.error(request, _("There is nothing to undo: it was changed again since."))
    return back(request)


def _booked(tests: list[ScheduledTest], day: date) -> str:
    people = {str(test.patient) for test in tests}
    names = ", ".join(sorted(people)) if len(people) <= 3 else _("%(n)d patients") % {"n": len(people)}
    return ngettext(
        "%(n)d test booked for %(day)s: %(names)s", "%(n)d tests booked for %(day)s: %(names)s", len(tests)
    ) % {"n": len(tests), "day": _written(day), "names": names}


def _written(day: date) -> str:
    return date_format(day, "D j M Y")
