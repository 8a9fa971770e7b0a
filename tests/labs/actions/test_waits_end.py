"""A signal that waits for tests comes back when all of them are over, in the transaction that ended the last."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs.actions.end_waits import end_waits
from labs.actions.order_tests import Repeat, WorkUp
from labs.actions.receive_report import receive_report
from labs.actions.record_done import record_done
from labs.actions.review_flag import resolve_flag
from labs.actions.skip_test import skip_test
from labs.models import Decision, Flag, Review, ScheduledTest
from patients.actions.system_account import system_account
from patients.models import Patient, User
from tests.factories import make_care_team, make_diagnosis, make_line, make_patient, make_physician, make_scheduled_test
from tests.labs.actions.test_receive_report import as_report, incoming

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=12)
REPEATED = date(2026, 12, 1)
WORK_UP = WorkUp(["marrow", "mri"], date(2026, 12, 4))


def receive(accession: str, value: str, day: date, now: datetime = NOW) -> None:
    one = incoming(value, accession=accession, collected_on=day)
    receive_report(report=as_report(one), by=system_account(), now=now)


@pytest.fixture
def physician() -> User:
    return make_physician(make_patient(mrn="007").site)


@pytest.fixture
def flag(physician: User) -> Flag:
    patient = Patient.objects.get(identifiers__value="007")
    make_care_team(patient, physician=physician)
    make_line(make_diagnosis(patient), started_on=date(2025, 1, 1))
    for number, (value, day) in enumerate([("0.3", "2026-01-05"), ("0.3", "2026-04-06"), ("0.9", "2026-11-19")]):
        receive(f"B{number}", value, date.fromisoformat(day))
    return Flag.objects.get(patient=patient, rule="MM-PD-SERUM-M")


def wait(flag: Flag, by: User, decision: str = Decision.REPEAT_TEST, **details) -> Flag:
    if decision == Decision.REPEAT_TEST:
        details = {"repeat": Repeat("spep", REPEATED)}
    return resolve_flag(flag_id=flag.pk, version=flag.version, decision=decision, by=by, now=NOW, **details)


def kinds(flag: Flag) -> list[str]:
    flag.refresh_from_db()
    return list(flag.events.values_list("kind", flat=True))


def test_a_result_that_confirms_opens_it_by_the_rules_alone(flag: Flag, physician: User) -> None:
    wait(flag, physician)
    receive("C1", "1.0", REPEATED, LATER)
    assert kinds(flag)[-2:] == ["confirmed", "reopened"]
    assert (flag.review, flag.level, flag.answer_by) == (Review.OPEN, "URGENT", LATER + timedelta(hours=4))


def test_a_result_that_does_not_confirm_ends_the_wait(flag: Flag, physician: User) -> None:
    wait(flag, physician)
    receive("C1", "0.3", REPEATED, LATER)
    assert kinds(flag)[-2:] == ["not_confirmed", "test_came"]
    assert (flag.review, flag.answer_by) == (Review.OPEN, None)
    assert ScheduledTest.objects.get(origin="repeat").closed_by is not None


def test_another_result_leaves_it_waiting(flag: Flag, physician: User) -> None:
    wait(flag, physician)
    receive("C1", "0.9", date(2026, 11, 19), LATER)
    assert "test_came" not in kinds(flag)
    assert flag.review == Review.AWAITING_TEST


def test_it_waits_for_the_last_of_several(flag: Flag, physician: User) -> None:
    wait(flag, physician, Decision.WORK_UP, work_up=WORK_UP)
    marrow, scan = ScheduledTest.objects.order_by("pk")
    record_done(test=scan, done_on=NOW.date(), by=physician, now=NOW)
    assert kinds(flag)[-1] == "ordered"
    skip_test(test=marrow, reason="declined", by=physician, now=LATER)
    assert kinds(flag)[-1] == "test_came"
    event = flag.events.order_by("-pk")[0]
    assert (event.note, event.by) == ("Bone marrow, MRI", physician)
    assert (flag.review, flag.owner, flag.answer_by) == (Review.OPEN, physician, LATER + timedelta(days=7))


def test_what_can_no_longer_be_done_ends_the_wait_by_the_clock(flag: Flag, physician: User) -> None:
    wait(flag, physician)
    ScheduledTest.objects.filter(origin="repeat").update(lapses_on=date(2026, 12, 2))
    midnight = datetime(2026, 12, 2, tzinfo=flag.patient.site.zone)
    assert end_waits(patient_ids=None, by=system_account(), now=midnight - timedelta(seconds=1)) == 0
    assert end_waits(patient_ids=None, by=system_account(), now=midnight) == 1
    assert end_waits(patient_ids=None, by=system_account(), now=midnight) == 0


def test_a_planned_test_of_the_patient_changes_nothing(flag: Flag, physician: User) -> None:
    wait(flag, physician)
    planned = make_scheduled_test(flag.patient, "mri", opens_on=NOW.date(), due_on=NOW.date())
    record_done(test=planned, done_on=NOW.date(), by=physician, now=NOW)
    assert kinds(flag)[-1] == "ordered"


def test_where_nothing_was_ordered_no_query_is_made(flag: Flag) -> None:
    account = system_account()
    with CaptureQueriesContext(connection) as statements:
        assert end_waits(patient_ids=[], by=account, now=NOW) == 0
    assert len(statements) == 0
    with CaptureQueriesContext(connection) as statements:
        assert end_waits(patient_ids=[flag.patient_id], by=account, now=NOW) == 0
    assert len(statements) == 1
