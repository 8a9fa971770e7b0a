"""Record: who saw and who changed what."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labs.selectors.letters import contact_attempts_of, letters_of
from patients.access import can_describe, can_write_to
from patients.models import ContactDetails, Patient
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
    context |= {
        "reach": ContactDetails.objects.filter(patient=patient).first(),
        "letters": letters_of(patient),
        "attempts": contact_attempts_of(patient),
        "may_describe": can_describe(request.user, patient),
        "may_write": can_write_to(request.user, patient),
    }
    return render(request, "patients/record.html", context)
