from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.record_diagnosis import record_diagnosis
from patients.models import AuditEvent, Diagnosis, Patient
from tests.factories import make_nurse, make_patient, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def diagnose(patient: Patient, disease: str = "MM", **facts: Any) -> Diagnosis:
    return record_diagnosis(patient=patient, disease=disease, by=make_nurse(patient.site), now=NOW, **facts)


def test_a_new_diagnosis_is_made() -> None:
    patient = make_patient()
    made = diagnose(
        patient, heavy_chain="IgG", light_chain="kappa", measurable=["serum_m"], remission_on=date(2024, 1, 1)
    )
    assert patient.diagnoses.get() == made
    assert AuditEvent.objects.get().verb == "diagnosis.record"


def test_a_second_statement_changes_only_what_it_names() -> None:
    patient = make_patient()
    diagnose(patient, heavy_chain="IgG", remission_on=date(2024, 1, 1))
    changed = diagnose(patient, remission_on=date(2024, 2, 1))
    assert (changed.heavy_chain, changed.remission_on) == ("IgG", date(2024, 2, 1))
    assert AuditEvent.objects.get(verb="diagnosis.change").detail == {
        "changed": {"remission_on": ["2024-01-01", "2024-02-01"]}
    }


def test_the_same_again_writes_nothing() -> None:
    patient = make_patient()
    diagnose(patient, heavy_chain="IgG")
    diagnose(patient, heavy_chain="IgG")
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("disease", "facts", "where"),
    [
        ("CML", {}, "disease"),
        ("AML", {"heavy_chain": "IgG"}, "heavy_chain"),
        ("MM", {"heavy_chain": "IgX"}, "heavy_chain"),
        ("MM", {"remission_on": date(2025, 6, 2)}, "remission_on"),
        ("MM", {"diagnosed_on": date(2024, 1, 2), "remission_on": date(2024, 1, 1)}, "remission_on"),
    ],
)
def test_bad_facts_are_refused_by_field(disease: str, facts: dict[str, Any], where: str) -> None:
    with pytest.raises(ValidationError) as error:
        diagnose(make_patient(), disease, **facts)
    assert set(error.value.message_dict) == {where}
    assert not Diagnosis.objects.exists()


def test_remission_on_the_day_of_diagnosis_is_taken() -> None:
    assert diagnose(make_patient(), diagnosed_on=date(2024, 1, 1), remission_on=date(2024, 1, 1))


def test_a_remission_before_the_diagnosis_stated_earlier_is_refused() -> None:
    patient = make_patient()
    diagnose(patient, diagnosed_on=date(2024, 1, 2))
    with pytest.raises(ValidationError):
        diagnose(patient, remission_on=date(2024, 1, 1))


def test_a_foreign_nurse_is_refused() -> None:
    with pytest.raises(AccessRefused):
        record_diagnosis(patient=make_patient(), disease="MM", by=make_nurse(make_site()), now=NOW)
