"""What the patient told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_record
from patients.actions.audit import record
from patients.models import Patient, SymptomReport, User
from patients.problems import check_not_ahead, problem


@transaction.atomic
def record_symptoms(
    *,
    patient: Patient,
    reported_on: date,
    symptoms: Sequence[str],
    known: Collection[str],
    note: str = "",
    by: User,
    now: datetime,
) -> SymptomReport:
    """The report of one day. `known` are the codes that may be used; no symptom means asked, and none told."""
    check_can_record(by, patient)
    check_not_ahead("reported_on", reported_on, site=patient.site, now=now)
    unknown = sorted(set(symptoms) - set(known))
    if unknown:
        raise problem(
            "symptoms",
            _("Not a coded symptom: %(codes)s.") % {"codes": ", ".join(unknown)},
            _("Choose from the list, and put the patient's own words into the note."),
        )
    report = SymptomReport.objects.create(
        patient=patient,
        reported_on=reported_on,
        symptoms=sorted(set(symptoms)),
        note=note.strip(),
        recorded_by=by,
    )
    record(by=by, verb="symptoms.record", target=report, patient=patient, detail={"symptoms": report.symptoms})
    return report
