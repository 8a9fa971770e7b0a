"""Reports that closed no test are found; those that helped are not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from labs.actions.close_tests import close_for
from labs.models import Plan, Report
from labs.selectors.unplanned import unplanned_reports
from patients.actions.system_account import system_account
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report, make_result

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 20, 9, tzinfo=UTC)
DAY = date(2025, 6, 1)


@pytest.fixture
def plan() -> Plan:
    """A plan with one blood count, due on the first of June."""
    plan = make_plan(anchor_on=date(2025, 1, 1))
    make_scheduled_test(plan.patient, "cbc", due_on=DAY, plan=plan, step="counts")
    return plan


def report(plan: Plan, day: date, *analytes: str) -> Report:
    made = make_report(plan.patient, collected_on=day)
    for analyte in analytes:
        make_result(plan.patient, analyte, "5", report=made, collected_on=day)
    close_for(patient_ids=[plan.patient_id], by=system_account(), now=NOW)
    return made


COUNT = ("haemoglobin", "wbc", "platelets")


def found(plan: Plan) -> list[Report]:
    return [one.report for one in unplanned_reports(patient=plan.patient)]


def test_one_too_early_to_count_is_found_with_what_it_would_have_done(plan):
    early = report(plan, date(2025, 5, 1), *COUNT)
    report(plan, DAY, *COUNT)
    (one,) = unplanned_reports(patient=plan.patient)
    assert (one.report, one.on, one.kinds) == (early, date(2025, 5, 1), ("cbc",))


def test_one_that_closes_or_gives_part_of_a_panel_is_not(plan):
    report(plan, DAY, "haemoglobin")
    assert found(plan) == []
    report(plan, date(2025, 6, 3), "wbc", "platelets")
    assert found(plan) == []


def test_a_second_one_after_the_test_was_closed_is(plan):
    report(plan, DAY, *COUNT)
    second = report(plan, date(2025, 6, 9), *COUNT)
    assert found(plan) == [second]


def test_what_came_before_the_plan_or_belongs_to_no_panel_is_not(plan):
    report(plan, date(2024, 12, 31), *COUNT)
    report(plan, date(2025, 5, 1), "crp")
    assert found(plan) == []
    Plan.objects.filter(pk=plan.pk).update(started_on=date(2024, 12, 31))
    assert len(found(plan)) == 1


def test_without_a_plan_nothing_is_unplanned():
    made = make_result()
    assert unplanned_reports(patient=made.patient) == []


def test_it_takes_five_queries_however_many_there_are(plan, django_assert_num_queries):
    report(plan, date(2025, 5, 1), *COUNT)
    report(plan, date(2025, 5, 2), *COUNT)
    with django_assert_num_queries(5):
        assert len(unplanned_reports(patient=plan.patient)) == 2
