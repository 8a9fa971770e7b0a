"""Putting a patient's particulars right."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction

from patients.access import check_can_describe, check_can_work_at
from patients.actions.audit import record
from patients.actions.changes import change
from patients.models import Patient, Site, User
from patients.problems import check_not_ahead


class Particulars(TypedDict, total=False):
    """What of a patient can be corrected; name only what changes."""

    family_name: str
    given_name: str
    birth_date: date
    sex: str
    site: Site
    deceased_on: date | None


@transaction.atomic
def correct_patient(
    *, patient: Patient, by: User, now: datetime, reason: str = "", **particulars: Unpack[Particulars]
) -> Patient:
    """The patient with these particulars; the former ones stay in the history. Nothing new writes nothing."""
    check_can_describe(by, patient)
    row = Patient.objects.select_for_update(of=("self",)).select_related("site").get(pk=patient.pk)
    if "site" in particulars:
        check_can_work_at(by, particulars["site"])
    for field in ("birth_date", "deceased_on"):
        check_not_ahead(field, particulars.get(field), site=row.site, now=now)  # type: ignore[arg-type]
    changed = change(row, dict(particulars))
    if changed:
        record(by=by, verb="patient.correct", target=row, patient=row, detail={"changed": changed, "reason": reason})
    return row
