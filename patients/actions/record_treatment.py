"""What was given: lines of therapy, and events that change counts or markers."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_record
from patients.actions.audit import record
from patients.models import Diagnosis, EventKind, Patient, TreatmentEvent, TreatmentLine, User
from patients.problems import check_not_ahead, problem


@transaction.atomic
def record_line(
    *,
    diagnosis: Diagnosis,
    number: int,
    phase: str,
    regimen: str,
    started_on: date,
    ended_on: date | None = None,
    by: User,
    now: datetime,
) -> TreatmentLine:
    """A line of therapy (or a phase of one). A higher number resets the lowest value that rises are measured from."""
    check_can_record(by, diagnosis.patient)
    _check_days(diagnosis.patient, started_on, ended_on, now)
    line = TreatmentLine(
        diagnosis=diagnosis,
        number=number,
        phase=phase,
        regimen=regimen.strip(),
        started_on=started_on,
        ended_on=ended_on,
    )
    line.full_clean()
    line.save()
    detail = {"number": number, "regimen": line.regimen, "started_on": started_on.isoformat()}
    record(by=by, verb="treatment.record_line", target=line, patient=diagnosis.patient, detail=detail)
    return line


@transaction.atomic
def record_event(
    *,
    patient: Patient,
    kind: str,
    started_on: date,
    detail: str = "",
    ended_on: date | None = None,
    ongoing: bool = False,
    by: User,
    now: datetime,
) -> TreatmentEvent:
    """A transfusion, growth factor, antibody, transplant or the like. `detail` names the drug of an antibody."""
    check_can_record(by, patient)
    _check_days(patient, started_on, ended_on, now)
    if ongoing and ended_on is not None:
        raise problem("ended_on", _("What is ongoing has no end."), _("Clear the end, or say that it is over."))
    if kind == EventKind.ANTIBODY and not detail.strip():
        raise problem(
            "detail", _("The antibody is not named."), _("Name the drug: it decides which tests it disturbs.")
        )
    event = TreatmentEvent(
        patient=patient, kind=kind, detail=detail.strip(), started_on=started_on, ended_on=ended_on, ongoing=ongoing
    )
    event.full_clean()
    event.save()
    told = {"kind": kind, "started_on": started_on.isoformat()}
    record(by=by, verb="treatment.record_event", target=event, patient=patient, detail=told)
    return event


def _check_days(patient: Patient, started_on: date, ended_on: date | None, now: datetime) -> None:
    check_not_ahead("started_on", started_on, site=patient.site, now=now)
    check_not_ahead("ended_on", ended_on, site=patient.site, now=now)
    if ended_on is not None and ended_on < started_on:
        raise problem("ended_on", _("The end lies before the start."), _("Check both dates."))
    if started_on < patient.birth_date:
        raise problem("started_on", _("The start lies before the birth."), _("Check the year."))
