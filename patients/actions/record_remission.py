"""Stating remissions and relapses of a followed disease, correcting them and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_judge
from patients.actions.audit import record
from patients.actions.changes import change
from patients.actions.course_dates import dates_of, standing
from patients.actions.withdraw import stated, withdraw
from patients.models import CourseEvent, CourseKind, Diagnosis, RelapseSite, User
from patients.models.withdrawal import STANDING
from patients.problems import check_not_ahead, problem


class CourseFacts(TypedDict, total=False):
    """What can be stated of a remission (`response`) or a relapse (`sites`)."""

    on: date
    response: str
    sites: Sequence[str]
    line_number: int | None
    note: str


@transaction.atomic
def record_remission(
    *,
    diagnosis: Diagnosis,
    on: date,
    response: str = "",
    line_number: int | None = None,
    note: str = "",
    by: User,
    now: datetime,
) -> CourseEvent:
    """The disease is in remission from this day on, with this response (CR, VGPR ...)."""
    facts = CourseFacts(on=on, response=response, line_number=line_number, note=note)
    return _state(diagnosis, CourseKind.REMISSION, facts, by=by, now=now)


@transaction.atomic
def record_relapse(
    *,
    diagnosis: Diagnosis,
    on: date,
    sites: Sequence[str] = (),
    line_number: int | None = None,
    note: str = "",
    by: User,
    now: datetime,
) -> CourseEvent:
    """The disease came back on this day, at these sites (codes of `RelapseSite`; none: not known)."""
    facts = CourseFacts(on=on, sites=sites, line_number=line_number, note=note)
    return _state(diagnosis, CourseKind.RELAPSE, facts, by=by, now=now)


@transaction.atomic
def correct_course_event(
    *, event: CourseEvent, reason: str, by: User, now: datetime, **facts: Unpack[CourseFacts]
) -> CourseEvent:
    """The remission or relapse with these facts put right, as a new row; the wrong one stays on record."""
    row = _take(event, by)
    because = stated(reason)
    new = CourseFacts(on=row.on, response=row.response, sites=row.sites, line_number=row.line_number, note=row.note)
    new.update(facts)
    withdraw(row, because=because, by=by, now=now)
    right = _state(row.diagnosis, row.kind, new, by=by, now=now, instead_of=row)
    _settle_response(right.diagnosis, row)
    return right


@transaction.atomic
def withdraw_course_event(*, event: CourseEvent, reason: str, by: User, now: datetime) -> CourseEvent:
    """The remission or relapse taken back: it was never one."""
    row = _take(event, by)
    because = stated(reason)
    withdraw(row, because=because, by=by, now=now)
    diagnosis = _settle(row.diagnosis)
    _settle_response(diagnosis, row)
    detail = {"kind": row.kind, "on": row.on.isoformat(), "reason": because}
    record(by=by, verb=f"{row.kind}.withdraw", target=row, patient=diagnosis.patient, detail=detail)
    return row


def _state(
    diagnosis: Diagnosis,
    kind: str,
    facts: CourseFacts,
    *,
    by: User,
    now: datetime,
    instead_of: CourseEvent | None = None,
) -> CourseEvent:
    """Write the row and move the dates of the diagnosis."""
    check_can_judge(by, diagnosis.patient)
    held = Diagnosis.objects.select_for_update(of=("self",)).select_related("patient__site").get(pk=diagnosis.pk)
    _check(held, kind, facts, now)
    row = CourseEvent(
        diagnosis=held,
        kind=kind,
        on=facts["on"],
        response=facts.get("response", "").strip(),
        sites=sorted(set(facts.get("sites") or ())),
        line_number=facts.get("line_number"),
        note=facts.get("note", "").strip(),
        supersedes=instead_of,
        recorded_by=by,
    )
    row.full_clean(validate_constraints=False)
    row.save()
    _settle(held)
    if kind == CourseKind.REMISSION and row.response and not held.response and held.remission_on == row.on:
        change(held, {"response": row.response})
    detail = {"on": row.on.isoformat(), "response": row.response, "sites": row.sites}
    if instead_of is not None:
        detail |= {"instead_of": instead_of.on.isoformat(), "reason": instead_of.withdrawn_because}
    verb = f"{kind}.record" if instead_of is None else f"{kind}.correct"
    record(by=by, verb=verb, target=row, patient=held.patient, detail=detail)
    return row


def _settle(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis with the dates its rows give, written."""
    change(diagnosis, dict(dates_of(diagnosis)))
    return diagnosis


def _settle_response(diagnosis: Diagnosis, wrong: CourseEvent) -> None:
    """The response of the diagnosis follows where it was that of a first remission which did not stand."""
    if wrong.kind != CourseKind.REMISSION or not wrong.response or diagnosis.response != wrong.response:
        return
    first = next(iter(standing(diagnosis, CourseKind.REMISSION)), None)
    if first is not None and first.on < wrong.on and first.supersedes_id != wrong.pk:
        return
    change(diagnosis, {"response": first.response if first else ""})


def _take(event: CourseEvent, by: User) -> CourseEvent:
    """The row with its diagnosis held, if it still stands."""
    check_can_judge(by, event.diagnosis.patient)
    diagnosis = Diagnosis.objects.select_for_update(of=("self",)).select_related("patient__site")
    held = diagnosis.get(pk=event.diagnosis_id)
    row = CourseEvent.objects.get(pk=event.pk)
    row.diagnosis = held
    if not row.stands:
        raise problem(
            "",
            _("This was corrected or taken back already, by %(who)s.") % {"who": row.withdrawn_by},
            _("Read the course again before you change it."),
        )
    return row


def _check(diagnosis: Diagnosis, kind: str, facts: CourseFacts, now: datetime) -> None:
    on = facts["on"]
    check_not_ahead("on", on, site=diagnosis.patient.site, now=now)
    earliest = diagnosis.diagnosed_on or diagnosis.patient.birth_date
    if on < earliest:
        raise problem("on", _("This day lies before the diagnosis."), _("Check both dates."))
    if unknown := sorted(set(facts.get("sites") or ()) - set(RelapseSite.values)):
        raise problem("sites", _("Not a site: %(codes)s.") % {"codes": ", ".join(unknown)}, _("Choose from the list."))
    if CourseEvent.objects.filter(STANDING, diagnosis=diagnosis, kind=kind, on=on).exists():
        raise problem(
            "on", _("This is recorded already, on the same day."), _("Correct the one on record, or check the day.")
        )
