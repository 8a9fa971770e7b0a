"""Signals: every flag of a patient, and what each rule could and could not say."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labs.selectors.mutes import mutes_of
from labs.selectors.signals import answers_of, flags_of
from patients.models import Patient
from tracker.web import clock
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("signals")
def patient_signals(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Open signals first, then those that are muted and the earlier ones, then the rules that could not answer."""
    context = frame(patient, "patient_signals")
    context |= {"signals": flags_of(patient=patient), "answers": answers_of(patient=patient)}
    context["mutes"] = mutes_of(patient, now=clock.now())
    return render(request, "patients/signals.html", context)
