"""A story as the records of a patient."""

from __future__ import annotations

from patients.actions.record_diagnosis import DiagnosisFacts
from patients.actions.register_cohort import Member
from patients.models import CareTeam, Patient, SymptomReport, TreatmentEvent, TreatmentLine
from tracker.demo.cohort import Story
from tracker.demo.load.units import Unit
from tracker.demo.options import day_of
from tracker.demo.therapy import Event, Line


def member_of(story: Story, unit: Unit, *, number: int) -> Member:
    """The story's person at the unit. Every seventh `number` has no cover, as it happens."""
    subject, diagnosis = story.patient.subject, story.patient.diagnosis
    if subject.birth_date is None or diagnosis is None:
        raise ValueError(f"{story.patient.where} has no birth date or no diagnosis")
    return Member(
        patient=Patient(
            site=unit.site,
            family_name=subject.family_name,
            given_name=subject.given_name,
            birth_date=subject.birth_date,
            sex=subject.sex,
        ),
        identifiers=subject.identifiers,
        disease=diagnosis.disease,
        facts=_facts(story),
        lines=[_line(line) for line in story.therapy.lines],
        events=[_event(event) for event in story.therapy.events],
        symptoms=[
            SymptomReport(reported_on=day_of(told.day), symptoms=sorted(told.symptoms), recorded_by=unit.nurse)
            for told in story.symptoms
        ],
        team=CareTeam(physician=unit.physician, nurse=unit.nurse, cover=None if number % 7 == 6 else unit.cover),
    )


def _facts(story: Story) -> DiagnosisFacts:
    stated = story.patient.diagnosis
    assert stated is not None
    return DiagnosisFacts(
        subtype=story.subtype,
        diagnosed_on=stated.diagnosed_on,
        heavy_chain=stated.heavy_chain,
        light_chain=stated.light_chain,
        disease_type=stated.disease_type,
        measurable=list(stated.measurable),
        risk_group=stated.risk_group,
        risk_findings=list(story.risk_findings),
        remission_on=stated.remission_on,
        response=stated.response,
        therapy_ended_on=stated.therapy_ended_on,
        icd10=story.icd10,
    )


def _line(line: Line) -> TreatmentLine:
    return TreatmentLine(
        number=line.number,
        phase=line.phase,
        regimen=line.regimen,
        started_on=day_of(line.started),
        ended_on=None if line.ended is None else day_of(line.ended),
    )


def _event(event: Event) -> TreatmentEvent:
    return TreatmentEvent(
        kind=event.kind,
        detail=event.detail,
        started_on=day_of(event.started),
        ended_on=None if event.ended is None else day_of(event.ended),
        ongoing=event.ongoing,
    )
