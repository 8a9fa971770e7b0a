"""Acting on a row of the worklist: look beside, call, decide what follows, assign; undo in place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labs.actions.assign_test import AssignRefused, assign_test, physician_for
from labs.actions.record_contact import UNDECIDED, ContactRefused, record_contact
from labs.actions.skip_test import SkipRefused, skip_test
from labs.models import ContactAttempt
from labs.selectors.worklist import people_for, rows_beside
from labs.selectors.worklist_detail import detail_of
from labs.selectors.worklist_rows import Row
from patients.actions.record_access import record_access
from patients.models import User
from tracker.web import undo
from tracker.web.bookings import get_or_post, opens_test, undo_last
from tracker.web.for_roles import for_clinicians
from tracker.web.going_back import back, next_of
from tracker.web.signed_in import SignedInRequest
from tracker.web.worklist_forms import AssignForm, CallForm, DecideForm
from tracker.web.worklist_rows import answers_with_row, row_answer


@require_safe
@for_clinicians
@answers_with_row
@opens_test
def detail(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """The patient's plan, the calls and the latest results: beside the list, or as a page. The look is recorded."""
    record_access(by=request.user, patient=row.patient, view="worklist")
    found = detail_of(row, today=row.today)
    sections = ((_("Ahead"), found.ahead), (_("Behind"), found.behind))
    context = {"row": row, "detail": found, "sections": sections, "next": next_of(request)}
    return render(request, "worklist/detail.html", context)


@get_or_post
@for_clinicians
@answers_with_row
@opens_test
def call(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """Record an attempt to reach the patient; who will not come leads on to what follows."""
    form = CallForm(request.POST or None, beside=rows_beside(row, user=request.user, now=now))
    if form.is_valid():
        tests = [row.test.pk, *form.cleaned_data.get("also", [])]
        try:
            made = record_contact(patient=row.patient, tests=tests, by=request.user, now=now, **form.contact)
        except ContactRefused as refused:
            form.add_error(None, str(refused))
        else:
            undo.remember(request, "contact", made_for=made.again_on, snoozes=made.before)
            if made.attempt.outcome in UNDECIDED:
                return redirect(f"{reverse('decide_test', args=[row.test.pk])}?{urlencode({'next': next_of(request)})}")
            messages.success(request, said_of(made.attempt))
            return back(request)
    record_access(by=request.user, patient=row.patient, view="worklist-call")
    found = detail_of(row, today=row.today)
    context = {"row": row, "form": form, "contact": found.contact, "attempts": found.attempts}
    context["next"] = next_of(request)
    return render(request, "worklist/call.html", context, status=400 if form.errors else 200)


@get_or_post
@for_clinicians
@answers_with_row
@opens_test
def decide(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """What follows when a patient will not come: skip with a reason, or tell the physician. Nothing is hidden."""
    beside = rows_beside(row, user=request.user, now=now)
    form = DecideForm(request.POST or None, beside=beside)
    if form.is_valid() and request.POST.get("do") in {"skip", "tell"}:
        also = form.cleaned_data.get("also", [])
        rows = [row, *(one for one in beside if one.test.pk in also)]
        try:
            (_skip if request.POST["do"] == "skip" else _tell)(request, rows, form, now)
        except (SkipRefused, AssignRefused) as refused:
            form.add_error(None, str(refused))
        else:
            return back(request)
    try:
        physician: User | None = physician_for(row.test)
    except AssignRefused:
        physician = None
    context = {"row": row, "form": form, "physician": physician, "next": next_of(request)}
    return render(request, "worklist/decide.html", context, status=400 if form.errors else 200)


@get_or_post
@for_clinicians
@answers_with_row
@opens_test
def assign(request: SignedInRequest, row: Row, now: datetime) -> HttpResponse:
    """Say who looks after a test."""
    people = people_for([row.test])
    form = AssignForm(request.POST or None, people=people, initial={"person": row.test.assigned_to_id or ""})
    if form.is_valid():
        try:
            before = assign_test(test=row.test, to=form.chosen, by=request.user, now=now)
        except AssignRefused as refused:
            form.add_error("person", str(refused))
        else:
            undo.remember(request, "assign", tests=[row.test.pk], owners=[before])
            messages.success(request, _assigned(row, form.chosen))
            return back(request)
    context = {"row": row, "form": form, "next": next_of(request)}
    return render(request, "worklist/assign.html", context, status=400 if form.errors else 200)


@require_POST
@for_clinicians
def undo_in_list(request: SignedInRequest, test_id: int) -> HttpResponseBase:
    """Take the last thing back, and answer with the row it was about."""
    answer = undo_last(request)
    return row_answer(request, test_id) if request.headers.get("HX-Request") else answer


def said_of(attempt: ContactAttempt) -> str:
    """An attempt in words, and when the patient is contacted again."""
    words = {"patient": attempt.patient, "outcome": attempt.get_outcome_display()}
    if attempt.again_on is None:
        return _("%(patient)s: %(outcome)s.") % words
    day = date_format(attempt.again_on, "D j M Y")
    return _("%(patient)s: %(outcome)s. Contact again on %(day)s.") % {**words, "day": day}


@transaction.atomic
def _skip(request: SignedInRequest, rows: list[Row], form: DecideForm, now: datetime) -> None:
    for row in rows:
        reason, note = form.cleaned_data["reason"], form.cleaned_data["note"]
        skip_test(test=row.test, reason=reason, note=note, by=request.user, now=now)
    undo.remember(request, "skip", tests=[row.test.pk for row in rows])
    messages.success(request, _("Skipped for %(patient)s.") % {"patient": rows[0].patient})


@transaction.atomic
def _tell(request: SignedInRequest, rows: list[Row], form: DecideForm, now: datetime) -> None:
    physician = physician_for(rows[0].test)
    owners: list[Any] = [assign_test(test=row.test, to=physician, by=request.user, now=now) for row in rows]
    undo.remember(request, "assign", tests=[row.test.pk for row in rows], owners=owners)
    messages.success(request, _assigned(rows[0], physician))


def _assigned(row: Row, person: User | None) -> str:
    words = {"patient": row.patient, "person": person}
    if person is None:
        return _("Nobody in particular looks after this test of %(patient)s now.") % words
    return _("%(person)s looks after %(patient)s now.") % words
