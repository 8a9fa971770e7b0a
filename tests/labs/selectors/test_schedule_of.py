"""The schedule of one patient: how each test came out, which results no test asked for, and what is counted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from labs.selectors.due import Status
from labs.selectors.schedule_of import Lane, schedule_of
from tests.factories import (
    make_diagnosis,
    make_patient,
    make_plan,
    make_report,
    make_result,
    make_scheduled_test,
)
from tracker.web.schedule import WORDS

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 15)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.fixture
def plan():
    return make_plan(make_diagnosis(make_patient()), anchor_on=day(-200))


def planned(plan, kind="flc", due=-60, **fields):
    sequence = plan.tests.count()
    return make_scheduled_test(plan.patient, kind, plan=plan, step=kind, sequence=sequence, due_on=day(due), **fields)


def chains(patient, on, **fields):
    """Both free light chains: what closes a test of them."""
    report = make_report(patient, collected_on=day(on), **fields)
    for analyte in ("flc_kappa", "flc_lambda"):
        make_result(patient, analyte, "10", collected_on=day(on), report=report)
    return report


def only(plan) -> Lane:
    (lane,) = schedule_of(patient=plan.patient, today=TODAY).lanes
    return lane


def test_a_patient_without_anything_has_an_empty_schedule():
    found = schedule_of(patient=make_patient(), today=TODAY)
    assert (found.plans, found.lanes, found.elsewhere, found.start_from) == ([], [], [], None)
    assert found.last_year.required == 0


@pytest.mark.parametrize(("done", "state"), [(-53, "on_time"), (-52, "late")])
def test_a_test_done_after_its_window_is_shown_as_late(plan, done, state):
    planned(plan, collected_on=day(done), closed_by=chains(plan.patient, done))
    (shown,) = only(plan).tests
    assert (shown.state, shown.on) == (state, day(done))


def test_a_result_that_closed_a_test_is_not_unplanned(plan):
    planned(plan, collected_on=day(-60), closed_by=chains(plan.patient, -60))
    assert [one.unplanned for one in only(plan).results] == [False]


def test_a_part_of_a_panel_that_still_waits_is_not_unplanned(plan):
    planned(plan)
    make_result(plan.patient, "flc_kappa", "10", collected_on=day(-62))
    assert [one.unplanned for one in only(plan).results] == [False]


@pytest.mark.parametrize(("on", "unplanned"), [(-71, True), (-70, False), (-60, False), (-40, True)])
def test_a_result_outside_every_window_is_unplanned(plan, on, unplanned):
    """The window of seven days to either side opens three days early, and the next test's is months away."""
    planned(plan, lapses_on=day(-45))
    chains(plan.patient, on)
    assert [one.unplanned for one in only(plan).results] == [unplanned]


def test_a_second_result_in_a_window_that_was_done_is_unplanned(plan):
    planned(plan, collected_on=day(-62), closed_by=chains(plan.patient, -62))
    chains(plan.patient, -58)
    assert [(one.on, one.unplanned) for one in only(plan).results] == [(day(-62), False), (day(-58), True)]


def test_results_from_before_the_plan_were_not_asked_for_by_any_and_are_no_exception(plan):
    planned(plan)
    chains(plan.patient, -201)
    chains(plan.patient, -200)
    assert [one.unplanned for one in only(plan).results] == [False, True]


def test_results_of_kinds_that_are_not_planned_stand_apart(plan):
    planned(plan)
    make_result(plan.patient, "creatinine", "1.0", collected_on=day(-30))
    (elsewhere,) = schedule_of(patient=plan.patient, today=TODAY).elsewhere
    assert (elsewhere.on, elsewhere.kinds) == (day(-30), ("chemistry",))
    assert only(plan).results == []


def test_markers_of_the_disease_come_first(plan):
    for kind in ("visit", "chemistry", "flc", "marrow", "unheard_of"):
        planned(plan, kind)
    lanes = schedule_of(patient=plan.patient, today=TODAY).lanes
    assert [lane.kind for lane in lanes] == ["flc", "marrow", "chemistry", "visit", "unheard_of"]


def test_the_last_twelve_months_and_the_whole_plan_are_counted_apart(plan):
    planned(plan, due=-370)
    planned(plan, due=-365, collected_on=day(-365), closed_by=chains(plan.patient, -365))
    planned(plan, due=-60)
    planned(plan, due=-2)
    plan.started_on = day(-400)
    plan.save()
    found = schedule_of(patient=plan.patient, today=TODAY)
    assert (found.last_year.on_time, found.last_year.required, found.last_year.open) == (1, 2, 1)
    assert (found.since_start.on_time, found.since_start.required, found.since_start.percent) == (1, 3, 33)


def test_a_plan_that_ended_does_not_begin_the_one_that_runs(plan):
    older = make_plan(plan.diagnosis, anchor_on=day(-900), ended_on=day(-300), ended_because="relapse")
    planned(older, due=-800)
    planned(plan, due=-60)
    found = schedule_of(patient=plan.patient, today=TODAY)
    assert found.start_from == day(-200)
    assert found.since_start.required == 1


def test_every_status_has_a_word():
    assert set(Status.values) - {Status.RESULTED.value} <= set(WORDS)
