"""What is asked only where it is there must be looked for first; else it would never be read."""

from __future__ import annotations

import pytest

from labs.models import AssayBridge, CriteriaChange, Quarantine, Rebaseline, SpuriousMark
from labs.selectors.present import CONDITIONS, present_of
from labs.selectors.rows import OTHERS
from patients.models import CourseEvent, SymptomReport
from tests.factories import make_diagnosis, make_nurse, make_patient

pytestmark = pytest.mark.django_db


def test_nothing_is_there_for_a_patient_of_whom_nothing_was_said() -> None:
    assert not present_of([make_patient().pk])


def test_what_is_said_of_one_patient_is_there_for_that_one_only() -> None:
    patient, other = make_patient(), make_patient()
    SymptomReport.objects.create(
        patient=patient, reported_on="2026-10-10", symptoms=["fever"], recorded_by=make_nurse()
    )
    assert present_of([patient.pk]) == {SymptomReport}
    assert present_of([patient.pk, other.pk]) == {SymptomReport}
    assert not present_of([other.pk])


def test_a_remission_of_a_diagnosis_is_there_for_its_patient() -> None:
    patient, other = make_patient(), make_patient()
    make_diagnosis(patient)
    assert (CourseEvent in present_of([patient.pk])) == CourseEvent.objects.filter(diagnosis__patient=patient).exists()
    assert CourseEvent not in present_of([other.pk])


def test_every_table_that_is_skipped_when_empty_is_looked_at() -> None:
    assert OTHERS.keys() <= CONDITIONS.keys()
    assert {Quarantine, CriteriaChange, CourseEvent, Rebaseline, AssayBridge, SpuriousMark} <= CONDITIONS.keys()
