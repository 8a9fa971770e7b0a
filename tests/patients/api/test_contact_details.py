from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from patients.models import AccessEvent, Patient, User
from tests.factories import make_nurse, make_patient, make_user
from tests.factories.contact import make_contact_details

pytestmark = pytest.mark.django_db


def patch(user: User, patient: Patient, **body: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.patch(f"/api/v1/contact-details/{patient.pk}/", body, content_type="application/json")


def get(user: User, patient: Patient) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/api/v1/contact-details/{patient.pk}/")


def test_read_and_change() -> None:
    patient = make_patient()
    nurse = make_nurse(patient.site)
    assert get(nurse, patient).json()["recorded_at"] is None
    answer = patch(nurse, patient, email="ines@mail.example", allows_email=True).json()
    assert (answer["email"], answer["allows_email"], answer["recorded_by"]) == (
        "ines@mail.example",
        True,
        nurse.username,
    )
    assert get(nurse, patient).json() == answer
    assert AccessEvent.objects.filter(patient=patient, view="api:contact-details").count() == 3


def test_what_is_wrong_is_said_with_where_and_how_to_mend_it() -> None:
    patient = make_patient()
    answer = patch(make_nurse(patient.site), patient, email="ines", mobile="1")
    assert answer.status_code == 400
    assert {problem["where"] for problem in answer.json()["problems"]} == {"email", "mobile"}
    assert all(problem["mend"] for problem in answer.json()["problems"])


def test_a_foreign_patient_looks_like_a_missing_one() -> None:
    patient = make_patient()
    make_contact_details(patient)
    assert get(make_nurse(), patient).status_code == 404
    assert patch(make_nurse(), patient, phone="123456").status_code == 404


def test_an_auditor_reads_and_changes_nothing() -> None:
    patient = make_patient()
    auditor = make_user("auditor", sites=[patient.site])
    assert get(auditor, patient).status_code == 200
    assert patch(auditor, patient, phone="123456").status_code == 403
