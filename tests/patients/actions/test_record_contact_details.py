from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.record_contact_details import record_contact_details
from patients.models import AuditEvent, ContactDetails, Patient
from patients.problems import problems_of
from tests.factories import make_nurse, make_patient, make_user
from tests.factories.contact import make_contact_details

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def told(patient: Patient, **reach: Any) -> ContactDetails:
    return record_contact_details(patient=patient, by=make_nurse(patient.site), now=NOW, **reach)


def refused_at(patient: Patient, **reach: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        told(patient, **reach)
    assert all(problem.what and problem.mend for problem in problems_of(refused.value))
    return [problem.where for problem in problems_of(refused.value)]


def test_it_is_recorded_and_what_is_not_named_stays() -> None:
    patient = make_patient()
    told(patient, address=" 12 Mill Lane \n\n Newtown ", phone="020 7946 0000")
    row = told(patient, email="ines@mail.example", allows_email=True, language="fr")
    assert (row.address, row.phone, row.email) == ("12 Mill Lane\nNewtown", "020 7946 0000", "ines@mail.example")
    assert row.recorded_at == NOW


def test_without_a_word_nothing_but_the_post_is_allowed() -> None:
    row = told(make_patient(), email="ines@mail.example", mobile="+44 7700 900123")
    assert (row.allows_post, row.allows_email, row.allows_sms) == (True, False, False)


def test_the_audit_row_names_fields_and_holds_no_address() -> None:
    patient = make_patient()
    told(patient, email="ines@mail.example", address="12 Mill Lane")
    assert AuditEvent.objects.get(patient=patient).detail == {"changed": ["address", "email"]}


def test_the_former_details_stay_in_the_history() -> None:
    patient = make_patient()
    told(patient, phone="020 7946 0000")
    row = told(patient, phone="020 7946 0999")
    assert row.history.filter(phone="020 7946 0000").exists()


def test_the_same_again_writes_nothing() -> None:
    patient = make_patient()
    before = told(patient, phone="020 7946 0000").recorded_by
    assert told(patient, phone="020 7946 0000 ").recorded_by == before
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    "number", ["020 7946 0000", "+33 1 23 45 67 89", "(030) 12-34.56/7", "123456", "+12 345678901234 5"]
)
def test_telephone_numbers_of_the_world_are_taken(number: str) -> None:
    assert told(make_patient(), phone=number).phone == number


@pytest.mark.parametrize(
    "number", ["12345", "+1234 5678 9012 3456", "call home", "44+1234567", "++4412345678", "٠١٢٣٤٥٦٧"]
)
def test_what_is_no_telephone_number_is_refused(number: str) -> None:
    assert refused_at(make_patient(), phone=number) == ["phone"]


def test_a_mobile_number_needs_its_country_code() -> None:
    assert refused_at(make_patient(), mobile="07700 900123") == ["mobile"]


@pytest.mark.parametrize(
    "address", ["ines", "ines@", "a@x.example, b@y.example", "ines@mail.example\nBcc: x@y.example"]
)
def test_what_is_no_e_mail_address_is_refused(address: str) -> None:
    assert refused_at(make_patient(), email=address) == ["email"]


def test_an_address_must_fit_the_window() -> None:
    assert told(make_patient(), address="\n".join(["x" * 45] * 6)).address
    assert refused_at(make_patient(), address="\n".join(["x"] * 7)) == ["address"]
    assert refused_at(make_patient(), address="x" * 46) == ["address"]


def test_a_language_is_a_code() -> None:
    assert told(make_patient(), language="de-at").language == "de-at"
    assert refused_at(make_patient(), language="German") == ["language"]


def test_consent_needs_an_address() -> None:
    assert refused_at(make_patient(), allows_email=True, allows_sms=True) == ["allows_email", "allows_sms"]


def test_the_address_of_a_consent_is_not_taken_away() -> None:
    patient = make_patient()
    make_contact_details(patient)
    assert refused_at(patient, email="") == ["allows_email"]
    assert told(patient, email="", allows_email=False).email == ""


def test_only_who_sees_and_describes_the_patient() -> None:
    patient = make_patient()
    for person in (make_nurse(), make_user("auditor", sites=[patient.site])):
        with pytest.raises(AccessRefused):
            record_contact_details(patient=patient, phone="123456", by=person, now=NOW)
    assert not ContactDetails.objects.exists()
