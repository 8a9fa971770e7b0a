"""What every page of a patient does first: find the patient, note who looked, and keep them in sight."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.selectors.overview import overview, with_last_contact
from patients.actions.record_access import record_access
from patients.models import Patient, User
from patients.selectors.patients import banner_of, patients_with_banner
from tracker.web import clock
from tracker.web.signed_in import SignedInRequest

TABS = (
    ("patient", gettext_lazy("Course")),
    ("patient_results", gettext_lazy("Results")),
    ("patient_plan", gettext_lazy("Plan")),
    ("patient_treatment", gettext_lazy("Treatment")),
    ("patient_signals", gettext_lazy("Signals")),
    ("patient_record", gettext_lazy("Record")),
)
PatientView = Callable[..., HttpResponse]


def opens_record(view_name: str) -> Callable[[PatientView], Callable[..., HttpResponse]]:
    """Hand the view the patient it names, if this person may see them, and write down that they looked."""

    def decorate(view: PatientView) -> Callable[..., HttpResponse]:
        @wraps(view)
        def opened(request: SignedInRequest, patient_id: int, **kwargs: Any) -> HttpResponse:
            try:
                patient = record_of(request.user, patient_id)
            except Patient.DoesNotExist:
                raise Http404(_("No such patient, or not one you may see.")) from None
            record_access(by=request.user, patient=patient, view=view_name)
            return view(request, patient, **kwargs)

        return opened

    return decorate


def record_of(user: User, patient_id: int) -> Patient:
    """The patient with everything the frame of their pages shows. Raises Patient.DoesNotExist."""
    return with_last_contact(patients_with_banner(user)).select_related("evaluation").get(pk=patient_id)


def frame(patient: Patient, tab: str) -> dict[str, Any]:
    """Banner, the four answers and the tabs: the context of every patient page."""
    today = clock.today_at(patient.site)
    return {
        "patient": patient,
        "today": today,
        "banner": banner_of(patient, today=today),
        "overview": overview(patient=patient, today=today),
        "tabs": TABS,
        "tab": tab,
    }
