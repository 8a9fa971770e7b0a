from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.register_patient import add_identifier, register_patient
from patients.models import AuditEvent, Identifier, Patient, Sex, User
from patients.problems import problems_of
from tests.factories import make_nurse, make_patient, make_site, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def register(by: User, **changes: Any) -> Patient:
    given: dict[str, Any] = {
        "site": by.sites.get(),
        "family_name": " Okafor ",
        "given_name": "Ines",
        "birth_date": date(1958, 3, 14),
        "sex": Sex.FEMALE,
        "identifiers": [("mrn", "0012")],
        "by": by,
        "now": NOW,
    }
    return register_patient(**given | changes)


@pytest.fixture
def nurse() -> User:
    return make_nurse(make_site())


def refused(error: pytest.ExceptionInfo[ValidationError]) -> str:
    [problem] = problems_of(error.value)
    assert problem.what
    assert problem.mend
    return problem.where


def test_it_registers_with_number_and_audit_row(nurse: User) -> None:
    patient = register(nurse)
    assert str(patient) == "Okafor, Ines"
    assert list(patient.identifiers.values_list("system", "value")) == [("mrn", "0012")]
    assert AuditEvent.objects.get(patient=patient).verb == "patient.register"


def test_leading_zeros_make_another_number(nurse: User) -> None:
    register(nurse)
    register(nurse, identifiers=[("mrn", "12")])
    assert Patient.objects.count() == 2


def test_a_number_in_use_is_refused_and_nothing_is_kept(nurse: User) -> None:
    make_patient(mrn="0012")
    with pytest.raises(ValidationError) as error:
        register(nurse, identifiers=[("mrn", "0013"), ("mrn", "0012")])
    assert refused(error) == "identifiers"
    assert Patient.objects.count() == 1
    assert not Identifier.objects.filter(value="0013").exists()


@pytest.mark.parametrize("identifiers", [[], [("mrn", "  ")]])
def test_a_patient_without_number_is_refused(nurse: User, identifiers: list[tuple[str, str]]) -> None:
    with pytest.raises(ValidationError) as error:
        register(nurse, identifiers=identifiers)
    assert refused(error) == "identifiers"


def test_born_today_at_the_site_is_taken_and_tomorrow_is_not() -> None:
    auckland = make_nurse(make_site(time_zone="Pacific/Auckland"))
    assert register(auckland, birth_date=date(2025, 6, 2))
    with pytest.raises(ValidationError) as error:
        register(auckland, birth_date=date(2025, 6, 3), identifiers=[("mrn", "2")])
    assert refused(error) == "birth_date"


def test_an_empty_name_is_named(nurse: User) -> None:
    with pytest.raises(ValidationError) as error:
        register(nurse, family_name=" ")
    assert refused(error) == "family_name"


def test_another_site_is_refused(nurse: User) -> None:
    with pytest.raises(AccessRefused):
        register(nurse, site=make_site())


def test_an_auditor_registers_nobody() -> None:
    with pytest.raises(AccessRefused):
        register(make_user("auditor", sites=[make_site()]))


def test_a_second_number_is_added_with_audit(nurse: User) -> None:
    patient = register(nurse)
    add_identifier(patient=patient, system="national", value=" 77 ", by=nurse)
    assert patient.identifiers.get(system="national").value == "77"
    assert AuditEvent.objects.filter(patient=patient, verb="patient.add_identifier").exists()
