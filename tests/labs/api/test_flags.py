from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import Flag, Level, ScheduledTest
from patients.models import AccessEvent, AuditEvent, User
from tests.factories import make_flag, make_nurse, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db
URL = "/api/v1/flags/"


@pytest.fixture
def physician() -> User:
    return make_physician(make_site())


@pytest.fixture
def flag(physician: User) -> Flag:
    return make_flag(make_patient(site=physician.sites.get()), owner=physician)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, flag: Flag, step: str, **body: Any) -> Any:
    return signed_in(user).post(f"{URL}{flag.pk}/{step}/", {"version": 1} | body, content_type="application/json")


def rules(user: User, **query: Any) -> list[str]:
    answer = signed_in(user).get(URL, query)
    assert answer.status_code == 200, answer.json()
    return [row["rule"] for row in answer.json()["results"]]


def test_only_flags_of_visible_patients_are_listed_newest_first(physician: User, flag: Flag) -> None:
    make_flag(flag.patient, rule="MM-CALCIUM")
    make_flag(rule="MM-HB")
    assert rules(physician) == ["MM-CALCIUM", "MM-PD-SERUM-M"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"level": "URGENT"}, 1),
        ({"level": ["INFO", "REVIEW"]}, 0),
        ({"review": "open"}, 1),
        ({"signal": "withdrawn"}, 0),
        ({"rule": "MM-PD-SERUM-M"}, 1),
        ({"disease": "AML"}, 0),
        ({"raised_since": "2025-06-01T12:00:00Z"}, 1),
        ({"raised_since": "2025-06-01T12:00:01Z"}, 0),
    ],
)
def test_filters(physician: User, flag: Flag, query: dict[str, Any], found: int) -> None:
    assert len(rules(physician, **query)) == found


def test_a_list_of_one_patient_is_a_look_into_the_record(physician: User, flag: Flag) -> None:
    rules(physician)
    assert not AccessEvent.objects.exists()
    rules(physician, patient=flag.patient_id)
    assert AccessEvent.objects.get().patient == flag.patient


def test_one_flag_comes_with_evidence_and_history(physician: User, flag: Flag) -> None:
    post(physician, flag, "acknowledge", note="seen")
    body = signed_in(physician).get(f"{URL}{flag.pk}/").json()
    assert body["finding"]["evidence"] == []
    assert [(event["kind"], event["note"]) for event in body["events"]] == [("acknowledged", "seen")]


def test_queries_do_not_grow_with_the_rows(
    physician: User, flag: Flag, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        make_flag(flag.patient, rule=f"R{number}", owner=physician)
    client = signed_in(physician)
    with django_assert_max_num_queries(8):
        assert len(client.get(URL).json()["results"]) == 11


def test_acknowledge_then_resolve_with_a_decision(physician: User, flag: Flag) -> None:
    assert post(physician, flag, "acknowledge").json()["review"] == "acknowledged"
    answer = post(physician, flag, "resolve", version=2, decision="relapse_confirmed")
    assert (answer.status_code, answer.json()["review"]) == (200, "resolved")
    assert AuditEvent.objects.filter(patient=flag.patient, by=physician).count() == 2


def test_a_repeat_test_is_made(physician: User, flag: Flag) -> None:
    day = timezone.now().date() + timedelta(days=10)
    repeat = {"kind": "cbc", "due_on": day.isoformat(), "closes_on": (day + timedelta(days=7)).isoformat()}
    assert post(physician, flag, "await-test", repeat=repeat).json()["review"] == "awaiting_test"
    assert ScheduledTest.objects.get().due_on == day


def test_reopening_keeps_the_decision_in_the_history(physician: User, flag: Flag) -> None:
    post(physician, flag, "resolve", decision="explained_therapy", note="G-CSF")
    body = post(physician, flag, "reopen", version=2).json()
    assert (body["review"], body["decision"]) == ("open", "")
    assert [event["kind"] for event in body["events"]] == ["resolved", "reopened"]


def test_a_flag_that_changed_meanwhile_is_a_conflict(physician: User, flag: Flag) -> None:
    post(physician, flag, "acknowledge")
    answer = post(physician, flag, "resolve", version=1, decision="relapse_confirmed")
    assert answer.status_code == 409
    assert answer.json()["problems"][0]["mend"]
    flag.refresh_from_db()
    assert flag.decision == ""


@pytest.mark.parametrize(("body", "status"), [({}, 400), ({"decision": "no_idea"}, 400), ({"decision": "watch"}, 409)])
def test_a_decision_must_be_complete(physician: User, flag: Flag, body: dict[str, Any], status: int) -> None:
    assert post(physician, flag, "resolve", **body).status_code == status


def test_a_nurse_reads_but_does_not_review(flag: Flag) -> None:
    nurse = make_nurse(flag.patient.site)
    assert rules(nurse, level=Level.URGENT) == ["MM-PD-SERUM-M"]
    assert post(nurse, flag, "acknowledge").status_code == 403


def test_a_foreign_flag_looks_like_a_missing_one(physician: User) -> None:
    assert post(physician, make_flag(), "acknowledge").status_code == 404
