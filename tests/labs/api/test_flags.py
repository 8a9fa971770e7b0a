from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import Flag, Level, ScheduledTest
from patients.models import AccessEvent, AuditEvent, CourseEvent, User
from tests.factories import make_diagnosis, make_flag, make_nurse, make_opinion, make_patient, make_physician, make_site

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


def detail(user: User, flag: Flag) -> Any:
    return signed_in(user).get(f"{URL}{flag.pk}/").json()


def test_a_work_up_is_made_shown_with_the_decision_and_undone(physician: User, flag: Flag) -> None:
    until = (timezone.now().date() + timedelta(days=10)).isoformat()
    work_up = {"kinds": ["marrow", "mri"], "until": until}
    body = post(physician, flag, "resolve", decision="work_up", work_up=work_up).json()
    [made] = body["decisions"]
    assert (made["decision"], made["by"], body["review"]) == ("work_up", physician.username, "awaiting_test")
    assert {row["test"] for row in made["created"]} == set(ScheduledTest.objects.values_list("pk", flat=True))
    assert made["undo_until"] > made["at"]
    body = post(physician, flag, "undo", version=body["version"]).json()
    assert (body["review"], body["decisions"][0]["undone_by"]) == ("open", physician.username)
    assert all(row["taken_back"] for row in body["decisions"][0]["created"])
    assert not ScheduledTest.objects.filter(skipped_because="").exists()


def test_a_decision_is_put_right_and_says_what_stays(physician: User) -> None:
    diagnosis = make_diagnosis(make_patient(site=physician.sites.get()))
    flag = make_flag(diagnosis.patient, diagnosis=diagnosis, owner=physician)
    relapse = {"on": "2025-05-02", "sites": ["marrow"]}
    line = {"regimen": "DKd", "started_on": "2025-05-20"}
    body = post(physician, flag, "resolve", decision="relapse_confirmed", relapse=relapse, line=line).json()
    turn, new = body["decisions"][0]["created"]
    more = {"version": body["version"], "decision": "no_relapse", "reason": "another patient's marrow"}
    assert post(physician, flag, "correct", **more).status_code == 409
    assert post(physician, flag, "correct", **more | {"reason": ""}).status_code == 400
    body = post(physician, flag, "correct", **more, taken_back=[turn["id"], new["id"]]).json()
    assert [(one["decision"], one["corrects"]) for one in body["decisions"]] == [
        ("relapse_confirmed", None),
        ("no_relapse", body["decisions"][0]["id"]),
    ]
    assert [event["kind"] for event in body["events"]][-1] == "corrected"
    assert not CourseEvent.objects.filter(kind="relapse", withdrawn_at=None).exists()


def test_a_second_opinion_is_asked_listed_and_answered(physician: User, flag: Flag) -> None:
    colleague = make_physician(flag.patient.site)
    due = timezone.now().date().isoformat()
    opinion = {"question": "A relapse?", "due_on": due, "colleague": colleague.username}
    body = post(physician, flag, "resolve", decision="second_opinion", opinion=opinion).json()
    assert (body["review"], body["owner"]) == ("acknowledged", physician.username)
    client = signed_in(colleague)
    [row] = client.get("/api/v1/second-opinions/", {"colleague": colleague.username, "waiting": True}).json()["results"]
    assert (row["question"], row["flag"], row["answer"]) == ("A relapse?", flag.pk, "")
    address = f"/api/v1/second-opinions/{row['id']}/answer/"
    given = {"answer": "No."}
    assert signed_in(physician).post(address, given, content_type="application/json").status_code == 409
    assert client.post(address, given, content_type="application/json").json()["answered_by"] == colleague.username
    assert client.post(address, given, content_type="application/json").status_code == 409
    assert detail(physician, flag)["review"] == "open"


def test_opinions_on_foreign_patients_are_nowhere(physician: User) -> None:
    row = make_opinion(make_flag())
    assert signed_in(physician).get("/api/v1/second-opinions/").json()["results"] == []
    assert signed_in(physician).get(f"/api/v1/second-opinions/{row.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"decision": "work_up", "work_up": {"kinds": [], "until": "2099-01-01"}}, 400),
        ({"decision": "work_up", "work_up": {"kinds": ["tea"], "until": "2099-01-01"}}, 400),
        ({"decision": "work_up"}, 409),
        ({"decision": "second_opinion", "opinion": {"question": "?", "due_on": "2099-01-01", "colleague": "x"}}, 400),
        ({"decision": "relapse_confirmed", "relapse": {"sites": ["moon"]}}, 400),
        ({"decision": "watch", "watch_until": "2099-01-01", "line": {"regimen": "X", "started_on": "2025-01-01"}}, 409),
    ],
)
def test_what_belongs_to_a_decision_must_be_whole(physician: User, flag: Flag, body: Any, status: int) -> None:
    answer = post(physician, flag, "resolve", **body)
    assert answer.status_code == status
    assert answer.json()["problems"][0]["mend"]
    assert detail(physician, flag)["review"] == "open"


def test_nobody_else_undoes(physician: User, flag: Flag) -> None:
    post(physician, flag, "resolve", decision="no_relapse")
    assert post(make_physician(flag.patient.site), flag, "undo", version=2).status_code == 403
    assert post(make_nurse(flag.patient.site), flag, "undo", version=2).status_code == 403
