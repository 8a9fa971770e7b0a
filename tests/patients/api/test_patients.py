from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from patients.models import AccessEvent, AuditEvent, Patient, User
from tests.factories import make_diagnosis, make_nurse, make_patient, make_site, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/patients/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def nurse() -> User:
    return make_nurse(make_site(code="north"))


def names(client: Client, **query: Any) -> list[str]:
    answer = client.get(URL, query)
    assert answer.status_code == 200, answer.json()
    return [row["family_name"] for row in answer.json()["results"]]


def wheres(answer: Any) -> list[str]:
    problems = answer.json()["problems"]
    assert all(problem["what"] and problem["mend"] for problem in problems)
    return [problem["where"] for problem in problems]


NEW = {
    "family_name": "Okafor",
    "given_name": "Ines",
    "birth_date": "1958-03-14",
    "sex": "female",
    "site": "north",
    "identifiers": [{"system": "mrn", "value": "0012"}],
}


def test_only_visible_patients_are_listed_by_name(nurse: User) -> None:
    site = nurse.sites.get()
    for name in ("Zorn", "abel", "Miro"):
        make_patient(site=site, family_name=name)
    make_patient(family_name="Elsewhere")
    assert names(signed_in(nurse)) == ["abel", "Miro", "Zorn"]


@pytest.mark.parametrize(
    "text", ["oka", "OKAFOR, in", "ines okafor", "0012", "14/03/1958", "1958-03-14", "14 March 1958"]
)
def test_search_by_name_number_and_birth_date(nurse: User, text: str) -> None:
    make_patient(site=nurse.sites.get(), mrn="0012")
    make_patient(site=nurse.sites.get(), family_name="Lund", given_name="Per", birth_date=date(1960, 1, 1))
    assert names(signed_in(nurse), q=text) == ["Okafor"]


def test_filters_by_number_site_and_disease(nurse: User) -> None:
    patient = make_patient(site=nurse.sites.get(), mrn="0012")
    make_diagnosis(patient, "AML")
    client = signed_in(nurse)
    assert names(client, mrn="0012", site="north", disease="AML") == ["Okafor"]
    assert names(client, mrn="12") == names(client, site="south") == names(client, disease="MM") == []


def test_an_unknown_disease_is_a_problem(nurse: User) -> None:
    answer = signed_in(nurse).get(URL, {"disease": "CML"})
    assert (answer.status_code, wheres(answer)) == (400, ["disease"])


def test_pages_follow_each_other_without_gap_or_repeat(nurse: User) -> None:
    for number in range(5):
        make_patient(site=nurse.sites.get(), family_name=f"Same{number // 2}", given_name="Ines")
    client, seen, address = signed_in(nurse), [], f"{URL}?page_size=2&q=same"
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address, last = page["next"], page
    assert seen == list(Patient.objects.values_list("pk", flat=True))
    back = client.get(last["previous"]).json()
    assert [row["id"] for row in back["results"]] == seen[2:4]


@pytest.mark.parametrize(
    ("name", "value"), [("page_size", "0"), ("page_size", "501"), ("page_size", "²"), ("after", "zzz")]
)
def test_a_damaged_page_address_is_a_problem(nurse: User, name: str, value: str) -> None:
    answer = signed_in(nurse).get(URL, {name: value})
    assert (answer.status_code, wheres(answer)) == (400, [name])


def test_the_number_of_queries_does_not_grow_with_the_rows(
    nurse: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(20):
        make_patient(site=nurse.sites.get())
    client = signed_in(nurse)
    with django_assert_max_num_queries(8):
        assert len(names(client)) == 20


def test_opening_a_patient_is_recorded(nurse: User) -> None:
    patient = make_patient(site=nurse.sites.get())
    answer = signed_in(nurse).get(f"{URL}{patient.pk}/")
    assert answer.json()["identifiers"] == [{"system": "mrn", "value": patient.identifiers.get().value}]
    assert AccessEvent.objects.get(patient=patient).by == nurse


def test_a_foreign_patient_looks_like_a_missing_one(nurse: User) -> None:
    client = signed_in(nurse)
    hidden, missing = client.get(f"{URL}{make_patient().pk}/"), client.get(f"{URL}999999/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json() == missing.json()
    assert not AccessEvent.objects.exists()


def test_it_registers(nurse: User) -> None:
    answer = signed_in(nurse).post(URL, NEW, content_type="application/json")
    assert answer.status_code == 201, answer.json()
    assert Patient.objects.get(pk=answer.json()["id"]).identifiers.get().value == "0012"
    assert AuditEvent.objects.get().by == nurse


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"birth_date": "14/03/1958"}, "birth_date"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"site": "south"}, "site"),
        ({"identifiers": []}, "identifiers"),
        ({"identifiers": [{"system": "mrn", "value": ""}]}, "identifiers.0.value"),
        ({"family_name": ""}, "family_name"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(nurse: User, changes: dict[str, Any], where: str) -> None:
    make_site(code="south")
    answer = signed_in(nurse).post(URL, NEW | changes, content_type="application/json")
    assert (answer.status_code, wheres(answer)) == (400, [where])
    assert not Patient.objects.exists()


def test_a_number_in_use_is_a_problem(nurse: User) -> None:
    make_patient(mrn="0012")
    answer = signed_in(nurse).post(URL, NEW, content_type="application/json")
    assert (answer.status_code, wheres(answer)) == (400, ["identifiers"])


def test_it_corrects(nurse: User) -> None:
    patient = make_patient(site=nurse.sites.get())
    change = {"family_name": "Lund", "reason": "typing"}
    answer = signed_in(nurse).patch(f"{URL}{patient.pk}/", change, content_type="application/json")
    assert answer.json()["family_name"] == "Lund"
    assert AuditEvent.objects.get().detail["reason"] == "typing"


def test_an_auditor_changes_nothing() -> None:
    patient = make_patient()
    auditor = make_user("auditor", sites=[patient.site])
    answer = signed_in(auditor).patch(f"{URL}{patient.pk}/", {"family_name": "X"}, content_type="application/json")
    assert (answer.status_code, wheres(answer)) == (403, [""])


@pytest.mark.parametrize("method", ["put", "delete"])
def test_nothing_is_replaced_or_deleted(nurse: User, method: str) -> None:
    patient = make_patient(site=nurse.sites.get())
    answer = getattr(signed_in(nurse), method)(f"{URL}{patient.pk}/")
    assert (answer.status_code, wheres(answer)) == (405, [""])


def test_nobody_signed_in_gets_problems_not_a_sign_in_page() -> None:
    answer = Client().get(URL)
    assert (answer.status_code, wheres(answer)) == (401, [""])


def test_what_is_not_json_is_a_problem(nurse: User) -> None:
    client = signed_in(nurse)
    assert wheres(client.post(URL, "{", content_type="application/json")) == [""]
    assert client.post(URL, {"family_name": "X"}).status_code == 415


def test_an_answer_to_no_correction_is_a_look_into_the_record() -> None:
    nurse = make_nurse(make_site())
    patient = make_patient(site=nurse.sites.get())
    client = Client()
    client.force_login(nurse)
    for path in (f"/api/v1/patients/{patient.pk}/", f"/api/v1/care-teams/{patient.pk}/"):
        assert client.patch(path, {}, content_type="application/json").status_code == 200
    assert list(AccessEvent.objects.values_list("view", flat=True)) == ["api:patient", "api:care-team"]
