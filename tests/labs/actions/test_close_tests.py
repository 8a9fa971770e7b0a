"""Results close scheduled tests; results taken back reopen them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labs.actions.close_tests import Closed, close_for
from labs.actions.record_course import tell_symptoms
from labs.models import Result, ScheduledTest
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, SymptomReport
from tests.factories.people import make_nurse
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report, make_result

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 20, 9, tzinfo=UTC)
DAY = date(2025, 6, 1)


def close(*patients: Patient) -> Closed:
    return close_for(patient_ids=[patient.pk for patient in patients], by=system_account(), now=NOW)


def blood_count(patient: Patient, day: date, *analytes: str) -> list[Result]:
    report = make_report(patient, collected_on=day)
    names = analytes or ("haemoglobin", "wbc", "platelets")
    return [make_result(patient, name, "5", report=report, collected_on=day) for name in names]


def test_it_closes_the_test_whose_window_holds_the_day():
    test = make_scheduled_test(due_on=DAY)
    results = blood_count(test.patient, DAY + timedelta(days=2))
    assert close(test.patient) == Closed(closed=1)
    test.refresh_from_db()
    assert (test.closed_by, test.collected_on) == (results[0].report, DAY + timedelta(days=2))
    audit = AuditEvent.objects.get(verb="close_test")
    assert (audit.target_id, audit.patient, audit.at) == (test.pk, test.patient, NOW)
    assert audit.detail["report"] == results[0].report_id


def test_calling_it_twice_changes_nothing():
    test = make_scheduled_test(due_on=DAY)
    blood_count(test.patient, DAY)
    close(test.patient)
    assert close(test.patient) == Closed()
    assert AuditEvent.objects.filter(verb="close_test").count() == 1


@pytest.mark.parametrize(("days", "closes"), [(-11, False), (-10, True), (7, True), (60, True)])
def test_early_within_the_slack_and_late_count_but_earlier_does_not(days, closes):
    test = make_scheduled_test(due_on=DAY, window=timedelta(days=7))
    blood_count(test.patient, DAY + timedelta(days=days))
    assert close(test.patient) == Closed(closed=int(closes))


def test_a_partial_panel_stays_open_until_the_rest_has_come():
    test = make_scheduled_test(due_on=DAY)
    blood_count(test.patient, DAY, "haemoglobin", "wbc")
    assert close(test.patient) == Closed()
    rest = blood_count(test.patient, DAY + timedelta(days=3), "platelets")
    assert close(test.patient) == Closed(closed=1)
    test.refresh_from_db()
    assert (test.closed_by, test.collected_on) == (rest[0].report, DAY + timedelta(days=3))


def test_one_report_closes_several_kinds():
    patient = make_patient()
    make_scheduled_test(patient, "cbc", due_on=DAY)
    make_scheduled_test(patient, "chemistry", due_on=DAY)
    report = make_report(patient, collected_on=DAY)
    for analyte in ("haemoglobin", "wbc", "platelets", "creatinine", "calcium_ionised"):
        make_result(patient, analyte, "1.2", report=report, collected_on=DAY)
    assert close(patient) == Closed(closed=2)


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error", "unknown"])
def test_a_result_that_is_not_usable_closes_nothing(status):
    test = make_scheduled_test(due_on=DAY)
    for result in blood_count(test.patient, DAY):
        Result.objects.filter(pk=result.pk).update(status=status)
    assert close(test.patient) == Closed()


def test_a_result_taken_back_reopens_the_test():
    test = make_scheduled_test(due_on=DAY)
    results = blood_count(test.patient, DAY)
    close(test.patient)
    Result.objects.filter(pk=results[0].pk).update(is_current=False)
    assert close(test.patient) == Closed(reopened=1)
    test.refresh_from_db()
    assert (test.closed_by, test.collected_on) == (None, None)
    assert AuditEvent.objects.filter(verb="reopen_test", target_id=test.pk).count() == 1


def test_results_of_another_patient_close_nothing():
    test = make_scheduled_test(due_on=DAY)
    other = make_patient()
    blood_count(other, DAY)
    assert close(test.patient, other) == Closed()


def test_a_skipped_test_is_left_alone():
    by = system_account()
    test = make_scheduled_test(due_on=DAY, skipped_because="declined", skipped_at=NOW, skipped_by=by)
    blood_count(test.patient, DAY)
    assert close(test.patient) == Closed()


def test_a_recorded_visit_closes_the_planned_one_and_a_second_run_changes_nothing():
    test = make_scheduled_test(kind="visit", due_on=DAY)
    SymptomReport.objects.create(patient=test.patient, reported_on=DAY, recorded_by=system_account())
    assert close(test.patient) == Closed(closed=1)
    test.refresh_from_db()
    assert (test.closed_by, test.collected_on) == (None, DAY)
    assert close(test.patient) == Closed()


def test_the_next_test_is_late_since_the_first_one_missed_until_one_is_done():
    first, second, third = chain_of_three()
    close(first.patient)
    assert late_from(first, second, third) == [first.closes_on] * 3
    blood_count(first.patient, second.due_on)
    close(first.patient)
    assert late_from(first, second, third) == [first.closes_on, first.closes_on, third.closes_on]
    first.refresh_from_db()
    assert first.closed_by is None


def test_a_late_result_counts_for_the_missed_one_only_until_the_next_opens():
    first, second, _ = chain_of_three()
    blood_count(first.patient, second.opens_on - timedelta(days=1))
    close(first.patient)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.closed_by is not None
    assert second.closed_by is None


def test_many_patients_take_as_few_statements_as_one():
    tests = [make_scheduled_test(due_on=DAY) for _ in range(30)]
    for test in tests:
        blood_count(test.patient, DAY)
    by = system_account()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        closed = close_for(patient_ids=[test.patient_id for test in tests], by=by, now=NOW)
    assert closed == Closed(closed=30)
    assert len(queries) == 4
    with CaptureQueriesContext(connection) as queries:
        close_for(patient_ids=[test.patient_id for test in tests], by=by, now=NOW)
    assert len(queries) == 3


def chain_of_three() -> list[ScheduledTest]:
    plan = make_plan(make_diagnosis())
    dues = [date(2025, 1, 10), date(2025, 2, 10), date(2025, 3, 10)]
    return [
        make_scheduled_test(
            plan.patient,
            due_on=due,
            plan=plan,
            step="cbc",
            sequence=number,
            lapses_on=dues[number + 1] - timedelta(days=7) if number < 2 else None,
        )
        for number, due in enumerate(dues)
    ]


def late_from(*tests: ScheduledTest) -> list[date]:
    return list(
        ScheduledTest.objects.filter(pk__in=[test.pk for test in tests])
        .order_by("due_on")
        .values_list("late_from", flat=True)
    )


def test_symptoms_told_on_a_visit_close_the_planned_one():
    test = make_scheduled_test(kind="visit", due_on=DAY)
    nurse = make_nurse(test.patient.site)
    tell_symptoms(patient=test.patient, reported_on=DAY, symptoms=[], by=nurse, now=NOW)
    test.refresh_from_db()
    assert test.collected_on == DAY
