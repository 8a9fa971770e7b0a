"""Mutes of rules."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from labs.models import Level, Mute, MuteReason
from patients.models import Patient, User
from tests.factories.people import make_physician


def make_mute(patient: Patient, rule: str = "MM-PD-SERUM-M", *, by: User | None = None, **fields: Any) -> Mute:
    """A mute for antibody interference up to REVIEW; no flag is touched."""
    defaults: dict[str, Any] = {
        "level": Level.REVIEW,
        "reason": MuteReason.ANTIBODY,
        "until_on": date(2026, 4, 30),
        "recorded_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
    }
    by = by or make_physician(patient.site)
    return Mute.objects.create(patient=patient, rule=rule, recorded_by=by, **defaults | fields)
