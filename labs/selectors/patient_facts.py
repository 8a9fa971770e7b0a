"""What the rules must know of patients besides results."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from labs.models import AssayBridge, CriteriaChange
from labs.rules.facts import Event, PatientFacts
from labs.selectors.criteria import switched_off_at
from labs.selectors.present import Present
from labs.selectors.questions import Question, Rows
from labs.selectors.said import said_from
from patients.models import Diagnosis, Patient, TreatmentEvent, TreatmentLine

DAYS: Final = ("diagnosed_on", "remission_on", "therapy_ended_on")
WORDS: Final = ("disease", "heavy_chain", "light_chain", "disease_type", "response")

# A patient a row, the diagnoses and events as lists in it. Phases of one line of therapy (induction, maintenance) share
# its number: the line starts with the first of them.
READ: Final = f"""
    select p.id, p.site_id, p.birth_date, p.sex,
           (select json_agg(d order by d.id) from (
                select id, {", ".join((*DAYS, *WORDS))}, measurable, array(
                    select min(l.started_on) from {TreatmentLine._meta.db_table} l
                    where l.diagnosis_id = d.id and l.withdrawn_at is null group by l.number order by 1
                ) as line_starts
                from {Diagnosis._meta.db_table} d where d.patient_id = p.id
            ) d)::text,
           (select json_agg(json_build_array(e.kind, e.started_on, e.ended_on, e.ongoing) order by e.started_on, e.id)
            from {TreatmentEvent._meta.db_table} e where e.patient_id = p.id)::text
    from {Patient._meta.db_table} p where p.id = any(%(patients)s) order by p.id
"""  # noqa: S608 (names of our own tables and columns)


@dataclass(frozen=True, slots=True)
class Subject:
    """One patient with one followed disease (or none recorded): what a place in a cohort stands for."""

    patient_id: int
    diagnosis_id: int | None
    line_started_on: date | None


def people(patient_ids: Collection[int]) -> Question:
    """Who these patients are, with diagnoses, lines of therapy and events."""
    return Question(READ, {"patients": list(patient_ids)})


def facts_from(people: Rows, said: Rows, present: Present) -> tuple[list[PatientFacts], dict[str | int, Subject]]:
    """The facts of patients, one for each disease, and who they are, from the answers to `people` and `days_said`.

    Two further statements at most: bridges of assays and decisions on criteria, where there are any.
    """
    sites = {site for _, site, *_ in people}
    heard = said_from(said, sites, any_bridge=AssayBridge in present)
    off = switched_off_at(sites, any_decided=CriteriaChange in present)
    facts: list[PatientFacts] = []
    subjects: dict[str | int, Subject] = {}
    for patient_id, site_id, birth_date, sex, diagnoses, events in people:
        given = tuple(_event(*one) for one in json.loads(events or "[]"))
        for place, diagnosis in enumerate(json.loads(diagnoses or "[{}]")):
            known = _known(diagnosis)
            disease, pk = known.get("disease", ""), diagnosis.get("id")
            key = patient_id if place == 0 else f"{patient_id}/{disease}"
            further = heard.facts(patient=patient_id, site=site_id, diagnosis=pk)
            facts.append(
                PatientFacts(
                    key=key,
                    birth_date=birth_date,
                    sex=sex,
                    events=given,
                    switched_off=off.get((site_id, disease), {}),
                    **known,
                    **further,
                )
            )
            starts = known.get("line_starts")
            subjects[key] = Subject(patient_id, pk, starts[-1] if starts else None)
    return facts, subjects


def _known(diagnosis: Mapping[str, Any]) -> dict[str, Any]:
    """A diagnosis as `PatientFacts` takes it; nothing where none is recorded."""
    if not diagnosis:
        return {}
    return {
        **{name: diagnosis[name] for name in WORDS},
        **{name: _day(diagnosis[name]) for name in DAYS},
        "measurable": frozenset(diagnosis["measurable"]),
        "line_starts": tuple(date.fromisoformat(day) for day in diagnosis["line_starts"]),
    }


def _event(kind: str, started_on: str, ended_on: str | None, ongoing: bool) -> Event:
    return Event(kind, date.fromisoformat(started_on), _day(ended_on), ongoing)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
