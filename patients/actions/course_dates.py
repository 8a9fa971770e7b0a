"""Keeping the rows of remissions and relapses and the two dates of the diagnosis in step, in one transaction.

`Diagnosis.remission_on` is the first remission that stands, `relapsed_on` the latest relapse. Whoever states one of the
two dates (a form, an import, a decision on a signal) states a row; whoever states a row moves the dates.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from patients.actions.audit import record
from patients.actions.withdraw import withdraw
from patients.models import CourseEvent, CourseKind, Diagnosis, Role, User
from patients.models.withdrawal import STANDING
from patients.problems import problem

RESTATED = "another date was stated"
CLEARED = "the date was taken out of the diagnosis"


def standing(diagnosis: Diagnosis, kind: str) -> list[CourseEvent]:
    """The remissions, or the relapses, that were not taken back, oldest first."""
    return list(
        CourseEvent.objects.filter(STANDING, diagnosis=diagnosis, kind=kind)
        .select_related("recorded_by", "diagnosis__patient")
        .order_by("on", "id")
    )


def dates_of(diagnosis: Diagnosis) -> dict[str, date | None]:
    """The two dates as the rows give them."""
    remissions, relapses = standing(diagnosis, CourseKind.REMISSION), standing(diagnosis, CourseKind.RELAPSE)
    return {
        "remission_on": remissions[0].on if remissions else None,
        "relapsed_on": relapses[-1].on if relapses else None,
    }


def state_dates(diagnosis: Diagnosis, facts: dict[str, Any], *, by: User, now: datetime) -> None:
    """Bring rows and diagnosis in line with the dates among `facts`, which then hold what the rows say."""
    if "remission_on" in facts:
        _state_first_remission(diagnosis, facts["remission_on"], str(facts.get("response", "")), by=by, now=now)
    if "relapsed_on" in facts:
        _state_latest_relapse(diagnosis, facts["relapsed_on"], by=by, now=now)
    facts.update({name: on for name, on in dates_of(diagnosis).items() if name in facts})


def first_rows(diagnosis: Diagnosis, *, by: User) -> list[CourseEvent]:
    """The rows, not yet written, of a diagnosis that was just made with its dates."""
    rows = []
    if diagnosis.remission_on:
        rows.append(_row(diagnosis, CourseKind.REMISSION, diagnosis.remission_on, diagnosis.response, by=by))
    if diagnosis.relapsed_on:
        rows.append(_row(diagnosis, CourseKind.RELAPSE, diagnosis.relapsed_on, by=by))
    return rows


def _state_first_remission(diagnosis: Diagnosis, on: date | None, response: str, *, by: User, now: datetime) -> None:
    known = standing(diagnosis, CourseKind.REMISSION)
    if on in {row.on for row in known} or not (known or on):
        return
    if on is None:
        _clear(known[0], "remission_on", by=by, now=now)
        return
    relapses = standing(diagnosis, CourseKind.RELAPSE)
    if not known or any(known[0].on < relapse.on <= on for relapse in relapses):
        said = response or ("" if known else diagnosis.response)
        _add(_row(diagnosis, CourseKind.REMISSION, on, said, by=by))
        return
    if len(known) > 1 and on > known[1].on:
        raise problem(
            "remission_on",
            _("A further remission is recorded on %(day)s, before that day.") % {"day": known[1].on.isoformat()},
            _("Correct the remissions one by one, on the course of the patient."),
        )
    _move(known[0], on, "remission_on", by=by, now=now)


def _state_latest_relapse(diagnosis: Diagnosis, on: date | None, *, by: User, now: datetime) -> None:
    known = standing(diagnosis, CourseKind.RELAPSE)
    if on in {row.on for row in known} or not (known or on):
        return
    if on is None:
        _clear(known[-1], "relapsed_on", by=by, now=now)
        return
    remissions = standing(diagnosis, CourseKind.REMISSION)
    if not known or any(known[-1].on < remission.on <= on for remission in remissions):
        _add(_row(diagnosis, CourseKind.RELAPSE, on, by=by))
        return
    if len(known) > 1 and on < known[-2].on:
        raise problem(
            "relapsed_on",
            _("An earlier relapse is recorded on %(day)s, after that day.") % {"day": known[-2].on.isoformat()},
            _("Correct the relapses one by one, on the course of the patient."),
        )
    _move(known[-1], on, "relapsed_on", by=by, now=now)


def _add(row: CourseEvent) -> None:
    row.save()
    _tell(row, "record", {})


def _clear(row: CourseEvent, field: str, *, by: User, now: datetime) -> None:
    _check_may_change(row, field, by)
    withdraw(row, because=CLEARED, by=by, now=now)
    _tell(row, "withdraw", {"reason": CLEARED}, by=by)


def _move(row: CourseEvent, on: date, field: str, *, by: User, now: datetime) -> None:
    """The same remission or relapse with another day: a new row in place of the wrong one."""
    _check_may_change(row, field, by)
    withdraw(row, because=RESTATED, by=by, now=now)
    new = CourseEvent.objects.create(
        diagnosis_id=row.diagnosis_id,
        kind=row.kind,
        on=on,
        response=row.response,
        sites=row.sites,
        line_number=row.line_number,
        note=row.note,
        supersedes=row,
        recorded_by=by,
    )
    _tell(new, "correct", {"instead_of": row.on.isoformat(), "reason": RESTATED})


def _check_may_change(row: CourseEvent, field: str, by: User) -> None:
    """Raise where a nurse would undo, by the form of the diagnosis, what a physician stated."""
    if by.role == Role.NURSE and row.recorded_by.role == Role.PHYSICIAN:
        raise problem(
            field,
            _("%(who)s recorded this on %(day)s.") % {"who": row.recorded_by, "day": row.on.isoformat()},
            _("Ask a physician to correct it, on the course of the patient."),
        )


def _tell(row: CourseEvent, verb: str, further: dict[str, Any], *, by: User | None = None) -> None:
    """A row of the audit for each row of the course: the dates of the diagnosis may stay as they are."""
    detail = {"on": row.on.isoformat(), "response": row.response, "sites": row.sites, **further}
    patient = row.diagnosis.patient
    record(by=by or row.recorded_by, verb=f"{row.kind}.{verb}", target=row, patient=patient, detail=detail)


def _row(diagnosis: Diagnosis, kind: str, on: date, response: str = "", *, by: User) -> CourseEvent:
    return CourseEvent(diagnosis=diagnosis, kind=kind, on=on, response=response, recorded_by=by)
