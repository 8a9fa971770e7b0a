"""Results: panels by date, markers by row."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labs.selectors.computed import computed_rows
from labs.selectors.findings import findings_of
from labs.selectors.history import History, history, unusable
from labs.selectors.readings import Moved, grading_of, moves, readings
from labs.selectors.said import said_of
from labs.selectors.trend import measured_results
from labs.vocabulary.variation import VARIATIONS
from patients.models import Patient
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("results")
def patient_results(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Every value of some days, with unit, range and status, and what could not be used."""
    found = history(patient=patient, before=_day_of(request))
    shown = [one for panel in found.panels for row in panel.rows for cell in row.cells for one in cell.present]
    grading = grading_of(patient)
    context = frame(patient, "patient_results") | {
        "history": found,
        "unusable": unusable(patient=patient),
        "readings": readings(shown, patient=patient, version=grading),
        "moves": _moves(patient, found),
        "computed": computed_rows(found.panels, patient=patient, version=grading),
    }
    context["findings"] = findings_of(patient=patient)
    return render(request, "patients/results.html", context)


def _moves(patient: Patient, found: History) -> dict[str, Moved]:
    """How the newest values on this page moved: results, treatment events, and what clinicians said of the course."""
    if not found.days:
        return {}
    results = measured_results(patient=patient, analytes=set(VARIATIONS))
    events = list(patient.treatment_events.order_by("started_on", "id"))
    said = said_of(patient_ids=[patient.pk], site_ids=[patient.site_id])
    return moves(patient=patient, results=results, events=events, said=said, upto=found.days[0])


def _day_of(request: SignedInRequest) -> date | None:
    text = request.GET.get("before", "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadRequest(_("The day in the address cannot be read.")) from error
