"""Schedule: past and future tests of a patient on one time axis, with therapy and results, and the share on time."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labs.selectors.schedule_of import schedule_of
from patients.models import Patient
from tracker.web.patient import frame, opens_record
from tracker.web.schedule import USUAL_ZOOM, draw_schedule
from tracker.web.schedule_background import history_of
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("schedule")
def patient_schedule(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The schedule, as far as `zoom` and `until` (the last day shown) say; what cannot be read of them is left out."""
    context = frame(patient, "patient_plan")
    schedule = schedule_of(patient=patient, today=context["today"])
    drawn = draw_schedule(
        schedule,
        history_of(patient),
        today=context["today"],
        zoom=request.GET.get("zoom", USUAL_ZOOM),
        until=_day(request.GET.get("until", "")),
    )
    return render(request, "patients/schedule.html", context | {"schedule": schedule, "drawn": drawn})


def _day(text: str) -> date | None:
    """A day of the years a calendar can be drawn for."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
