"""Course: every marker over time, with therapy behind it and the lines it is held against."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.models import Patient
from tracker.web.course import course_of
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("course")
def patient_course(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """A chart for each group of markers that has values, and what is missing of those that should."""
    context = frame(patient, "patient")
    course = course_of(patient, today=context["today"])
    return render(request, "patients/course.html", context | {"charts": course.charts, "absent": course.absent})
