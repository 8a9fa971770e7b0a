"""Taking many people into follow-up at once, with what is known of each: a registry moving in, or a demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.db import models, transaction

from patients.access import check_can_import, check_can_register
from patients.actions.course_dates import first_rows
from patients.actions.record_diagnosis import DiagnosisFacts
from patients.models import (
    AuditEvent,
    CareTeam,
    CourseEvent,
    Diagnosis,
    Identifier,
    Patient,
    SymptomReport,
    TreatmentEvent,
    TreatmentLine,
    User,
)

BATCH = 2_000
Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Member:
    """One person to register. The records are new and not saved; what they belong to is filled in here.

    Unlike `register_patient` nothing is cleaned first: the caller vouches for the facts, the database's own constraints
    are what refuses them.
    """

    patient: Patient
    identifiers: Sequence[tuple[str, str]]
    disease: str
    facts: DiagnosisFacts
    lines: Sequence[TreatmentLine] = ()
    events: Sequence[TreatmentEvent] = ()
    symptoms: Sequence[SymptomReport] = ()
    team: CareTeam | None = None


@transaction.atomic
def register_cohort(*, members: Sequence[Member], by: User) -> list[Diagnosis]:
    """The diagnoses, in the order of `members`, of the people now registered. All of them, or none."""
    check_can_import(by)
    for site in {member.patient.site for member in members}:
        check_can_register(by, site)
    _insert(Patient, [member.patient for member in members])
    _insert(Identifier, _identifiers(members))
    diagnoses = [Diagnosis(patient=member.patient, disease=member.disease, **member.facts) for member in members]
    _insert(Diagnosis, diagnoses)
    _insert(CourseEvent, (row for diagnosis in diagnoses for row in first_rows(diagnosis, by=by)))
    _insert(TreatmentLine, _lines(members, diagnoses))
    for kind, name in ((TreatmentEvent, "events"), (SymptomReport, "symptoms")):
        _insert(kind, _of_patient(members, name))
    _insert(CareTeam, _teams(members))
    _insert(AuditEvent, (_audit(member, by) for member in members))
    return diagnoses


def _insert(model: type[Row], rows: Iterable[Row]) -> None:
    """Insert the rows, a batch a statement; their keys are filled in."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        model._default_manager.bulk_create(batch)


def _identifiers(members: Sequence[Member]) -> Iterator[Identifier]:
    for member in members:
        for system, value in dict.fromkeys(member.identifiers):
            yield Identifier(patient=member.patient, system=system, value=value)


def _lines(members: Sequence[Member], diagnoses: Sequence[Diagnosis]) -> Iterator[TreatmentLine]:
    for member, diagnosis in zip(members, diagnoses, strict=True):
        for line in member.lines:
            line.diagnosis = diagnosis
            yield line


def _of_patient(members: Sequence[Member], name: str) -> Iterator[Any]:
    for member in members:
        for row in getattr(member, name):
            row.patient = member.patient
            yield row


def _teams(members: Sequence[Member]) -> Iterator[CareTeam]:
    for member in members:
        if member.team is not None:
            member.team.patient = member.patient
            yield member.team


def _audit(member: Member, by: User) -> AuditEvent:
    detail = {"identifiers": [list(pair) for pair in member.identifiers], "disease": member.disease}
    return AuditEvent(
        by=by,
        verb="patient.register",
        target_type=Patient._meta.label_lower,
        target_id=member.patient.pk,
        patient=member.patient,
        detail=detail,
    )
