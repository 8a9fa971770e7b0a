"""A smaller set of lives through the real actions and the database: what the arithmetic promises is what is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from labs.actions.close_tests import Closed, close_for
from labs.actions.extend_horizon import extend_horizon
from labs.actions.start_plan import start_plan
from labs.models import Plan, PlanPause, ScheduledTest
from labs.protocols.schedule import Step
from labs.selectors.due import Status, status_of, with_status
from patients.actions.system_account import system_account
from tests.factories.persons import make_diagnosis
from tests.factories.plans import make_protocol
from tests.factories.results import make_report, make_result
from tests.labs.protocols.plans import Life, lives

pytestmark = pytest.mark.django_db
STATES = set(Status)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def written(step: Step) -> dict[str, object]:
    """A step as its file has it."""
    found: dict[str, object] = {"step": step.code, "kind": step.kind, "from_month": step.from_month}
    if step.every is not None:
        found["every"] = str(step.every)
    else:
        found["at"] = [str(interval) for interval in step.at]
    if step.until_month is not None:
        found["until_month"] = step.until_month
    return found


def begun(life: Life) -> Plan:
    protocol = make_protocol(definition={"anchor": "remission", "steps": [written(step) for step in life.steps]})
    diagnosis = make_diagnosis(remission_on=life.anchor, diagnosed_on=None)
    diagnosis.patient.birth_date = date(1950, 1, 1)
    plan = start_plan(
        diagnosis=diagnosis,
        protocol=protocol,
        by=system_account(),
        now=at(life.anchor),
        keeps="actual" if life.actual else "calendar",
    )
    for hold in life.pauses:
        PlanPause.objects.create(
            plan=plan,
            starts_on=hold.since,
            until_on=hold.until,
            reason="travel",
            recorded_by=system_account(),
            recorded_at=at(life.anchor),
        )
    return plan


def arrive(plan: Plan, life: Life, until: date, since: date) -> None:
    """The reports of these days."""
    for one in life.evidence:
        if since < one.day <= until:
            report = make_report(plan.patient, collected_on=one.day)
            for analyte in sorted(one.analytes):
                make_result(plan.patient, analyte, "5", report=report, collected_on=one.day)
    close_for(patient_ids=[plan.patient_id], by=system_account(), now=at(until))
    extend_horizon(by=system_account(), now=at(until), patient_ids=[plan.patient_id])
    close_for(patient_ids=[plan.patient_id], by=system_account(), now=at(until))


def rows(plan: Plan) -> list[dict[str, object]]:
    return list(plan.tests.order_by("pk").values())


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives(decided=False))
def test_a_plan_lived_through_the_actions_keeps_its_promises(life):
    with transaction.atomic():
        plan, since = begun(life), date.min
        for number in range(0, 365, 45):
            today = life.anchor + timedelta(days=number)
            arrive(plan, life, today, since)
            since, before = today, rows(plan)
            assert close_for(patient_ids=[plan.patient_id], by=system_account(), now=at(today)) == Closed()
            assert extend_horizon(by=system_account(), now=at(today), patient_ids=[plan.patient_id]) == 0
            assert rows(plan) == before
            for test in with_status(ScheduledTest.objects.filter(plan=plan), now=at(today)):
                assert test.status in STATES
                assert test.status == status_of(test, test.today)
        transaction.set_rollback(True)
