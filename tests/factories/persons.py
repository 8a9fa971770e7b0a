"""Patients with their diagnoses, treatment and symptoms."""

from __future__ import annotations

from datetime import date
from typing import Any

from patients.models import (
    MRN,
    CourseEvent,
    Diagnosis,
    Disease,
    EventKind,
    Identifier,
    Patient,
    Phase,
    Sex,
    Site,
    SymptomReport,
    TreatmentEvent,
    TreatmentLine,
    User,
)
from tests.factories.counter import next_number
from tests.factories.people import make_nurse, make_physician, make_site


def make_patient(
    *,
    mrn: str = "",
    site: Site | None = None,
    family_name: str = "Okafor",
    given_name: str = "Ines",
    birth_date: date = date(1958, 3, 14),
    sex: Sex | str = Sex.FEMALE,
    **fields: Any,
) -> Patient:
    """A patient with one MRN."""
    patient = Patient.objects.create(
        site=site or make_site(),
        family_name=family_name,
        given_name=given_name,
        birth_date=birth_date,
        sex=sex,
        **fields,
    )
    make_identifier(patient, value=mrn or f"{next_number():07d}")
    return patient


def make_identifier(patient: Patient, *, value: str = "", system: str = MRN) -> Identifier:
    """One more number of a patient."""
    return Identifier.objects.create(patient=patient, system=system, value=value or f"N{next_number()}")


def make_diagnosis(patient: Patient | None = None, disease: Disease | str = Disease.MM, **fields: Any) -> Diagnosis:
    """A followed disease, in remission since 2024; myeloma is IgG kappa measurable in serum unless told otherwise."""
    defaults: dict[str, Any] = {
        "diagnosed_on": date(2023, 1, 10),
        "remission_on": date(2024, 1, 10),
        "response": "VGPR",
    }
    if disease == Disease.MM:
        defaults |= {
            "heavy_chain": "IgG",
            "light_chain": "kappa",
            "disease_type": "intact",
            "measurable": ["serum_m"],
        }
    diagnosis = Diagnosis.objects.create(patient=patient or make_patient(), disease=disease, **defaults | fields)
    if diagnosis.remission_on:
        make_course_event(diagnosis, on=diagnosis.remission_on, response=diagnosis.response)
    if diagnosis.relapsed_on:
        make_course_event(diagnosis, "relapse", on=diagnosis.relapsed_on)
    return diagnosis


def make_course_event(
    diagnosis: Diagnosis, kind: str = "remission", *, on: date, by: User | None = None, **fields: Any
) -> CourseEvent:
    """A remission or relapse; the dates of the diagnosis are left as they are."""
    by = by or make_physician(diagnosis.patient.site)
    return CourseEvent.objects.create(diagnosis=diagnosis, kind=kind, on=on, recorded_by=by, **fields)


def make_line(
    diagnosis: Diagnosis, *, number: int = 1, started_on: date = date(2023, 2, 1), **fields: Any
) -> TreatmentLine:
    """A line of therapy."""
    defaults: dict[str, Any] = {"phase": Phase.INDUCTION, "regimen": "VRd"}
    return TreatmentLine.objects.create(diagnosis=diagnosis, number=number, started_on=started_on, **defaults | fields)


def make_event(
    patient: Patient,
    kind: EventKind | str = EventKind.TRANSFUSION_RED_CELLS,
    *,
    started_on: date = date(2025, 1, 1),
    **fields: Any,
) -> TreatmentEvent:
    """A treatment event of one day."""
    return TreatmentEvent.objects.create(patient=patient, kind=kind, started_on=started_on, **fields)


def make_symptom_report(
    patient: Patient,
    *symptoms: str,
    reported_on: date = date(2025, 6, 1),
    by: User | None = None,
    note: str = "",
) -> SymptomReport:
    """What a patient told on one day."""
    return SymptomReport.objects.create(
        patient=patient,
        reported_on=reported_on,
        symptoms=list(symptoms),
        note=note,
        recorded_by=by or make_nurse(patient.site),
    )
