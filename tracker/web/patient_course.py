"""Course: every marker over time, with therapy behind it and the lines it is held against."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from labs.selectors.leukaemia_responses import leukaemia_response
from labs.selectors.responses import response_of_diagnosis
from labs.selectors.statements import statements_of
from patients.access import can_judge
from patients.models import Patient
from tracker.web.course import course_of
from tracker.web.course_timeline import timeline_context
from tracker.web.patient import frame, opens_record
from tracker.web.signed_in import SignedInRequest


@require_safe
@opens_record("course")
def patient_course(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """The response (myeloma, AML), a chart for each group of markers that has values, and what is missing of those."""
    context = frame(patient, "patient")
    course = course_of(patient, today=context["today"])
    answers = (response_of_diagnosis(one, as_of=context["today"]) for one in patient.diagnoses.all())
    shown = {"charts": course.charts, "absent": course.absent, "responses": [one for one in answers if one]}
    leukaemias = (leukaemia_response(one, as_of=context["today"]) for one in patient.diagnoses.all())
    shown |= {"leukaemias": [one for one in leukaemias if one]}
    shown |= {"statements": statements_of(patient), "may_judge": can_judge(request.user, patient)}
    shown |= timeline_context(patient, today=context["today"])
    return render(request, "patients/course.html", context | shown)
