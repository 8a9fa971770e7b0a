"""What clinicians said about results."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from labs.models import AssayBridge, Rebaseline, Result, SpuriousMark
from patients.models import Patient, Site, User
from tests.factories.people import make_physician

SAID_AT = datetime(2025, 6, 2, 9, tzinfo=UTC)


def make_mark(result: Result, *, by: User | None = None, **fields: Any) -> SpuriousMark:
    """A result marked as spurious; the rules are not asked."""
    by = by or make_physician(result.patient.site)
    defaults: dict[str, Any] = {"reason": "clotted sample", "marked_at": SAID_AT}
    return SpuriousMark.objects.create(result=result, marked_by=by, **defaults | fields)


def make_rebaseline(patient: Patient, analyte: str = "", *, by: User | None = None, **fields: Any) -> Rebaseline:
    """Comparisons that start anew; the rules are not asked."""
    by = by or make_physician(patient.site)
    defaults: dict[str, Any] = {"starts_on": date(2025, 3, 1), "reason": "new kidney", "recorded_at": SAID_AT}
    return Rebaseline.objects.create(patient=patient, analyte=analyte, recorded_by=by, **defaults | fields)


def make_bridge(site: Site, *, by: User | None = None, confirmed_by: User | None = None, **fields: Any) -> AssayBridge:
    """A declaration about serum M-protein of laboratory A and laboratory B; it counts once confirmed."""
    defaults: dict[str, Any] = {
        "analyte": "serum_m",
        "old_specimen": "serum",
        "old_method": "electrophoresis",
        "old_laboratory": "A",
        "new_specimen": "serum",
        "new_method": "electrophoresis",
        "new_laboratory": "B",
        "since": date(2025, 3, 1),
        "reason": "the laboratories merged",
        "source": "letter of laboratory B",
        "declared_at": SAID_AT,
    }
    if confirmed_by:
        defaults |= {"confirmed_by": confirmed_by, "confirmed_at": SAID_AT}
    return AssayBridge.objects.create(site=site, declared_by=by or make_physician(site), **defaults | fields)
