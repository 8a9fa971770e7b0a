"""Putting patients on protocols: tests are scheduled once, from the start on, and closed by what is there already."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs.actions.extend_horizon import extend_horizon
from labs.actions.load_protocols import ProtocolChanged, load_protocols
from labs.actions.plan_refusals import PlanRefused
from labs.actions.start_plan import PlanStart, start_plan, start_plans
from labs.actions.start_suggested_plans import start_suggested_plans
from labs.models import Plan, Protocol, ScheduledTest
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent
from tests.factories.people import make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_event, make_patient
from tests.factories.results import make_report, make_result

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)


@pytest.fixture
def protocols() -> dict[str, Protocol]:
    return {protocol.code: protocol for protocol in load_protocols(by=system_account())}


def start(protocol: Protocol, diagnosis=None, **fields) -> Plan:
    return start_plan(
        diagnosis=diagnosis or make_diagnosis(remission_on=date(2025, 6, 1)),
        protocol=protocol,
        by=system_account(),
        now=NOW,
        **fields,
    )


def test_loading_the_shipped_protocols_twice_changes_nothing(protocols):
    again = load_protocols(by=system_account())
    assert {one.pk for one in again} == {one.pk for one in protocols.values()}
    assert AuditEvent.objects.filter(verb="load_protocol").count() == len(protocols)


def test_other_content_under_a_stored_version_is_refused(protocols, tmp_path):
    from labs.protocols.reading import shipped

    changed = tmp_path / "changed.yaml"
    source = next(path for path in shipped() if path.stem == "mm-maintenance").read_text()
    changed.write_text(source.replace("every: 1 month", "every: 2 months"))
    with pytest.raises(ProtocolChanged, match="version 2"):
        load_protocols(by=system_account(), paths=[changed])
    changed.write_text(changed.read_text().replace("version: 1", "version: 2"))
    (newer,) = load_protocols(by=system_account(), paths=[changed])
    assert newer.version == 2


def test_a_plan_schedules_thirteen_months_of_tests(protocols):
    plan = start(protocols["mm-maintenance"])
    counts = plan.tests.filter(kind="cbc").count()
    assert counts == 13
    assert plan.tests.order_by("due_on").last().due_on <= date(2026, 7, 15)
    assert (plan.anchor, plan.anchor_on, plan.started_on) == ("remission", date(2025, 6, 1), date(2025, 6, 15))
    assert AuditEvent.objects.filter(verb="start_plan", target_id=plan.pk, patient=plan.patient).count() == 1


def test_scheduling_twice_equals_scheduling_once(protocols):
    plan = start(protocols["mm-maintenance"])
    before = list(plan.tests.order_by("pk").values())
    assert extend_horizon(by=system_account(), now=NOW) == 0
    assert list(plan.tests.order_by("pk").values()) == before


def test_the_horizon_rolls_on_and_keeps_what_was_decided(protocols):
    plan = start(protocols["mm-maintenance"])
    first = plan.tests.filter(kind="cbc").earliest("due_on")
    ScheduledTest.objects.filter(pk=first.pk).update(booked_for=first.due_on)
    later = datetime(2025, 9, 15, 9, tzinfo=UTC)
    assert extend_horizon(by=system_account(), now=later) > 0
    assert plan.tests.filter(kind="cbc").count() == 16
    first.refresh_from_db()
    assert first.booked_for == first.due_on


def test_tests_long_missed_are_left_out_but_the_present_one_is_there(protocols):
    plan = start(protocols["mm-maintenance"], make_diagnosis(remission_on=date(2020, 1, 10), diagnosed_on=None))
    assert plan.tests.filter(kind="cbc").earliest("due_on").due_on == date(2025, 6, 10)


def test_a_plan_started_in_the_past_is_closed_by_the_results_of_that_time(protocols):
    diagnosis = make_diagnosis(remission_on=date(2025, 1, 10))
    report = make_report(diagnosis.patient, collected_on=date(2025, 3, 12))
    for analyte in ("haemoglobin", "wbc", "platelets"):
        make_result(diagnosis.patient, analyte, "5", report=report, collected_on=date(2025, 3, 12))
    plan = start(protocols["mm-maintenance"], diagnosis, started_on=date(2025, 1, 10))
    closed = plan.tests.get(closed_by=report)
    assert (closed.kind, closed.due_on) == ("cbc", date(2025, 3, 10))


@pytest.mark.parametrize(
    ("code", "fields", "reason"),
    [
        ("aml-molecular", {}, "another disease"),
        ("mm-maintenance", {"remission_on": None}, "date of remission"),
    ],
)
def test_a_plan_without_ground_is_refused(protocols, code, fields, reason):
    with pytest.raises(PlanRefused, match=reason):
        start(protocols[code], make_diagnosis(**{"remission_on": date(2025, 1, 1)} | fields))
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("anchor_on", "reason"),
    [
        (date(2025, 6, 16), "today is"),
        (date(1958, 3, 13), "birth"),
        (date(2023, 1, 9), "diagnosed on"),
        (date(2025, 6, 15), ""),
        (date(2023, 1, 10), ""),
    ],
)
def test_a_day_that_cannot_be_right_is_refused_and_both_ends_are_taken(protocols, anchor_on, reason):
    if not reason:
        assert start(protocols["mm-maintenance"], anchor_on=anchor_on).anchor_on == anchor_on
        return
    with pytest.raises(PlanRefused, match=reason):
        start(protocols["mm-maintenance"], anchor_on=anchor_on)


def test_a_wrongly_recorded_day_leaves_the_patient_on_the_list_of_those_without_a_plan(protocols):
    make_diagnosis(remission_on=date(2025, 6, 16))
    done = start_suggested_plans(by=system_account(), now=NOW)
    assert (done.plans, list(done.left)) == (0, ["recorded wrongly: date of remission"])


def test_a_retired_protocol_and_one_of_another_site_take_nobody(protocols):
    protocol = protocols["mm-maintenance"]
    Protocol.objects.filter(pk=protocol.pk).update(site=make_site())
    protocol.refresh_from_db()
    with pytest.raises(PlanRefused, match="another site"):
        start(protocol)
    protocol.retired_at = NOW
    with pytest.raises(PlanRefused, match="retired"):
        start(protocol)


def test_a_site_starts_its_own_protocol(protocols):
    diagnosis = make_diagnosis(remission_on=date(2025, 6, 1))
    protocol = protocols["mm-maintenance"]
    protocol.site = diagnosis.patient.site
    assert start(protocol, diagnosis).pk


def test_a_way_to_count_that_is_not_known_is_refused(protocols):
    with pytest.raises(ValidationError, match="keeps"):
        start(protocols["mm-maintenance"], keeps="moon")


def test_the_same_protocol_twice_is_refused(protocols):
    plan = start(protocols["mm-maintenance"])
    with pytest.raises(PlanRefused, match="already"):
        start(protocols["mm-maintenance"], plan.diagnosis)


def test_a_day_given_by_a_person_stands_in_for_one_not_recorded(protocols):
    plan = start(protocols["mm-maintenance"], make_diagnosis(remission_on=None), anchor_on=date(2025, 2, 28))
    assert plan.anchor_on == date(2025, 2, 28)


def test_the_transplant_is_the_anchor_where_the_protocol_says_so(protocols):
    diagnosis = make_diagnosis(disease="AML")
    make_event(diagnosis.patient, "transplant_allogeneic", started_on=date(2025, 5, 20))
    plan = start(protocols["aml-after-allogeneic"], diagnosis)
    assert plan.anchor_on == date(2025, 5, 20)
    assert plan.tests.filter(kind="chimerism").earliest("due_on").due_on == date(2025, 6, 19)


def test_a_nurse_of_another_site_may_not_start_a_plan(protocols):
    with pytest.raises(AccessRefused):
        start_plan(
            diagnosis=make_diagnosis(), protocol=protocols["mm-maintenance"], by=make_nurse(make_site()), now=NOW
        )


def test_many_plans_take_few_statements(protocols):
    site = make_site()
    diagnoses = [make_diagnosis(make_patient(site=site), remission_on=date(2025, 6, 1)) for _ in range(25)]
    starts = [PlanStart(diagnosis, protocols["mm-maintenance"]) for diagnosis in diagnoses]
    by = system_account()
    with CaptureQueriesContext(connection) as queries:
        start_plans(starts=starts, by=by, now=NOW)
    assert Plan.objects.count() == 25
    assert len(queries) <= 15
