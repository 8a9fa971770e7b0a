"""Clinicians' findings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from labs.models import ClinicalFinding
from labs.vocabulary.findings import FINDING_KINDS
from labs.vocabulary.fixed_point import to_amount
from patients.models import Patient, User
from tests.factories.people import make_physician
from tests.factories.persons import make_patient


def make_finding(
    patient: Patient | None = None,
    kind: str = "lesion_diameter",
    found: str = "",
    *,
    observed_on: date = date(2026, 1, 5),
    site_label: str = "left iliac bone",
    method: str = "",
    recorded_by: User | None = None,
    **fields: Any,
) -> ClinicalFinding:
    """A first version. `found` is a word of the scale, or a number in the canonical unit."""
    patient = patient or make_patient()
    known = FINDING_KINDS[kind]
    if known.measured:
        value = Decimal(found or "24")
        fields |= {"value": value, "amount": to_amount(value, known.analyte.places)}
    else:
        fields["coded"] = found or known.analyte.scale[-1]
    return ClinicalFinding.objects.create(
        patient=patient,
        kind=kind,
        observed_on=observed_on,
        site_label="" if known.place == "none" else site_label,
        method=method or known.methods[0],
        recorded_by=recorded_by or make_physician(patient.site),
        **fields,
    )
