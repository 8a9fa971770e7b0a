"""Steps for every ticked row at once: each row wholly or not at all, and who was refused is named with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.actions.assign_test import AssignRefused, assign_test
from labs.actions.book_test import Booking, BookingRefused, book_test
from labs.actions.record_contact import UNDECIDED, ContactRefused, Snooze, record_contact
from labs.actions.skip_test import SkipRefused, skip_test
from labs.selectors.worklist import people_for, waiting_rows
from labs.selectors.worklist_rows import Row
from tracker.web import clock, undo
from tracker.web.bookings import get_or_post
from tracker.web.for_roles import for_clinicians
from tracker.web.going_back import back, next_of
from tracker.web.signed_in import SignedInRequest
from tracker.web.worklist_forms import AssignForm, ContactForm, MoveTogetherForm, SkipTogetherForm

MOST = 200
"""Tests of one step; a page of the list has fewer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with ticked tests: its button, its form and how it is done."""

    title: str | Promise
    form: Callable[..., forms.Form]
    act: Callable[[SignedInRequest, list[Row], Any, datetime], int]


@get_or_post
@for_clinicians
def together(request: SignedInRequest, what: str) -> HttpResponse:
    """Ask once what all ticked rows need, then do it row by row."""
    step, now = STEPS.get(what), clock.now()
    if step is None:
        raise Http404(_("There is no such step."))
    data = request.POST or request.GET
    ticked = [int(number) for number in data.getlist("test") if number.isdecimal() and len(number) < 19][:MOST]
    rows = waiting_rows(user=request.user, now=now, test_ids=list(dict.fromkeys(ticked)))
    if request.method == "POST" and len(rows) < len(set(ticked)):
        messages.error(request, _("One of the tests is no longer on your list."))
    form = step.form(request.POST or None, rows)
    if form.is_valid() and rows:
        done = step.act(request, rows, form, now)
        if done:
            words = ngettext("%(n)d test: %(what)s.", "%(n)d tests: %(what)s.", done)
            messages.success(request, words % {"n": done, "what": step.title})
        return back(request)
    context = {"rows": rows, "form": form, "title": step.title, "next": next_of(request)}
    return render(request, "worklist/together.html", context, status=400 if form.errors else 200)


def _skip(request: SignedInRequest, rows: list[Row], form: Any, now: datetime) -> int:
    done = []
    for row in rows:
        try:
            skip_test(test=row.test, by=request.user, now=now, **form.cleaned_data)
            done.append(row.test.pk)
        except SkipRefused as refused:
            _refused(request, row, refused)
    if done:
        undo.remember(request, "skip", tests=done)
    return len(done)


def _assign(request: SignedInRequest, rows: list[Row], form: Any, now: datetime) -> int:
    done: list[int] = []
    owners: list[int | None] = []
    for row in rows:
        try:
            owners.append(assign_test(test=row.test, to=form.chosen, by=request.user, now=now))
            done.append(row.test.pk)
        except AssignRefused as refused:
            _refused(request, row, refused)
    if done:
        undo.remember(request, "assign", tests=done, owners=owners)
    return len(done)


def _call(request: SignedInRequest, rows: list[Row], form: Any, now: datetime) -> int:
    """One contact a patient, about all of their ticked tests."""
    of_patient: dict[int, list[Row]] = {}
    for row in rows:
        of_patient.setdefault(row.test.patient_id, []).append(row)
    done, snoozes, again_on = 0, list[Snooze](), None
    for theirs in of_patient.values():
        tests = [row.test.pk for row in theirs]
        try:
            made = record_contact(patient=theirs[0].patient, tests=tests, by=request.user, now=now, **form.contact)
        except ContactRefused as refused:
            _refused(request, theirs[0], refused)
            continue
        done += len(tests)
        snoozes += made.before
        again_on = made.again_on
    if snoozes:
        undo.remember(request, "contact", made_for=again_on, snoozes=snoozes)
    if done and form.cleaned_data["outcome"] in UNDECIDED:
        messages.warning(request, _("Decide in each row what follows: nothing was taken off the list."))
    return done


def _move(request: SignedInRequest, rows: list[Row], form: Any, now: datetime) -> int:
    """Each booked test to another day at its time and place, unless somebody changed its booking since it was shown."""
    day, done, before = form.cleaned_data["booked_for"], 0, list[Booking]()
    for row in rows:
        test = row.test
        seen_for, seen_time = form.seen(test.pk)
        try:
            before += book_test(
                test=test,
                booked_for=day,
                booked_time=seen_time,
                place=test.booked_at_place,
                by=request.user,
                now=now,
                seen_booked_for=seen_for,
                seen_booked_time=seen_time,
            )
            done += 1
        except BookingRefused as refused:
            _refused(request, row, refused)
    if done:
        undo.remember(request, "move", made_for=day, bookings=before)
    return done


def _refused(request: SignedInRequest, row: Row, reason: Exception) -> None:
    messages.error(request, f"{row.patient}, {_(row.kind.label)}: {reason}")


STEPS = {
    "move": Step(gettext_lazy("Move to another day"), MoveTogetherForm, _move),
    "call": Step(gettext_lazy("Record a contact"), lambda data, rows: ContactForm(data), _call),
    "skip": Step(gettext_lazy("Skip"), lambda data, rows: SkipTogetherForm(data), _skip),
    "assign": Step(
        gettext_lazy("Assign"),
        lambda data, rows: AssignForm(data, people=people_for([row.test for row in rows])),
        _assign,
    ),
}
