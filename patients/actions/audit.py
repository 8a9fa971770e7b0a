"""Writing the audit row that goes with every change."""

from __future__ import annotations

from typing import Any

from django.db import models

from patients.models import AuditEvent, Patient, User


def record(
    *, by: User, verb: str, target: models.Model, patient: Patient | None = None, detail: dict[str, Any] | None = None
) -> AuditEvent:
    """Write who did what to which row. Call it inside the transaction of the change."""
    row = event(by=by, verb=verb, target=target, patient_id=None if patient is None else patient.pk, detail=detail)
    row.save(force_insert=True)
    return row


def event(
    *, by: User, verb: str, target: models.Model, patient_id: int | None = None, detail: dict[str, Any] | None = None
) -> AuditEvent:
    """The same row not yet written, for changes of many rows: write them together by `bulk_create`."""
    return AuditEvent(
        by=by,
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=target.pk,
        patient_id=patient_id,
        detail=detail or {},
    )
