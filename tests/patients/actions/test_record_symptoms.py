from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.record_symptoms import record_symptoms
from patients.models import AuditEvent, Patient, SymptomReport, User
from tests.factories import make_nurse, make_patient, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
KNOWN = {"fatigue", "bone_pain"}


def tell(patient: Patient, *symptoms: str, on: date = date(2025, 6, 1), by: User | None = None) -> SymptomReport:
    return record_symptoms(
        patient=patient,
        reported_on=on,
        symptoms=symptoms,
        known=KNOWN,
        note=" since May ",
        by=by or make_nurse(patient.site),
        now=NOW,
    )


def test_symptoms_are_kept_once_each_with_who_and_audit() -> None:
    report = tell(make_patient(), "fatigue", "bone_pain", "fatigue")
    assert (report.symptoms, report.note) == (["bone_pain", "fatigue"], "since May")
    assert AuditEvent.objects.get().by == report.recorded_by


def test_no_symptom_is_an_answer() -> None:
    assert tell(make_patient()).symptoms == []


def test_an_unknown_code_is_refused_with_its_name() -> None:
    with pytest.raises(ValidationError, match="gloom"):
        tell(make_patient(), "fatigue", "gloom")
    assert not SymptomReport.objects.exists()


def test_a_day_ahead_is_refused() -> None:
    with pytest.raises(ValidationError) as error:
        tell(make_patient(), on=date(2025, 6, 2))
    assert set(error.value.message_dict) == {"reported_on"}


def test_a_foreign_nurse_is_refused() -> None:
    with pytest.raises(AccessRefused):
        tell(make_patient(), by=make_nurse(make_site()))
