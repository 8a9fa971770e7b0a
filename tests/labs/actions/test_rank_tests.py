"""What the worklist is read by follows patients, plans and days; the night heals what went wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from labs.actions.rank_tests import rank_tests
from labs.jobs import rank_tests as every_night
from labs.models import Plan, ScheduledTest
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import Patient
from tests.factories.people import make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = date(2026, 6, 15)


def ranked(**how: object) -> int:
    return rank_tests(by=system_account(), now=NOON, **how)  # type: ignore[arg-type]


def old(**fields: object) -> ScheduledTest:
    return make_scheduled_test(make_patient(), due_on=date(2026, 4, 1), **fields)


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({"lapses_on": TODAY - 2 * DAY}, False),
        ({"lapses_on": TODAY - DAY}, True),
        ({"lapses_on": None}, True),
        ({"lapses_on": TODAY - 30 * DAY, "booked_for": TODAY - DAY}, True),
        ({"lapses_on": TODAY - 30 * DAY, "booked_for": TODAY - 2 * DAY}, False),
        ({"lapses_on": TODAY - 30 * DAY, "collected_on": TODAY - 40 * DAY}, True),
        ({"lapses_on": TODAY - 30 * DAY, "held_from": TODAY - 60 * DAY, "held_until": TODAY}, True),
    ],
)
def test_only_what_is_missed_on_every_clock_leaves_the_indexes(fields, waits):
    test = old(**fields)
    ranked()
    test.refresh_from_db()
    assert test.may_wait is waits
    assert ranked() == 0


def test_a_missed_test_that_is_given_another_day_is_back_at_once():
    test = old(lapses_on=TODAY - 30 * DAY)
    ranked()
    ScheduledTest.objects.filter(pk=test.pk).update(lapses_on=TODAY + 30 * DAY)
    test.refresh_from_db()
    assert test.may_wait is True


def test_a_death_that_was_recorded_in_error_brings_the_tests_back():
    test = old()
    for day, waits in ((TODAY, False), (None, True)):
        patient = Patient.objects.get(pk=test.patient_id)
        patient.deceased_on = day
        patient.save()
        test.refresh_from_db()
        assert test.may_wait is waits


def test_tests_of_an_ended_plan_wait_no_more_and_of_one_taken_up_again_do():
    plan = make_plan(make_diagnosis(make_patient()))
    test = make_scheduled_test(plan.patient, plan=plan, step="a")
    Plan.objects.filter(pk=plan.pk).update(ended_on=TODAY, ended_because="relapse")
    test.refresh_from_db()
    assert test.may_wait is False
    Plan.objects.filter(pk=plan.pk).update(ended_on=None, ended_because="")
    test.refresh_from_db()
    assert test.may_wait is True


def test_a_patient_who_moves_takes_all_tests_along():
    patient, elsewhere = make_patient(), make_site()
    tests = [old(), make_scheduled_test(patient), make_scheduled_test(patient, closed_by=make_report(patient))]
    Patient.objects.filter(pk=patient.pk).update(site=elsewhere)
    assert list(ScheduledTest.objects.filter(site=elsewhere).order_by("id")) == tests[1:]


@pytest.mark.parametrize(
    "change",
    [{"booked_for": TODAY}, {"collected_on": TODAY}, {"skipped_because": "declined"}],
    ids=["booked", "collected", "skipped"],
)
def test_booking_and_closing_end_what_was_put_off(change):
    test = old(snoozed_until=TODAY + 5 * DAY)
    if "skipped_because" in change:
        change |= {"skipped_at": NOON, "skipped_by": system_account()}
    ScheduledTest.objects.filter(pk=test.pk).update(**change)
    test.refresh_from_db()
    assert test.snoozed_until is None


def test_taking_a_booking_back_does_not():
    test = old(booked_for=TODAY, snoozed_until=TODAY + 5 * DAY)
    ScheduledTest.objects.filter(pk=test.pk).update(booked_for=None)
    test.refresh_from_db()
    assert test.snoozed_until == TODAY + 5 * DAY


def test_the_night_heals_whatever_went_wrong_and_only_for_whom_it_is_asked():
    tests = [old(), old()]
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update labs_scheduledtest set may_wait = false, risk = 3, site_id = %s", [make_site().pk])
        cursor.execute("set local session_replication_role = origin")
    assert ranked(patient_ids=[tests[0].patient_id]) == 1
    every_night(0)
    for test in tests:
        test.refresh_from_db()
        assert (test.site_id, test.risk) == (test.patient.site_id, 1)


def test_a_nurse_does_not_rank():
    with pytest.raises(AccessRefused):
        rank_tests(by=make_nurse(make_site()), now=NOON)
