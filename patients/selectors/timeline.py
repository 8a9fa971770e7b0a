"""What was done to a patient and what the patient told, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from patients.models import AccessEvent, AuditEvent, Diagnosis, Patient, SymptomReport, TreatmentEvent, TreatmentLine
from patients.selectors.keyset import Key, Page, page_of

RECORD_PAGE = 50


@dataclass(frozen=True, slots=True)
class Treatment:
    """Lines of therapy by disease, single events and symptom reports, newest first."""

    diagnoses: list[tuple[Diagnosis, list[TreatmentLine]]]
    events: list[TreatmentEvent]
    symptoms: list[SymptomReport]


def treatment(*, patient: Patient) -> Treatment:
    """Everything on the treatment tab. Reads diagnoses and lines prefetched by `visible_patient`."""
    return Treatment(
        diagnoses=[
            (one, sorted(one.lines.all(), key=lambda line: line.started_on, reverse=True))
            for one in patient.diagnoses.all()
        ],
        events=list(patient.treatment_events.order_by("-started_on", "-id")),
        symptoms=list(
            patient.symptom_reports.select_related("recorded_by").order_by("-reported_on", "-id")[:RECORD_PAGE]
        ),
    )


def events_between(*, patient: Patient, since: date) -> list[TreatmentEvent]:
    """Treatment events that touch the time since a day, oldest first."""
    return [
        event
        for event in patient.treatment_events.order_by("started_on", "id")
        if (event.ended_on or event.started_on) >= since or event.ongoing
    ]


def accesses(*, patient: Patient, after: str = "", before: str = "") -> Page[AccessEvent]:
    """Who opened the record, newest first."""
    found = AccessEvent.objects.filter(patient=patient).select_related("by")
    return page_of(found, (Key("id", descending=True, read=int),), size=RECORD_PAGE, after=after, before=before)


def changes(*, patient: Patient, limit: int = RECORD_PAGE) -> list[AuditEvent]:
    """Who changed what, newest first."""
    return list(AuditEvent.objects.filter(patient=patient).select_related("by").order_by("-id")[:limit])
