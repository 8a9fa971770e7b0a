"""Noting that somebody opened a patient's record."""

from __future__ import annotations

from patients.models import AccessEvent, Patient, User


def record_access(*, by: User, patient: Patient, view: str, purpose: str = "") -> AccessEvent:
    """Write one access row: who opened which patient on which page."""
    return AccessEvent.objects.create(by=by, patient=patient, view=view, purpose=purpose)
