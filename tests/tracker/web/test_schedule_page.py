"""The page of a patient's schedule: who sees it, what it says, what it asks of the database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labs.models import PlanPause
from patients.models import AccessEvent
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_course_event,
    make_diagnosis,
    make_event,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_plan,
    make_report,
    make_result,
    make_scheduled_test,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db
FRAME = 12
"""Statements of the session and of the frame that every tab has."""


def followed(tests: int = 3):
    """A patient with therapy, events, a pause and tests of every state."""
    today = timezone.localdate()
    diagnosis = make_diagnosis(make_patient(family_name="Okafor", given_name="Ines"))
    patient = diagnosis.patient
    nurse = make_nurse(patient.site)
    make_line(diagnosis, regimen="lenalidomide", started_on=today - timedelta(days=300))
    make_event(patient, started_on=today - timedelta(days=40))
    make_course_event(diagnosis, on=today - timedelta(days=290))
    plan = make_plan(diagnosis, anchor_on=today - timedelta(days=290))
    PlanPause.objects.create(
        plan=plan,
        starts_on=today - timedelta(days=20),
        until_on=today - timedelta(days=10),
        reason="travel",
        recorded_by=nurse,
        recorded_at=timezone.now(),
    )
    for number in range(tests):
        due = today - timedelta(days=30 * number + 20)
        report = make_report(patient, collected_on=due) if number % 2 else None
        make_scheduled_test(
            patient,
            "spep",
            plan=plan,
            step="spep",
            sequence=number,
            due_on=due,
            closed_by=report,
            collected_on=due if report else None,
        )
        make_result(patient, "serum_m", "0.3", collected_on=due, **({"report": report} if report else {}))
    make_scheduled_test(patient, "spep", plan=plan, step="spep", sequence=99, due_on=today + timedelta(days=30))
    make_result(patient, "creatinine", "1.0", collected_on=today - timedelta(days=12))
    return patient


def address(patient) -> str:
    return reverse("patient_schedule", args=[patient.pk])


@pytest.mark.parametrize("make", [make_nurse, make_physician, make_administrator])
def test_everybody_who_sees_the_patient_sees_the_schedule_and_the_look_is_noted(client, make):
    patient = followed()
    client.force_login(make(patient.site))
    page = client.get(address(patient)).content.decode()
    assert "Schedule on a time axis" in page
    assert AccessEvent.objects.get().view == "schedule"


def test_strangers_missing_patients_and_other_methods_are_refused(client):
    patient = followed()
    client.force_login(make_user("nurse", sites=[make_site()]))
    assert client.get(address(patient)).status_code == 404
    client.force_login(make_nurse(patient.site))
    assert client.post(address(patient)).status_code == 405
    assert client.get(reverse("patient_schedule", args=[999_999])).status_code == 404
    assert not AccessEvent.objects.exists()


def test_it_shows_lanes_marks_and_the_share_with_its_counts(client):
    patient = followed()
    client.force_login(make_nurse(patient.site))
    answer = client.get(address(patient))
    page = answer.content.decode()
    labels = [lane.label for lane in answer.context["drawn"].lanes]
    assert labels == ["Therapy", "Remission, relapse", "Events", "Plan paused", "SPEP", "Outside the plan"]
    assert "Done on time in the last 12 months: 1 of 3 required tests (33 %)." in page
    shapes = set(re.findall(r'href="#v-mark-([a-z_]+)"', page))
    assert {"on_time", "overdue", "planned", "unplanned", "remission", "event"} <= shapes
    assert shapes <= set(re.findall(r'id="v-mark-([a-z_]+)"', page)), "a mark without a shape"
    assert "lenalidomide" in page
    assert "away" in page


def test_it_is_reached_from_the_plan_and_leads_back(client):
    patient = followed()
    client.force_login(make_nurse(patient.site))
    assert address(patient) in client.get(reverse("patient_plan", args=[patient.pk])).content.decode()
    assert reverse("patient_plan", args=[patient.pk]) in client.get(address(patient)).content.decode()


@pytest.mark.parametrize("query", ["", "?zoom=6", "?zoom=36", "?zoom=all", "?zoom=18&until=2024-02-29"])
def test_every_stretch_of_time_can_be_shown(client, query):
    patient = followed()
    client.force_login(make_nurse(patient.site))
    drawn = client.get(address(patient) + query).context["drawn"]
    assert drawn.axis.first < drawn.axis.last
    assert all(0 <= float(sign.x.removesuffix("%")) <= 100 for lane in drawn.lanes for sign in lane.signs)


@pytest.mark.parametrize("query", ["?zoom=7", "?until=yesterday", "?until=9999-12-31", "?zoom=all&until=x"])
def test_an_address_that_cannot_be_read_shows_the_usual_stretch(client, query):
    patient = followed()
    client.force_login(make_nurse(patient.site))
    assert client.get(address(patient) + query).status_code == 200


def test_a_patient_without_a_plan_is_told_so(client):
    patient = make_patient()
    client.force_login(make_nurse(patient.site))
    page = client.get(address(patient)).content.decode()
    assert "on no protocol" in page
    assert "Done on time" not in page


def test_statements_do_not_grow_with_the_rows(client):
    few, many = followed(tests=2), followed(tests=25)
    client.force_login(make_nurse(few.site, many.site))
    asked = [len(statements_of(client, address(one))) for one in (few, many)]
    assert asked[0] == asked[1] <= FRAME + 8
