"""Attempts to reach patients."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from labs.models import ContactAttempt
from patients.models import Patient, User
from tests.factories.people import make_nurse


def make_contact(patient: Patient, *, by: User | None = None, **fields: Any) -> ContactAttempt:
    """A call that nobody answered."""
    given = {"outcome": "no_answer", "at": timezone.now()} | fields
    return ContactAttempt.objects.create(patient=patient, by=by or make_nurse(patient.site), **given)
