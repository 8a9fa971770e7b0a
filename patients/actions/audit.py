"""Writing the audit row that goes with every change."""

from __future__ import annotations

from typing import Any

from django.db import models

from patients.models import AuditEvent, Patient, User


def record(
    *, by: User, verb: str, target: models.Model, patient: Patient | None = None, detail: dict[str, Any] | None = None
) -> AuditEvent:
    """Write who did what to which row. Call it inside the transaction of the change."""
    return AuditEvent.objects.create(
        by=by,
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        patient=patient,
        detail=detail or {},
    )
