"""Patients and their results as the rules read them, from the database.

Two ways to the same `Cohort`: `cohort_of()` reads on the connection of the running transaction (it sees what was
just stored), `cohort_between()` reads a range of patients by ADBC for whole-cohort work. A patient with two followed
diseases appears once for each, so that every disease's rules see all of the results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from django.db.models import QuerySet

from labs.models import ClinicalFinding, Quarantine
from labs.rules.cohort import Cohort, day_number
from labs.rules.columns import NO_NOTE, Row, columns_of, joined
from labs.rules.facts import PatientFacts
from labs.selectors.findings_as_rows import finding_rows, usable_findings
from labs.selectors.overdue_as_rows import overdue_rows, tests_not_done
from labs.selectors.patient_facts import Subject, facts_from, people
from labs.selectors.present import Present, present_from, what_is_present
from labs.selectors.questions import Question, Rows, answers_to
from labs.selectors.read_together import read_together
from labs.selectors.result_columns import ReadResults, results_from, their_reports, usable_results
from labs.selectors.result_frame import read_range
from labs.selectors.rows import waiting_rows, waiting_values
from labs.selectors.said import days_said
from labs.selectors.symptoms_as_rows import symptom_rows, symptoms_told
from patients.models import Patient

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Watched:
    """A cohort, who each of its keys is, and which of the seldom used tables say anything of them.

    beside  the answers to what was asked besides, in the same message
    """

    cohort: Cohort
    subjects: Mapping[str | int, Subject]
    present: Present = frozenset()
    beside: Mapping[str, Rows] = field(default_factory=dict)


def cohort_of(
    patient_ids: Collection[int],
    *,
    diagnosis_id: int | None = None,
    as_of: date | None = None,
    today: date | None = None,
    first: Mapping[str, Question] = MappingProxyType({}),
) -> Watched:
    """The cohort of these patients as the running transaction sees it; `as_of` leaves out what was collected later.

    With `today` it holds which tests are overdue; with `diagnosis_id` only the place of that disease. `first`: what is
    asked before all else in the same message, as the lock of those who write what they make of it.
    """
    asked = {
        **first,
        **_questions(patient_ids, today),
        "results": usable_results(patient_ids),
        "reports": their_reports(patient_ids),
    }
    answers = answers_to(asked)
    present = present_from(answers["present"])
    facts, subjects = facts_from(answers["people"], answers["said"], present)
    if diagnosis_id is not None:
        subjects = {key: subject for key, subject in subjects.items() if subject.diagnosis_id == diagnosis_id}
        facts = [item for item in facts if item.key in subjects]
    places: dict[int, list[int]] = defaultdict(list)
    for place, item in enumerate(facts):
        places[subjects[item.key].patient_id].append(place)
    seldom = _seldom(patient_ids, present)
    others = _other_rows(seldom, answers, today)
    read = results_from(answers["results"], answers["reports"], places)
    cohort = _assembled(facts, subjects, read, others, seldom)
    beside = {name: answers[name] for name in first}
    return Watched(cohort if as_of is None else cohort.until(as_of), subjects, present, beside)


def cohort_between(first: int, last: int, *, today: date | None = None) -> Watched:
    """The cohort of all patients numbered from `first` to `last`, read by ADBC."""
    ids = list(Patient.objects.filter(pk__range=(first, last)).order_by("pk").values_list("pk", flat=True))
    answers = answers_to(_questions(ids, today))
    present = present_from(answers["present"])
    facts, subjects = facts_from(answers["people"], answers["said"], present)
    read = read_range(first, last, [subjects[item.key].patient_id for item in facts])
    seldom = _seldom(ids, present)
    others = _other_rows(seldom, answers, today)
    return Watched(_assembled(facts, subjects, read, others, seldom), subjects, present)


def _questions(patient_ids: Collection[int], today: date | None) -> dict[str, Question]:
    """What is asked of every patient besides results; what is overdue only with a day."""
    asked = {
        "present": what_is_present(patient_ids),
        "people": people(patient_ids),
        "said": days_said(patient_ids),
        "symptoms": symptoms_told(patient_ids),
    }
    return asked if today is None else {**asked, "overdue": tests_not_done(patient_ids, today)}


def _seldom(patient_ids: Collection[int], present: Present) -> dict[str, list[Any]]:
    """Clinicians' findings and values in quarantine, read in one message where there are any."""
    wanted: dict[str, QuerySet[Any]] = {}
    if ClinicalFinding in present:
        wanted["findings"] = usable_findings(patient_ids)
    if Quarantine in present:
        wanted["waiting"] = waiting_values(patient_ids)
    return read_together(**wanted) if wanted else {}


def _other_rows(seldom: Mapping[str, list[Any]], answers: Mapping[str, Rows], today: date | None) -> list[Row]:
    """What else is read as results: rows whose `patient` is the number of the patient and whose `result` is 0."""
    rows = list(finding_rows(seldom.get("findings", ())))
    rows += symptom_rows(answers["symptoms"])
    return rows if today is None else [*rows, *overdue_rows(answers["overdue"], today)]


def _assembled(
    facts: list[PatientFacts],
    subjects: Mapping[str | int, Subject],
    read: ReadResults,
    others_read: Sequence[Row],
    seldom: Mapping[str, list[Any]],
) -> Cohort:
    """Facts, results and what else is read as results, put together."""
    keys: dict[int, list[str | int]] = defaultdict(list)
    for key, subject in subjects.items():
        keys[subject.patient_id].append(key)
    place_of = {item.key: place for place, item in enumerate(facts)}
    others = [row._replace(patient=key) for row in others_read for key in keys[int(row.patient)]]
    waiting = waiting_rows(seldom.get("waiting", ()))
    groups = list(dict.fromkeys([*read.groups, *(row.group for row in others)]))
    notes = list(dict.fromkeys([*read.notes, *(row.note for row in others)]))
    columns = read.columns
    if others:
        columns = joined(columns, columns_of(others, place_of, _numbered(groups), _numbered(notes)))
    return Cohort.from_columns(
        facts,
        groups=groups or (("", "", ""),),
        accessions=[*read.accessions, *(row.accession for row in others)],
        unreadable=[
            (place_of[key], row.analyte, day_number(row.collected_on))
            for row in waiting
            for key in keys[int(row.patient)]
        ],
        notes=notes or (NO_NOTE,),
        **columns.as_given(),
    )


def _numbered(items: Sequence[T]) -> dict[T, int]:
    return {item: place for place, item in enumerate(items)}
