"""Plan: which tests are planned, and how each came out."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labs.selectors.plan_of import plan_of
from patients.access import can_plan
from patients.models import Patient
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("plan")
def patient_plan(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The patient's protocols and scheduled tests."""
    context = frame(patient, "patient_plan")
    plan = plan_of(patient=patient, today=context["today"])
    context |= {
        "plan": plan,
        "sections": ((_("Ahead"), plan.ahead), (_("Behind"), plan.behind)),
        "may_plan": can_plan(request.user, patient),
    }
    return render(request, "patients/plan.html", context)
