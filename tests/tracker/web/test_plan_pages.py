"""The forms of a patient's plans: each works, refuses whom it must, and keeps what was typed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labs.actions.load_protocols import load_protocols
from labs.actions.pause_plan import pause_plan
from labs.actions.start_plan import start_plan
from labs.models import Plan, PlanPause, Protocol, ScheduledTest
from patients.actions.system_account import system_account
from patients.models import Patient, User
from tests.factories import make_diagnosis, make_line, make_nurse, make_patient, make_site, make_user
from tests.factories.results import make_report, make_result

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.now().date()


def day(number: int) -> str:
    return (today() + timedelta(days=number)).isoformat()


@pytest.fixture
def patient() -> Patient:
    patient = make_patient()
    make_line(make_diagnosis(patient, remission_on=today() - timedelta(days=40)))
    return patient


@pytest.fixture
def nurse(patient: Patient, client: Client) -> User:
    nurse = make_nurse(patient.site)
    client.force_login(nurse)
    return nurse


@pytest.fixture
def protocols() -> dict[str, Protocol]:
    return {protocol.code: protocol for protocol in load_protocols(by=system_account())}


@pytest.fixture
def plan(patient: Patient, protocols: dict[str, Protocol]) -> Plan:
    return start_plan(
        diagnosis=patient.diagnoses.get(), protocol=protocols["mm-maintenance"], by=system_account(), now=timezone.now()
    )


@pytest.fixture
def pause(plan: Plan) -> PlanPause:
    return pause_plan(
        plan=plan,
        starts_on=today() - timedelta(days=3),
        until_on=today() + timedelta(days=30),
        reason="travel",
        by=make_nurse(plan.patient.site),
        now=timezone.now(),
    ).pause


def post(client: Client, page: str, *arguments: int, **body: Any) -> Any:
    return client.post(reverse(page, args=arguments), body, follow=True)


def text(answer: Any) -> str:
    return answer.content.decode()


def test_a_plan_is_started_with_the_suggested_protocol_first(client, nurse, patient, protocols):
    page = text(client.get(reverse("start_plan", args=[patient.pk])))
    assert page.index("Myeloma on maintenance") < page.index("Myeloma, high risk")
    assert "AML" not in page
    assert "end of therapy none" in page
    answer = post(client, "start_plan", patient.pk, protocol=protocols["mm-maintenance"].pk, keeps="actual")
    assert "is started" in text(answer)
    plan = Plan.objects.get()
    assert (plan.keeps, plan.anchor_on) == ("actual", today() - timedelta(days=40))


def test_a_refusal_leaves_the_form_as_it_was_typed(client, nurse, patient, protocols):
    answer = post(
        client, "start_plan", patient.pk, protocol=protocols["mm-observation"].pk, keeps="calendar", anchor_on=day(1)
    )
    assert answer.status_code == 422
    assert "cannot count from" in text(answer)
    assert day(1) in text(answer)
    assert not Plan.objects.exists()


def test_without_a_diagnosis_one_is_asked_for(client, patient, nurse):
    other = make_patient(site=patient.site)
    answer = post(client, "start_plan", other.pk)
    assert "Record the diagnosis first" in text(answer)


def test_pausing_names_the_bookings_and_ending_the_pause_asks_again(client, nurse, patient, plan):
    booked = plan.tests.filter(kind="cbc").earliest("due_on")
    ScheduledTest.objects.filter(pk=booked.pk).update(booked_for=today() + timedelta(days=2))
    answer = post(
        client, "pause_plan", patient.pk, plan.pk, starts_on=day(0), until_on=day(20), reason="admission", note="ward 4"
    )
    assert "A booking still stands: Blood count" in text(answer)
    assert "Paused until" in text(answer)
    assert "ward 4" in text(answer)
    pause = PlanPause.objects.get()
    answer = post(client, "end_pause", patient.pk, pause.pk)
    assert "The pause is over" in text(answer)
    assert "Paused until" not in text(answer)


def test_a_pause_that_cannot_be_right_says_so_beside_the_day(client, nurse, patient, plan):
    answer = post(client, "pause_plan", patient.pk, plan.pk, starts_on=day(0), until_on=day(-1), reason="travel")
    assert answer.status_code == 422
    assert answer.context["form"].errors["until_on"]


def test_a_pause_is_prolonged_and_taken_back(client, nurse, patient, pause):
    assert "The pause lasts until" in text(post(client, "change_pause", patient.pk, pause.pk, until_on=day(60)))
    assert "taken back" in text(post(client, "take_back_pause", patient.pk, pause.pk, reason="wrong patient"))
    pause.refresh_from_db()
    assert (pause.withdrawn_by, pause.withdrawn_because) == (nurse, "wrong patient")
    assert client.get(reverse("change_pause", args=[patient.pk, pause.pk])).status_code == 404


def test_a_plan_ends_and_goes_on(client, nurse, patient, plan):
    assert "has ended" in text(post(client, "end_plan", patient.pk, plan.pk, reason="relapse", ended_on=day(0)))
    page = text(client.get(reverse("patient_plan", args=[patient.pk])))
    assert "No plan runs" in page
    assert "relapse" in page
    assert "goes on" in text(post(client, "reopen_plan", patient.pk, plan.pk))
    assert "goes on: there is nothing" in text(post(client, "reopen_plan", patient.pk, plan.pk))


def test_another_protocol_takes_its_place(client, nurse, patient, plan, protocols):
    page = client.get(reverse("change_protocol", args=[patient.pk, plan.pk]))
    assert "Myeloma on maintenance (version" not in text(page)
    answer = post(client, "change_protocol", patient.pk, plan.pk, protocol=protocols["mm-high-risk"].pk)
    assert "runs from today on" in text(answer)
    assert Plan.objects.get(ended_on=None).replaces == plan


def test_a_new_remission_starts_the_counting_anew(client, nurse, patient, plan, protocols):
    same = protocols["mm-maintenance"].pk
    answer = post(client, "restart_plan", patient.pk, plan.pk, protocol=same, anchor_on="")
    assert answer.context["form"].errors["anchor_on"]
    answer = post(client, "restart_plan", patient.pk, plan.pk, protocol=same, anchor_on=day(-2))
    assert Plan.objects.get(ended_on=None).anchor_on == today() - timedelta(days=2)


def test_the_other_way_to_count_is_one_press_away(client, nurse, patient, plan):
    post(client, "change_keeping", patient.pk, plan.pk)
    assert Plan.objects.get(ended_on=None).keeps == "actual"


def test_one_more_test_is_asked_for_and_a_double_one_pointed_out(client, nurse, patient, plan):
    body = {"kind": "marrow", "due_on": day(3), "window_days": 5, "origin": "extra", "reason": "rising M-protein"}
    assert "is asked for" in text(post(client, "add_test", patient.pk, **body))
    answer = post(client, "add_test", patient.pk, **body)
    assert answer.status_code == 422
    assert "waits already" in text(answer)
    assert "is asked for" in text(post(client, "add_test", patient.pk, anyway="on", **body))


def test_a_test_gets_another_day(client, nurse, patient, plan):
    test = plan.tests.filter(kind="cbc").order_by("due_on")[1]
    wanted = test.due_on + timedelta(days=2)
    answer = post(client, "move_test", patient.pk, test.pk, due_on=wanted.isoformat(), reason="holiday")
    assert "is best on" in text(answer)
    refused = post(client, "move_test", patient.pk, test.pk, due_on=day(-1), reason="holiday")
    assert refused.context["form"].errors["due_on"]


def test_tests_closed_by_one_report_name_each_other(client, nurse, patient, plan):
    for kind in ("cbc", "chemistry"):
        post(
            client,
            "add_test",
            patient.pk,
            kind=kind,
            due_on=day(0),
            window_days=3,
            origin="extra",
            reason="x",
            anyway="on",
        )
    report = make_report(patient, collected_on=today())
    for analyte in ("haemoglobin", "wbc", "platelets", "creatinine", "calcium_ionised"):
        make_result(patient, analyte, "1.2", report=report, collected_on=today())
    post(client, "add_test", patient.pk, kind="mri", due_on=day(0), window_days=3, origin="extra", reason="x")
    assert "closed with" in text(client.get(reverse("patient_plan", args=[patient.pk])))


def arguments(page: str, patient: Patient, plan: Plan, pause: PlanPause) -> list[int]:
    own = {"pause": pause.pk, "plan": plan.pk, "test": plan.tests.earliest("due_on").pk}
    return [patient.pk, *([own[PAGES[page]]] if PAGES[page] else [])]


PAGES = {
    "start_plan": "",
    "add_test": "",
    "move_test": "test",
    "pause_plan": "plan",
    "end_plan": "plan",
    "change_protocol": "plan",
    "restart_plan": "plan",
    "reopen_plan": "plan",
    "change_keeping": "plan",
    "change_pause": "pause",
    "end_pause": "pause",
    "take_back_pause": "pause",
}
POST_ONLY = {"reopen_plan", "change_keeping", "end_pause"}


@pytest.mark.parametrize("page", PAGES)
class TestEveryPage:
    def test_it_answers_the_methods_it_has(self, client, nurse, page, patient, plan, pause):
        where = reverse(page, args=arguments(page, patient, plan, pause))
        assert client.get(where).status_code == (405 if page in POST_ONLY else 200)
        assert client.put(where).status_code == 405

    @pytest.mark.parametrize("role", ["administrator", "auditor"])
    def test_it_refuses_who_does_not_plan(self, client, page, patient, plan, pause, role):
        client.force_login(make_user(role, sites=[patient.site]))
        answer = client.post(reverse(page, args=arguments(page, patient, plan, pause)))
        assert answer.status_code == 403
        assert "Only nurses and physicians change plans" in text(answer)

    def test_another_site_finds_nothing(self, client, page, patient, plan, pause):
        client.force_login(make_nurse(make_site()))
        assert client.post(reverse(page, args=arguments(page, patient, plan, pause))).status_code == 404

    def test_what_is_not_there_or_of_another_patient_is_not_found(self, client, nurse, page, patient, plan, pause):
        if not PAGES[page]:
            assert client.post(reverse(page, args=[999_999])).status_code == 404
            return
        own = arguments(page, patient, plan, pause)[1]
        other = make_patient(site=patient.site)
        assert client.post(reverse(page, args=[patient.pk, 999_999])).status_code == 404
        assert client.post(reverse(page, args=[other.pk, own])).status_code == 404


def test_the_plan_page_shows_nothing_to_press_to_who_only_reads(client, patient, plan, pause):
    client.force_login(make_user("auditor", sites=[patient.site]))
    page = text(client.get(reverse("patient_plan", args=[patient.pk])))
    assert "Paused until" in page
    assert "Change the protocol" not in page
    assert "move" not in page.lower().split("<main")[1].split("removed")[0] or "/move/" not in page


def test_the_plan_page_takes_as_many_queries_for_many_tests_as_for_few(
    client, nurse, patient, plan, django_assert_max_num_queries
):
    with django_assert_max_num_queries(24):
        client.get(reverse("patient_plan", args=[patient.pk]))
