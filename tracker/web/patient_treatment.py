"""Treatment: the disease, lines of therapy, events that move counts, and what the patient told."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.models import Patient
from patients.selectors.timeline import treatment
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("treatment")
def patient_treatment(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """What was given and what was told, newest first."""
    context = frame(patient, "patient_treatment") | {"treatment": treatment(patient=patient)}
    return render(request, "patients/treatment.html", context)
