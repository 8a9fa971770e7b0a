"""Record: who saw and who changed what."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.models import Patient
from patients.selectors.timeline import accesses, changes
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@refuses_bad_cursors
@opens_record("record")
def patient_record(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Changes and openings of this record, newest first."""
    context = frame(patient, "patient_record")
    context |= {"page": accesses(patient=patient, **cursors(request)), "changes": changes(patient=patient)}
    return render(request, "patients/record.html", context)
