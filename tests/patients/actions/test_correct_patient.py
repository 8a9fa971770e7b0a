from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.correct_patient import correct_patient
from patients.models import AuditEvent
from tests.factories import make_nurse, make_patient, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_it_changes_tells_what_and_keeps_the_former_row() -> None:
    patient = make_patient(family_name="Okafor")
    nurse = make_nurse(patient.site)
    corrected = correct_patient(
        patient=patient, family_name="Okafor-Lund", birth_date=date(1958, 3, 15), reason="typing", by=nurse, now=NOW
    )
    assert corrected.family_name == "Okafor-Lund"
    detail = AuditEvent.objects.get(verb="patient.correct").detail
    assert detail == {
        "changed": {"family_name": ["Okafor", "Okafor-Lund"], "birth_date": ["1958-03-14", "1958-03-15"]},
        "reason": "typing",
    }
    assert patient.history.filter(family_name="Okafor").exists()


def test_the_same_again_writes_nothing() -> None:
    patient = make_patient()
    correct_patient(patient=patient, family_name=patient.family_name, by=make_nurse(patient.site), now=NOW)
    assert not AuditEvent.objects.exists()


def test_a_move_needs_access_to_the_new_site_too() -> None:
    patient = make_patient()
    with pytest.raises(AccessRefused):
        correct_patient(patient=patient, site=make_site(), by=make_nurse(patient.site), now=NOW)


def test_a_foreign_nurse_is_refused() -> None:
    with pytest.raises(AccessRefused):
        correct_patient(patient=make_patient(), family_name="X", by=make_nurse(make_site()), now=NOW)


@pytest.mark.parametrize(("field", "value"), [("birth_date", date(2025, 6, 2)), ("family_name", " "), ("sex", "x")])
def test_bad_values_are_refused_by_field(field: str, value: object) -> None:
    patient = make_patient()
    with pytest.raises(ValidationError) as error:
        correct_patient(patient=patient, by=make_nurse(patient.site), now=NOW, **{field: value})
    assert set(error.value.message_dict) == {field}


def test_a_death_before_the_birth_is_refused() -> None:
    patient = make_patient(birth_date=date(1958, 3, 14))
    with pytest.raises(ValidationError):
        correct_patient(patient=patient, deceased_on=date(1958, 3, 13), by=make_nurse(patient.site), now=NOW)
