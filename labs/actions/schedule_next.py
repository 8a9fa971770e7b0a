"""Scheduling what one patient's plans ask for next, when a person sees that nothing is."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from labs.actions.extend_horizon import extend_horizon
from patients import access
from patients.models import Patient, User


class NothingAsked(ValueError):
    """The plans of the patient ask for nothing more."""


def schedule_next(*, patient: Patient, by: User, now: datetime) -> int:
    """Schedule the tests up to the horizon; how many were added. Raises `NothingAsked` when none were."""
    access.check_can_start_plans(by)
    access.check_can_describe(by, patient)
    added = extend_horizon(by=by, now=now, patient_ids=[patient.pk])
    if not added:
        raise NothingAsked(_("The plan asks for nothing more. End it, or put the patient on another protocol."))
    return added
