"""Starting the comparisons of a marker anew on a day, and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import evaluate_patients, lock_patients
from labs.actions.take_back import take_back
from labs.models import Rebaseline
from labs.vocabulary.analytes import ANALYTES
from patients.access import check_can_judge
from patients.actions.audit import record
from patients.actions.system_account import system_account
from patients.actions.withdraw import stated
from patients.models import Patient, User
from patients.models.withdrawal import STANDING
from patients.problems import check_not_ahead, problem


@dataclass(frozen=True, slots=True)
class NewStart:
    """Which marker ("": all) is compared anew from which day, as a part of a decision on a signal."""

    analyte: str
    starts_on: date


@transaction.atomic
def rebaseline(
    *, patient: Patient, analyte: str = "", starts_on: date, reason: str, by: User, now: datetime
) -> Rebaseline:
    """Comparisons of this marker ("": of all) start anew with the results of this day; earlier results stay."""
    check_can_judge(by, patient)
    because = stated(reason)
    _check(patient, analyte, starts_on, now)
    lock_patients([patient.pk])
    if Rebaseline.objects.filter(STANDING, patient=patient, analyte=analyte, starts_on=starts_on).exists():
        raise problem(
            "starts_on", _("These comparisons start anew on that day already."), _("Choose another day or marker.")
        )
    row = Rebaseline.objects.create(
        patient=patient, analyte=analyte, starts_on=starts_on, reason=because, recorded_by=by, recorded_at=now
    )
    told = {"analyte": analyte, "starts_on": starts_on.isoformat(), "reason": because}
    record(by=by, verb="comparisons.start_anew", target=row, patient=patient, detail=told)
    _ask_again(patient, f"Comparisons were started anew on {starts_on.isoformat()}: {because}", now=now)
    return row


@transaction.atomic
def withdraw_rebaseline(*, row: Rebaseline, reason: str, by: User, now: datetime) -> Rebaseline:
    """The new start taken back: comparisons reach back as before."""
    check_can_judge(by, row.patient)
    because = stated(reason)
    lock_patients([row.patient_id])
    held = Rebaseline.objects.select_related("patient__site").get(pk=row.pk)
    take_back(held, because=because, by=by, now=now)
    told = {"analyte": held.analyte, "starts_on": held.starts_on.isoformat(), "reason": because}
    record(by=by, verb="comparisons.withdraw_new_start", target=held, patient=held.patient, detail=told)
    _ask_again(held.patient, f"A new start of comparisons was taken back: {because}", now=now)
    return held


def _check(patient: Patient, analyte: str, starts_on: date, now: datetime) -> None:
    if analyte and analyte not in ANALYTES:
        raise problem("analyte", _("%(code)s is not a marker.") % {"code": analyte}, _("Choose one of the list."))
    check_not_ahead("starts_on", starts_on, site=patient.site, now=now)
    if starts_on < patient.birth_date:
        raise problem("starts_on", _("This day lies before the birth."), _("Check the year."))


def _ask_again(patient: Patient, because: str, *, now: datetime) -> None:
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=now, because=because)
