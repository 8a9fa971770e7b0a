from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import Letter
from patients.models import AccessEvent, User
from tests.factories import make_administrator, make_nurse, make_patient, make_scheduled_test
from tests.factories.contact import make_letter
from tests.factories.letter_ground import Ground, open_ground

pytestmark = pytest.mark.django_db
URL = "/api/v1/letters/"


@pytest.fixture
def today() -> date:
    return timezone.now().date()


@pytest.fixture
def ground(today: date) -> Ground:
    ground = open_ground()
    make_scheduled_test(ground.patient, due_on=today)
    return ground


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def prepare(user: User, *patients: int, kind: str = "due", channel: str = "post") -> Any:
    body = {"kind": kind, "channel": channel, "patients": list(patients)}
    return signed_in(user).post(URL, body, content_type="application/json")


def step(user: User, letter: int, verb: str) -> Any:
    return signed_in(user).post(f"{URL}{letter}/{verb}/", {}, content_type="application/json")


def test_make_list_and_post_a_letter(ground: Ground) -> None:
    answer = prepare(ground.nurse, ground.patient.pk)
    assert answer.status_code == 201, answer.json()
    (letter,) = answer.json()["letters"]
    assert (letter["state"], letter["channel"], letter["patient"]) == ("prepared", "post", ground.patient.pk)
    assert signed_in(ground.nurse).get(URL).json()["results"] == [letter]
    posted = step(ground.nurse, letter["id"], "posted").json()
    assert (posted["state"], posted["sent_at"] is None) == ("sent", False)
    assert AccessEvent.objects.filter(patient=ground.patient, view="api:letters").count() == 3


def test_queue_and_cancel_a_message(ground: Ground) -> None:
    (letter,) = prepare(ground.nurse, ground.patient.pk, channel="email").json()["letters"]
    assert step(ground.nurse, letter["id"], "queue").json()["state"] == "waiting"
    assert step(ground.nurse, letter["id"], "cancel").json()["state"] == "cancelled"
    assert step(ground.nurse, letter["id"], "queue").status_code == 409


def test_what_is_refused_says_for_whom_and_why(ground: Ground) -> None:
    other = make_patient(site=ground.site, family_name="Lund")
    answer = prepare(ground.nurse, ground.patient.pk, other.pk)
    assert answer.status_code == 409
    (problem,) = answer.json()["problems"]
    assert "Lund, Ines: No contact details are recorded." in problem["what"]
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "news", "channel": "post", "patients": [1]},
        {"kind": "due", "channel": "phone", "patients": [1]},
        {"kind": "due", "channel": "post", "patients": []},
        {"kind": "due", "channel": "post", "patients": [2**70]},
        {"kind": "due", "channel": "post", "patients": ["x"]},
    ],
)
def test_what_cannot_be_read_is_refused(ground: Ground, body: dict[str, Any]) -> None:
    assert signed_in(ground.nurse).post(URL, body, content_type="application/json").status_code == 400


def test_a_patient_of_others_is_named_as_unknown_and_nobody_gets_a_letter(ground: Ground) -> None:
    other = make_patient()
    answer = prepare(ground.nurse, ground.patient.pk, other.pk)
    assert answer.status_code == 400
    assert str(other.pk) in answer.json()["problems"][0]["what"]
    assert not Letter.objects.exists()


def test_letters_of_others_look_like_missing_ones(ground: Ground) -> None:
    letter = make_letter(ground.patient)
    stranger = make_nurse()
    assert signed_in(stranger).get(URL).json()["results"] == []
    assert signed_in(stranger).get(f"{URL}{letter.pk}/").status_code == 404
    assert step(stranger, letter.pk, "cancel").status_code == 404


def test_an_administrator_reads_and_sends_nothing(ground: Ground) -> None:
    administrator = make_administrator(ground.site)
    letter = make_letter(ground.patient)
    assert signed_in(administrator).get(f"{URL}{letter.pk}/").status_code == 200
    assert step(administrator, letter.pk, "cancel").status_code == 403
    assert prepare(administrator, ground.patient.pk).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [({"state": "sent"}, 1), ({"state": ["sent", "prepared"]}, 2), ({"channel": "sms"}, 1), ({"kind": "stable"}, 0)],
)
def test_filters(ground: Ground, query: dict[str, Any], found: int) -> None:
    make_letter(ground.patient)
    make_letter(ground.patient, channel="sms", state="sent")
    assert len(signed_in(ground.nurse).get(URL, query).json()["results"]) == found


def test_queries_do_not_grow_with_the_rows(
    ground: Ground, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for days in range(10):
        make_letter(make_patient(site=ground.site), made_at=timezone.now() - timedelta(days=days))
    client = signed_in(ground.nurse)
    with django_assert_max_num_queries(8):
        assert len(client.get(URL).json()["results"]) == 10
