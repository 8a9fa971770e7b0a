"""The worklist, contact attempts and assigning through the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from labs.models import ContactAttempt, ScheduledTest
from patients.models import AccessEvent, User
from tests.factories.people import make_administrator, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test

pytestmark = pytest.mark.django_db
URL = "/api/v1/worklist/"
CONTACTS = "/api/v1/contact-attempts/"


@pytest.fixture
def nurse() -> User:
    return make_nurse(make_site(time_zone="UTC"))


@pytest.fixture
def test(nurse: User) -> ScheduledTest:
    plan = make_plan(make_diagnosis(make_patient(site=nurse.sites.get()), risk_group="high"))
    return make_scheduled_test(plan.patient, plan=plan, step="a", due_on=today() - timedelta(days=30))


def today() -> date:
    return timezone.now().date()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, address: str, **body: Any) -> Any:
    return client_of(user).post(address, body, content_type="application/json")


def test_a_part_of_the_list_in_its_order_page_by_page(nurse: User, test: ScheduledTest) -> None:
    other = make_scheduled_test(make_patient(site=nurse.sites.get()), due_on=today() - timedelta(days=60))
    client = client_of(nurse)
    first = client.get(URL, {"page_size": 1}).json()
    assert [(row["test"], row["risk"], row["days_late"]) for row in first["results"]] == [(test.pk, 0, 23)]
    second = client.get(first["next"]).json()
    assert [row["test"] for row in second["results"]] == [other.pk]
    assert [row["test"] for row in client.get(second["previous"]).json()["results"]] == [test.pk]
    assert client.get(f"{URL}counts/").json()["overdue"] == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"tab": "week"}, 0),
        ({"risk": 0}, 1),
        ({"risk": 3}, 0),
        ({"disease": "AML"}, 0),
        ({"kind": "cbc"}, 1),
        ({"assigned": "me"}, 0),
        ({"assigned": "nobody"}, 1),
        ({"q": "nobodysname"}, 0),
        ({"site": 999_999}, 0),
    ],
)
def test_the_list_is_narrowed_and_the_counts_with_it(nurse: User, test: ScheduledTest, query, found) -> None:
    client = client_of(nurse)
    assert len(client.get(URL, query).json()["results"]) == found
    if "tab" not in query:
        assert client.get(f"{URL}counts/", query).json()["overdue"] == found


@pytest.mark.parametrize("query", [{"tab": "x"}, {"risk": 9}, {"page_size": 0}, {"after": "damaged"}, {"site": "x"}])
def test_what_cannot_be_asked_is_refused_with_the_field(nurse: User, query) -> None:
    answer = client_of(nurse).get(URL, query)
    assert answer.status_code == 400
    assert next(iter(query)) in answer.content.decode()


def test_it_is_for_clinicians_and_their_patients(nurse: User, test: ScheduledTest) -> None:
    assert client_of(make_nurse(make_site())).get(URL).json()["results"] == []
    assert client_of(make_administrator(test.patient.site)).get(URL).status_code == 403
    assert Client().get(URL).status_code == 401
    assert client_of(nurse).post(URL).status_code == 405


def test_a_contact_is_recorded_and_listed(nurse: User, test: ScheduledTest) -> None:
    body = {"patient": test.patient_id, "outcome": "no_answer", "tests": [test.pk], "note": "rang twice"}
    answer = post(nurse, CONTACTS, **body)
    assert answer.status_code == 201
    made = answer.json()
    assert (made["by"], made["channel"], made["tests"], made["note"]) == (nurse.pk, "phone", [test.pk], "rang twice")
    assert made["again_on"] > today().isoformat()
    rows = client_of(nurse).get(CONTACTS, {"patient": test.patient_id}).json()["results"]
    assert [row["id"] for row in rows] == [made["id"]]
    assert client_of(nurse).get(CONTACTS, {"outcome": "agreed"}).json()["results"] == []
    assert AccessEvent.objects.filter(view="api:contact-attempts").exists()
    assert client_of(nurse).get(URL, {"tab": "again"}).json()["results"][0]["calls"] == 1


def test_a_contact_that_cannot_be_is_refused_and_nothing_is_kept(nurse: User, test: ScheduledTest) -> None:
    body: dict[str, Any] = {"patient": test.patient_id, "outcome": "call_again", "tests": [test.pk]}
    assert post(nurse, CONTACTS, **body).status_code == 409
    assert post(nurse, CONTACTS, **body | {"outcome": "sang"}).status_code == 400
    assert post(nurse, CONTACTS, **body | {"outcome": "agreed", "tests": [999_999]}).status_code == 409
    assert post(make_nurse(make_site()), CONTACTS, **body | {"outcome": "agreed"}).status_code == 400
    assert post(make_administrator(test.patient.site), CONTACTS, **body | {"outcome": "agreed"}).status_code == 403
    assert not ContactAttempt.objects.exists()


def test_a_test_is_assigned(nurse: User, test: ScheduledTest) -> None:
    colleague = make_nurse(test.patient.site)
    address = f"/api/v1/scheduled-tests/{test.pk}/assign/"
    assert post(nurse, address, to=colleague.pk).json()["assigned_to"] == colleague.pk
    assert post(nurse, address, to=None).json()["assigned_to"] is None
    assert post(nurse, address, to=make_nurse(make_site()).pk).status_code == 409
    assert post(nurse, address, to=999_999).status_code == 400
