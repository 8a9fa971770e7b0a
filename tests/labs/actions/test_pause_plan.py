"""Pausing a plan: what is held, what is excused, what is asked for when the pause is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from labs.actions.close_tests import close_for
from labs.actions.evaluate_overdue import evaluate_overdue
from labs.actions.extend_horizon import extend_horizon
from labs.actions.pause_plan import Paused, change_pause, end_pause, pause_plan, take_back_pause
from labs.actions.plan_refusals import PlanRefused
from labs.actions.start_plan import start_plan
from labs.models import Flag, Plan, PlanPause, ScheduledTest
from labs.models.flag_states import ON_SCREEN
from labs.selectors.due import Status, status_of
from labs.selectors.overdue_as_rows import overdue_patients
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent
from tests.factories.people import make_nurse, make_site
from tests.factories.persons import make_diagnosis
from tests.factories.plans import make_protocol
from tests.factories.results import make_report, make_result

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)
TODAY = date(2025, 6, 15)
STEPS = [{"step": "diff", "kind": "cbc_diff", "every": "1 month"}]
COUNT = ("haemoglobin", "wbc", "platelets", "neutrophils")


@pytest.fixture
def plan() -> Plan:
    """Monthly counts on the first of a month, the one of June done."""
    protocol = make_protocol(definition={"anchor": "remission", "steps": STEPS})
    diagnosis = make_diagnosis(remission_on=date(2025, 4, 1))
    blood_count(diagnosis.patient, date(2025, 5, 1))
    blood_count(diagnosis.patient, date(2025, 6, 1))
    return start_plan(diagnosis=diagnosis, protocol=protocol, by=system_account(), now=at(date(2025, 4, 1)))


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def blood_count(patient, day: date) -> None:
    report = make_report(patient, collected_on=day)
    for analyte in COUNT:
        make_result(patient, analyte, "5", report=report, collected_on=day)


def pause(plan: Plan, starts_on: date = TODAY, until_on: date = date(2025, 8, 20), **fields) -> Paused:
    asked = {"reason": "travel", "by": make_nurse(plan.patient.site), "now": NOW} | fields
    return pause_plan(plan=plan, starts_on=starts_on, until_on=until_on, **asked)


def states(plan: Plan, today: date) -> dict[date, Status]:
    tests = plan.tests.filter(due_on__lte=date(2025, 10, 1)).order_by("due_on")
    return {test.due_on: status_of(test, today) for test in tests}


def test_what_falls_into_a_pause_is_held_then_excused_and_the_last_is_asked_for_at_once(plan):
    pause(plan)
    july, august, september = date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1)
    told = {
        day: [states(plan, day)[one] for one in (july, august, september)]
        for day in (date(2025, 6, 24), date(2025, 7, 25), date(2025, 8, 20), date(2025, 8, 21), date(2025, 8, 25))
    }
    assert told == {
        date(2025, 6, 24): [Status.HELD, Status.HELD, Status.PLANNED],
        date(2025, 7, 25): [Status.EXCUSED, Status.HELD, Status.PLANNED],
        date(2025, 8, 20): [Status.EXCUSED, Status.HELD, Status.PLANNED],
        date(2025, 8, 21): [Status.EXCUSED, Status.DUE, Status.PLANNED],
        date(2025, 8, 25): [Status.EXCUSED, Status.MISSED, Status.DUE],
    }
    assert states(plan, date(2025, 8, 27))[september] == Status.DUE
    assert states(plan, date(2025, 8, 28))[september] == Status.OVERDUE


def test_pausing_and_taking_it_back_leaves_the_tests_as_they_were(plan):
    before = list(plan.tests.order_by("pk").values())
    paused = pause(plan)
    assert list(plan.tests.order_by("pk").values()) != before
    take_back_pause(pause=paused.pause, because="journey cancelled", by=make_nurse(plan.patient.site), now=NOW)
    assert list(plan.tests.order_by("pk").values()) == before
    verbs = AuditEvent.objects.filter(target_type="labs.planpause", patient=plan.patient).values_list("verb", flat=True)
    assert set(verbs) == {"pause_plan", "take_back_pause"}
    with pytest.raises(PlanRefused, match="already"):
        take_back_pause(pause=paused.pause, because="again", by=make_nurse(plan.patient.site), now=NOW)


def test_prolonging_and_shortening_work_the_holds_out_anew(plan):
    paused = pause(plan, until_on=date(2025, 7, 5))
    nurse = make_nurse(plan.patient.site)
    assert plan.tests.filter(held_from__isnull=False).count() == 1
    change_pause(pause=paused.pause, until_on=date(2025, 9, 5), by=nurse, now=NOW)
    assert set(plan.tests.exclude(held_until=None).values_list("due_on", "held_until")) == {
        (date(2025, month, 1), date(2025, 9, 5)) for month in (7, 8, 9)
    }
    change_pause(pause=paused.pause, until_on=date(2025, 7, 5), by=nurse, now=NOW)
    assert plan.tests.filter(held_from__isnull=False).count() == 1
    assert AuditEvent.objects.filter(verb="change_pause").count() == 2


def test_who_is_back_is_asked_for_today(plan):
    paused = pause(plan)
    back = date(2025, 7, 20)
    end_pause(pause=paused.pause, by=make_nurse(plan.patient.site), now=at(back))
    paused.pause.refresh_from_db()
    assert paused.pause.until_on == date(2025, 7, 19)
    assert states(plan, back)[date(2025, 7, 1)] == Status.DUE


@pytest.mark.parametrize("starts_on", [TODAY, date(2025, 7, 1)])
def test_a_pause_that_did_not_begin_before_today_is_taken_back_when_ended(plan, starts_on):
    paused = pause(plan, starts_on)
    end_pause(pause=paused.pause, by=make_nurse(plan.patient.site), now=NOW)
    paused.pause.refresh_from_db()
    assert not paused.pause.stands
    assert not plan.tests.filter(held_from__isnull=False).exists()


@pytest.mark.parametrize(
    ("starts_on", "until_on", "where", "words"),
    [
        (TODAY, TODAY - timedelta(days=1), "until_on", "before it begins"),
        (date(2025, 6, 1), TODAY - timedelta(days=1), "until_on", "over already"),
        (TODAY, date(2026, 6, 16), "until_on", "may last until"),
        (date(2025, 9, 1), date(2026, 9, 2), "until_on", "may last until"),
        (TODAY - timedelta(days=32), date(2025, 7, 1), "starts_on", "days ago"),
        (date(2026, 7, 21), date(2026, 8, 1), "starts_on", "year ahead"),
    ],
)
def test_days_that_cannot_be_right_are_refused_with_the_field(plan, starts_on, until_on, where, words):
    with pytest.raises(ValidationError, match=words) as refused:
        pause(plan, starts_on, until_on)
    assert list(refused.value.message_dict) == [where]
    assert not PlanPause.objects.exists()


@pytest.mark.parametrize(
    ("starts_on", "until_on"),
    [(TODAY, TODAY), (date(2025, 6, 1), TODAY), (TODAY, date(2026, 6, 15)), (TODAY - timedelta(days=31), TODAY)],
)
def test_the_shortest_the_longest_and_one_told_late_are_taken(plan, starts_on, until_on):
    assert pause(plan, starts_on, until_on).pause.pk


@pytest.mark.parametrize(
    ("starts_on", "until_on", "overlaps"),
    [
        (date(2025, 7, 10), date(2025, 7, 12), True),
        (date(2025, 7, 1), date(2025, 7, 8), True),
        (date(2025, 7, 1), date(2025, 7, 7), False),
        (date(2025, 7, 20), date(2025, 7, 30), True),
        (date(2025, 7, 21), date(2025, 7, 30), False),
    ],
)
def test_a_plan_is_not_paused_twice_on_one_day(plan, starts_on, until_on, overlaps):
    pause(plan, date(2025, 7, 8), date(2025, 7, 20))
    if not overlaps:
        assert pause(plan, starts_on, until_on).pause.pk
        return
    with pytest.raises(ValidationError, match="paused from"):
        pause(plan, starts_on, until_on)


def test_a_pause_is_not_prolonged_into_the_next_nor_ended_in_hindsight_nor_changed_when_it_is_over(plan):
    first = pause(plan, TODAY, date(2025, 7, 7)).pause
    pause(plan, date(2025, 8, 1), date(2025, 8, 9))
    nurse = make_nurse(plan.patient.site)
    with pytest.raises(ValidationError, match="paused from"):
        change_pause(pause=first, until_on=date(2025, 8, 1), by=nurse, now=NOW)
    with pytest.raises(ValidationError, match="is past"):
        change_pause(pause=first, until_on=date(2025, 6, 28), by=nurse, now=at(date(2025, 6, 30)))
    with pytest.raises(ValidationError, match="ended on"):
        change_pause(pause=first, until_on=date(2025, 7, 20), by=nurse, now=at(date(2025, 7, 9)))


def test_reasons_are_coded_and_a_plan_that_ended_is_not_paused(plan):
    with pytest.raises(ValidationError, match="reason"):
        pause(plan, reason="whim")
    Plan.objects.filter(pk=plan.pk).update(ended_on=TODAY, ended_because="relapse")
    with pytest.raises(PlanRefused, match="ended on"):
        pause(plan)


def test_only_clinicians_who_see_the_patient_pause(plan):
    with pytest.raises(AccessRefused):
        pause(plan, by=make_nurse(make_site()))


def test_bookings_in_the_pause_are_named_and_stay(plan):
    inside = plan.tests.get(due_on=date(2025, 7, 1))
    ScheduledTest.objects.filter(pk=inside.pk).update(booked_for=date(2025, 7, 2))
    outside = plan.tests.get(due_on=date(2025, 9, 1))
    ScheduledTest.objects.filter(pk=outside.pk).update(booked_for=date(2025, 9, 2))
    assert pause(plan).booked == [inside]
    inside.refresh_from_db()
    assert status_of(inside, date(2025, 7, 2)) == Status.BOOKED
    assert status_of(inside, date(2025, 7, 3)) == Status.HELD


def test_tests_scheduled_later_are_held_by_a_pause_that_is_there(plan):
    later = date(2026, 6, 20)
    PlanPause.objects.create(
        plan=plan,
        starts_on=later,
        until_on=date(2026, 9, 1),
        reason="travel",
        recorded_by=system_account(),
        recorded_at=NOW,
    )
    extend_horizon(by=system_account(), now=at(later))
    fresh = plan.tests.filter(due_on__gte=date(2026, 8, 1))
    assert set(fresh.filter(held_from=later).values_list("due_on", flat=True)) == {
        date(2026, 8, 1),
        date(2026, 9, 1),
    }
    assert extend_horizon(by=system_account(), now=at(later)) == 0


def test_a_test_in_two_pauses_is_held_in_each(plan):
    pause(plan, TODAY, date(2025, 6, 28))
    pause(plan, date(2025, 7, 10), date(2025, 7, 20))
    july = date(2025, 7, 1)
    seen = {}
    for number in range(40):
        day = TODAY + timedelta(days=number)
        extend_horizon(by=system_account(), now=at(day))
        seen[day] = states(plan, day)[july]
    assert seen[date(2025, 6, 28)] == seen[date(2025, 7, 10)] == seen[date(2025, 7, 20)] == Status.HELD
    assert seen[date(2025, 6, 29)] == seen[date(2025, 7, 8)] == Status.DUE
    assert seen[date(2025, 7, 9)] == Status.OVERDUE
    assert seen[date(2025, 7, 21)] == Status.OVERDUE


def test_a_result_that_comes_in_the_pause_closes_its_test(plan):
    pause(plan)
    blood_count(plan.patient, date(2025, 7, 3))
    extend_horizon(by=system_account(), now=at(date(2025, 7, 3)))
    close_for(patient_ids=[plan.patient_id], by=system_account(), now=at(date(2025, 7, 3)))
    assert states(plan, date(2025, 7, 4))[date(2025, 7, 1)] == Status.RESULTED


def test_a_paused_marker_is_not_overdue_until_half_an_interval_after_the_pause(plan):
    assert overdue_patients(date(2025, 7, 17)) == {plan.patient_id}
    pause(plan)
    assert not overdue_patients(date(2025, 7, 17))
    assert not overdue_patients(date(2025, 8, 20))
    # the test of August is due on the 21st, when the pause is over
    assert not overdue_patients(date(2025, 9, 5))
    assert overdue_patients(date(2025, 9, 6)) == {plan.patient_id}


def test_a_marker_late_before_the_pause_is_late_again_after_it(plan):
    late, back = date(2025, 7, 17), date(2025, 7, 21)
    pause(plan, late, date(2025, 7, 20), now=at(late))
    assert not overdue_patients(date(2025, 7, 18))
    assert overdue_patients(back) == {plan.patient_id}


def test_the_rules_are_asked_again_when_a_pause_begins_changes_or_is_taken_back(plan):
    late = at(date(2025, 7, 18))
    evaluate_overdue(by=system_account(), now=late)
    assert overdue_on_screen(plan)
    made = pause(plan, late.date(), date(2025, 8, 1), now=late).pause
    assert not overdue_on_screen(plan)
    back = at(date(2025, 7, 25))
    change_pause(pause=made, until_on=date(2025, 7, 24), by=make_nurse(plan.patient.site), now=back)
    assert overdue_on_screen(plan) == (plan.patient_id in overdue_patients(back.date()))
    take_back_pause(pause=made, because="no journey", by=make_nurse(plan.patient.site), now=back)
    assert overdue_on_screen(plan)


def overdue_on_screen(plan: Plan) -> bool:
    return Flag.objects.filter(patient=plan.patient, rule="TEST-OVERDUE", signal__in=ON_SCREEN).exists()
