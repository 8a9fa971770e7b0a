"""Results: panels by date, markers by row."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labs.selectors.history import history, unusable
from patients.models import Patient
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("results")
def patient_results(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Every value of some days, with unit, range and status, and what could not be used."""
    context = frame(patient, "patient_results")
    context |= {"history": history(patient=patient, before=_day_of(request)), "unusable": unusable(patient=patient)}
    return render(request, "patients/results.html", context)


def _day_of(request: SignedInRequest) -> date | None:
    text = request.GET.get("before", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest(_("The day in the address cannot be read.")) from error
