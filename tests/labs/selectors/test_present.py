"""What is asked only where it is there must be looked for first; else it would never be read."""

from __future__ import annotations

import pytest

from labs.models import AssayBridge, ClinicalFinding, CriteriaChange, Quarantine, SpuriousMark
from labs.selectors.present import CONDITIONS, present_of
from tests.factories import make_patient
from tests.factories.findings import make_finding

pytestmark = pytest.mark.django_db


def test_nothing_is_there_for_a_patient_of_whom_nothing_was_said() -> None:
    assert not present_of([make_patient().pk])


def test_what_is_said_of_one_patient_is_there_for_that_one_only() -> None:
    patient, other = make_patient(), make_patient()
    make_finding(patient)
    assert present_of([patient.pk]) == {ClinicalFinding}
    assert present_of([patient.pk, other.pk]) == {ClinicalFinding}
    assert not present_of([other.pk])


def test_every_table_that_is_skipped_when_empty_is_looked_at() -> None:
    assert {Quarantine, CriteriaChange, ClinicalFinding, AssayBridge, SpuriousMark} == CONDITIONS.keys()
