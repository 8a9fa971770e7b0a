"""A visit as a whole: moved, cancelled, and taken along as a file for other calendars."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labs.actions.book_test import BookingRefused
from labs.actions.book_visit import cancel_visit, move_visit
from labs.selectors.calendar_events import event_of_visit
from labs.selectors.calendar_load import load_on
from labs.selectors.site_calendar import settings_of
from labs.selectors.visits import Visit, visit_on
from patients.access import patients_visible_to
from patients.models import Patient
from tracker.web import clock, undo
from tracker.web.bookings import get_or_post
from tracker.web.for_roles import for_clinicians
from tracker.web.fullness import warn_if_full
from tracker.web.going_back import back, next_of
from tracker.web.ics import as_calendar
from tracker.web.patient import opens_record
from tracker.web.signed_in import SignedInRequest
from tracker.web.visit_forms import MoveForm, read_seen

View = Callable[..., HttpResponse]


def opens_visit(view: View) -> View:
    """Hand the view the visit it names, if this person may see the patient and something still stands booked."""

    @wraps(view)
    def opened(request: SignedInRequest, patient_id: int, day: str, **kwargs: Any) -> HttpResponse:
        now = clock.now()
        patient = patients_visible_to(request.user).select_related("site").filter(pk=patient_id).first()
        booked_for = day_in(day)
        visit = _visit(patient, booked_for, now) if patient and booked_for else None
        if visit is None or not visit.waiting:
            raise Http404(_("No such visit: it was moved, cancelled or done, or it is not one you may see."))
        return view(request, visit, now, **kwargs)

    return opened


@get_or_post
@for_clinicians
@opens_visit
def move(request: SignedInRequest, visit: Visit, now: datetime) -> HttpResponse:
    """Give a visit another day, time or place."""
    form = MoveForm(request.POST or None, visit=visit)
    if form.is_valid():
        seen = read_seen(form.cleaned_data["seen"])
        try:
            before = move_visit(patient=visit.patient, day=visit.day, seen=seen, by=request.user, now=now, **form.slot)
        except BookingRefused as refused:
            form.refuse(refused, now_seen=visit.seen)
        else:
            undo.remember(request, "book", **form.made, bookings=before)
            messages.success(request, _moved(visit, form.made["made_for"]))
            warn_if_full(request, visit.patient.site, form.made["made_for"])
            return back(request)
    load = load_on(site=visit.patient.site, day=visit.day)
    context = {"visit": visit, "form": form, "load": load, "next": next_of(request)}
    return render(request, "visits/move.html", context, status=400 if form.errors else 200)


@require_safe
@opens_record("visit-file")
def visit_file(request: SignedInRequest, patient: Patient, day: str) -> HttpResponse:
    """One visit as a file for another calendar."""
    now, booked_for = clock.now(), day_in(day)
    visit = _visit(patient, booked_for, now) if booked_for else None
    if visit is None:
        raise Http404(_("No such visit: it was moved or cancelled."))
    event = event_of_visit(visit, named=settings_of(patient.site).feed_names)
    answer = as_calendar([event], name=patient.site.name, zone=patient.site.zone, now=now)
    answer["Content-Disposition"] = f'attachment; filename="visit-{visit.day.isoformat()}.ics"'
    return answer


@require_POST
@for_clinicians
@opens_visit
def cancel(request: SignedInRequest, visit: Visit, now: datetime) -> HttpResponse:
    """Cancel a visit; its tests then wait to be booked again."""
    seen = read_seen(request.POST["seen"]) if request.POST.get("seen") else None
    try:
        before = cancel_visit(patient=visit.patient, day=visit.day, seen=seen, by=request.user, now=now)
    except BookingRefused as refused:
        messages.error(request, str(refused))
    else:
        undo.remember(request, "cancel", bookings=before)
        words = {"patient": visit.patient, "day": _written(visit.day)}
        messages.success(request, _("The visit of %(patient)s on %(day)s is cancelled.") % words)
    return back(request)


def day_in(text: str) -> date | None:
    """A day of an address (2026-12-01); None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _visit(patient: Patient, day: date, now: datetime) -> Visit | None:
    return visit_on(patient=patient, day=day, today=now.astimezone(patient.site.zone).date())


def _moved(visit: Visit, day: date) -> str:
    words = {"patient": visit.patient, "day": _written(day)}
    return _("The visit of %(patient)s is booked for %(day)s.") % words


def _written(day: date) -> str:
    return date_format(day, "D j M Y")
