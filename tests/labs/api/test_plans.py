"""Plans and pauses over HTTP: the same rules as on the pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from labs.actions.start_plan import start_plan
from labs.models import Plan, PlanPause, ScheduledTest
from patients.actions.system_account import system_account
from patients.models import AccessEvent, AuditEvent, User
from tests.factories import make_diagnosis, make_nurse, make_patient, make_protocol, make_site, make_user

pytestmark = pytest.mark.django_db
STEPS = [{"step": "counts", "kind": "cbc", "every": "1 month"}]


def today() -> date:
    return timezone.now().date()


def day(number: int) -> str:
    return (today() + timedelta(days=number)).isoformat()


@pytest.fixture
def nurse() -> User:
    return make_nurse(make_site(time_zone="UTC"))


@pytest.fixture
def plan(nurse: User) -> Plan:
    diagnosis = make_diagnosis(make_patient(site=nurse.sites.get()), remission_on=today() - timedelta(days=40))
    protocol = make_protocol(definition={"anchor": "remission", "steps": STEPS})
    return start_plan(diagnosis=diagnosis, protocol=protocol, by=system_account(), now=timezone.now())


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, path: str, **body: Any) -> Any:
    return client_of(user).post(f"/api/v1/{path}", body, content_type="application/json")


def test_visible_plans_and_who_looked(nurse: User, plan: Plan) -> None:
    elsewhere = make_diagnosis(make_patient(), remission_on=today())
    start_plan(diagnosis=elsewhere, protocol=plan.protocol, by=system_account(), now=timezone.now())
    rows = client_of(nurse).get("/api/v1/plans/", {"runs": "true"}).json()["results"]
    assert [(row["id"], row["protocol_code"], row["keeps"]) for row in rows] == [
        (plan.pk, plan.protocol.code, "calendar")
    ]
    assert AccessEvent.objects.filter(view="api:plans", patient=plan.patient).exists()
    assert client_of(nurse).get("/api/v1/plans/", {"runs": "false"}).json()["results"] == []


def test_a_plan_is_started_and_not_twice(nurse: User, plan: Plan) -> None:
    body = {"diagnosis": plan.diagnosis_id, "protocol": plan.protocol_id}
    answer = post(nurse, "plans/", **body)
    assert answer.status_code == 409
    assert "already" in answer.json()["problems"][0]["what"]
    other = make_protocol(definition={"anchor": "remission", "steps": STEPS})
    answer = post(nurse, "plans/", diagnosis=plan.diagnosis_id, protocol=other.pk, keeps="actual")
    assert (answer.status_code, answer.json()["keeps"]) == (201, "actual")


def test_pausing_prolonging_and_ending_the_pause(nurse: User, plan: Plan) -> None:
    booked = plan.tests.earliest("due_on")
    ScheduledTest.objects.filter(pk=booked.pk).update(booked_for=today() + timedelta(days=2))
    answer = post(nurse, f"plans/{plan.pk}/pause/", starts_on=day(-2), until_on=day(9), reason="travel")
    assert answer.status_code == 201
    assert [row["id"] for row in answer.json()["bookings_left"]] == [booked.pk]
    number = answer.json()["id"]
    assert post(nurse, f"plan-pauses/{number}/change/", until_on=day(20)).json()["until_on"] == day(20)
    assert post(nurse, f"plan-pauses/{number}/end/").json()["until_on"] == day(-1)
    assert post(nurse, f"plan-pauses/{number}/withdraw/", reason="wrong patient").json()["withdrawn_because"]
    assert post(nurse, f"plan-pauses/{number}/end/").status_code == 409


def test_a_pause_that_cannot_be_right_names_the_field(nurse: User, plan: Plan) -> None:
    answer = post(nurse, f"plans/{plan.pk}/pause/", starts_on=day(0), until_on=day(-1), reason="travel")
    assert answer.status_code == 400
    assert answer.json()["problems"][0]["where"] == "until_on"
    assert not PlanPause.objects.exists()


def test_ending_and_reopening(nurse: User, plan: Plan) -> None:
    assert post(nurse, f"plans/{plan.pk}/end/", reason="relapse").json()["ended_because"] == "relapse"
    assert post(nurse, f"plans/{plan.pk}/end/", reason="relapse").status_code == 409
    assert post(nurse, f"plans/{plan.pk}/reopen/").json()["ended_on"] is None
    assert AuditEvent.objects.filter(verb__in=["end_plan", "reopen_plan"], by=nurse).count() == 2


def test_changing_and_restarting(nurse: User, plan: Plan) -> None:
    kept = post(nurse, f"plans/{plan.pk}/change-keeping/", keeps="actual").json()
    assert (kept["keeps"], kept["replaces"]) == ("actual", plan.pk)
    other = make_protocol(definition={"anchor": "remission", "steps": STEPS})
    changed = post(nurse, f"plans/{kept['id']}/change-protocol/", protocol=other.pk).json()
    assert (changed["protocol"], changed["replaces"]) == (other.pk, kept["id"])
    restarted = post(nurse, f"plans/{changed['id']}/restart/", anchor_on=day(-1)).json()
    assert (restarted["anchor_on"], restarted["replaces"]) == (day(-1), changed["id"])
    assert Plan.objects.filter(ended_on=None).count() == 1


def test_one_more_test_and_another_day(nurse: User, plan: Plan) -> None:
    body = {"patient": plan.patient_id, "kind": "marrow", "due_on": day(3), "reason": "rising M-protein"}
    made = post(nurse, "scheduled-tests/", **body)
    assert (made.status_code, made.json()["origin"], made.json()["status"]) == (201, "extra", "due")
    double = post(nurse, "scheduled-tests/", **body)
    assert (double.status_code, double.json()["problems"][0]["where"]) == (400, "anyway")
    assert post(nurse, "scheduled-tests/", anyway=True, **body).status_code == 201
    moved = post(nurse, f"scheduled-tests/{made.json()['id']}/move/", due_on=day(6), reason="no slot")
    assert (moved.json()["due_on"], moved.json()["pinned"]) == (day(6), True)
    ScheduledTest.objects.filter(pk=made.json()["id"]).update(collected_on=today())
    assert post(nurse, f"scheduled-tests/{made.json()['id']}/move/", due_on=day(7), reason="no").status_code == 409


@pytest.mark.parametrize("path", ["plans/{plan}/end/", "plans/{plan}/pause/", "plan-pauses/999999/end/"])
def test_others_find_nothing_and_readers_may_not(plan: Plan, path: str) -> None:
    where = path.format(plan=plan.pk)
    body = {"reason": "relapse" if "end" in path else "travel", "starts_on": day(0), "until_on": day(3)}
    assert post(make_nurse(make_site()), where, **body).status_code == 404
    reader = make_user("administrator", sites=[plan.patient.site])
    assert post(reader, where, **body).status_code == (404 if "999999" in path else 403)
    assert Client().post(f"/api/v1/{where}", body, content_type="application/json").status_code == 401


def test_a_test_is_not_added_for_a_patient_one_does_not_see(nurse: User) -> None:
    answer = post(nurse, "scheduled-tests/", patient=make_patient().pk, kind="cbc", due_on=day(1), reason="x")
    assert answer.status_code == 400
    assert not ScheduledTest.objects.exists()
