"""Saying that a line of therapy or an ongoing event is over."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_record
from patients.actions.audit import record
from patients.actions.changes import change
from patients.models import TreatmentEvent, TreatmentLine, User
from patients.problems import check_not_ahead, problem


@transaction.atomic
def end_line(*, line: TreatmentLine, ended_on: date, by: User, now: datetime) -> TreatmentLine:
    """The line with its last day."""
    patient = line.diagnosis.patient
    check_can_record(by, patient)
    _check_end(line.started_on, ended_on)
    check_not_ahead("ended_on", ended_on, site=patient.site, now=now)
    changed = change(line, {"ended_on": ended_on})
    record(by=by, verb="treatment.end_line", target=line, patient=patient, detail={"changed": changed})
    return line


@transaction.atomic
def end_event(*, event: TreatmentEvent, ended_on: date, by: User, now: datetime) -> TreatmentEvent:
    """The event with its last day; it is no longer ongoing."""
    check_can_record(by, event.patient)
    _check_end(event.started_on, ended_on)
    check_not_ahead("ended_on", ended_on, site=event.patient.site, now=now)
    changed = change(event, {"ended_on": ended_on, "ongoing": False})
    record(by=by, verb="treatment.end_event", target=event, patient=event.patient, detail={"changed": changed})
    return event


def _check_end(started_on: date, ended_on: date) -> None:
    if ended_on < started_on:
        raise problem("ended_on", _("The end lies before the start."), _("Check both dates."))
