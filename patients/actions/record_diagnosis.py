"""Stating the disease whose return is watched for."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_describe
from patients.actions.audit import record
from patients.actions.changes import change
from patients.actions.course_dates import first_rows, state_dates
from patients.models import CourseEvent, Diagnosis, Disease, Patient, User
from patients.problems import check_not_ahead, problem

DATES = ("diagnosed_on", "remission_on", "therapy_ended_on", "relapsed_on")
MYELOMA_ONLY = ("heavy_chain", "light_chain", "disease_type", "measurable")


class DiagnosisFacts(TypedDict, total=False):
    """What can be stated of a diagnosis; name only what is known."""

    subtype: str
    diagnosed_on: date | None
    heavy_chain: str
    light_chain: str
    disease_type: str
    measurable: list[str]
    risk_group: str
    risk_findings: list[str]
    remission_on: date | None
    response: str
    therapy_ended_on: date | None
    relapsed_on: date | None
    icd10: str


@transaction.atomic
def record_diagnosis(
    *, patient: Patient, disease: str, by: User, now: datetime, **facts: Unpack[DiagnosisFacts]
) -> Diagnosis:
    """The patient's diagnosis of this disease: made if new, else with these facts changed and the others left alone.

    A date of remission or relapse is a row of the course as well: the first remission, the latest relapse.
    """
    check_can_describe(by, patient)
    _check(patient, disease, facts, now)
    diagnosis = Diagnosis.objects.select_for_update().filter(patient=patient, disease=disease).first()
    if diagnosis is None:
        diagnosis = Diagnosis(patient=patient, disease=disease, **facts)
        diagnosis.full_clean()
        diagnosis.save()
        CourseEvent.objects.bulk_create(first_rows(diagnosis, by=by))
        record(by=by, verb="diagnosis.record", target=diagnosis, patient=patient, detail={"disease": disease})
        return diagnosis
    stated = dict(facts)
    state_dates(diagnosis, stated, by=by, now=now)
    changed = change(diagnosis, stated)
    if changed:
        record(by=by, verb="diagnosis.change", target=diagnosis, patient=patient, detail={"changed": changed})
    return diagnosis


def _check(patient: Patient, disease: str, facts: DiagnosisFacts, now: datetime) -> None:
    if disease not in Disease.values:
        raise problem("disease", _("%(code)s is not a followed disease.") % {"code": disease}, _("Use MM, AML or ALL."))
    for field in DATES:
        check_not_ahead(field, facts.get(field), site=patient.site, now=now)  # type: ignore[arg-type]
    if disease != Disease.MM:
        for field in MYELOMA_ONLY:
            if facts.get(field):
                raise problem(field, _("Only myeloma has this fact."), _("Leave it empty, or choose myeloma."))
    diagnosed, remission = facts.get("diagnosed_on"), facts.get("remission_on")
    if diagnosed and remission and remission < diagnosed:
        raise problem("remission_on", _("The remission lies before the diagnosis."), _("Check both dates."))
