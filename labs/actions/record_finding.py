"""Recording what clinicians found. The rules are asked again in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import lock_patients
from labs.actions.finding_sums import bring_sums_in_line, check_axes, images_of
from labs.actions.finding_values import (
    check_day,
    check_may_state,
    check_usual,
    checked_method,
    checked_place,
    checked_value,
    known_kind,
    refuse_twice,
    spelled_as_before,
)
from labs.actions.record_course import ask_again
from labs.models import ClinicalFinding
from patients.access import check_can_record
from patients.actions.audit import record
from patients.models import Patient, User
from patients.problems import Problem, problem, problems_of, refusal


@dataclass(frozen=True, slots=True)
class Told:
    """One finding as somebody states it: a word of the scale, or a number with its unit (empty: the canonical one)."""

    kind: str
    site: str = ""
    method: str = ""
    coded: str = ""
    value: Decimal | None = None
    unit: str = ""
    note: str = ""


@transaction.atomic
def record_findings(
    *, patient: Patient, observed_on: date, findings: Sequence[Told], confirmed: bool = False, by: User, now: datetime
) -> list[ClinicalFinding]:
    """The findings of one day, all or none. Sums of products of lesions are worked out and come last in the answer.

    Raises a refusal by field: `observed_on`, `findings.0.value` and the like; or `confirmed` when a lesion seems
    measured in another unit than before and nobody has said that it is right.
    """
    check_can_record(by, patient)
    check_day(patient, observed_on, now=now)
    if not findings:
        raise problem("findings", _("Nothing was stated."), _("State at least one finding."))
    lock_patients([patient.pk])
    recorded = _record_each(patient, observed_on, findings, by)
    if not confirmed:
        for new in recorded:
            check_usual(new)
    sums = bring_sums_in_line(patient=patient, touched=images_of(*recorded), by=by)
    ask_again(patient=patient, now=now)
    return [*recorded, *sums]


def _record_each(patient: Patient, day: date, findings: Sequence[Told], by: User) -> list[ClinicalFinding]:
    recorded: list[ClinicalFinding] = []
    problems: list[Problem] = []
    for place, told in enumerate(findings):
        try:
            new = _record(patient, day, told, by)
            check_axes(new)
            recorded.append(new)
        except ValidationError as error:
            problems += [Problem(f"findings.{place}.{one.where}", one.what, one.mend) for one in problems_of(error)]
    if problems:
        raise refusal(problems)
    return recorded


def _record(patient: Patient, day: date, told: Told, by: User) -> ClinicalFinding:
    kind = known_kind(told.kind)
    check_may_state(by, patient, kind)
    found = checked_value(kind, coded=told.coded, value=told.value, unit=told.unit)
    new = ClinicalFinding(
        patient=patient,
        kind=kind.code,
        observed_on=day,
        site_label=spelled_as_before(patient, checked_place(kind, told.site)),
        method=checked_method(kind, told.method),
        note=told.note.strip(),
        recorded_by=by,
        **found._asdict(),
    )
    refuse_twice(new)
    new.save(force_insert=True)
    record(by=by, verb="finding.record", target=new, patient=patient, detail={"kind": kind.code})
    return new
