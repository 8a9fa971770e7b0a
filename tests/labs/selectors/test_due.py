"""Statuses derived from dates: the table, and Python and SQL saying the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labs.models import ScheduledTest
from labs.selectors.due import Status, status_of, waiting_tests, with_status
from patients.actions.system_account import system_account
from tests.factories.people import make_care_team, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 15)
NOON = datetime(2025, 6, 15, 12, tzinfo=UTC)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


# opens, due, closes, lapses, late from, booked for, collected on (days from today), kind, what happened -> status
TABLE = [
    ((10, 17, 24, 40, 24, None, None), "cbc", "", Status.PLANNED),
    ((0, 7, 14, 30, 14, None, None), "cbc", "", Status.DUE),
    ((-14, -7, 0, 16, 0, None, None), "cbc", "", Status.DUE),
    ((-15, -8, -1, 15, -1, None, None), "cbc", "", Status.OVERDUE),
    ((-15, -8, -1, None, -1, None, None), "cbc", "", Status.OVERDUE),
    ((-3, 4, 11, 27, -20, None, None), "cbc", "", Status.OVERDUE),
    ((3, 10, 17, 33, -14, None, None), "cbc", "", Status.PLANNED),
    ((-30, -23, -16, 0, -16, None, None), "cbc", "", Status.MISSED),
    ((-30, -23, -16, 1, -16, None, None), "cbc", "", Status.OVERDUE),
    ((-15, -8, -1, 15, -1, 0, None), "cbc", "", Status.BOOKED),
    ((-15, -8, -1, 15, -1, -1, None), "cbc", "", Status.OVERDUE),
    ((-30, -23, -16, 0, -16, 3, None), "cbc", "", Status.BOOKED),
    ((10, 17, 24, 40, 24, 12, None), "cbc", "", Status.BOOKED),
    ((-15, -8, -1, 15, -1, 0, -2), "cbc", "", Status.COLLECTED),
    ((-30, -23, -16, 0, -16, None, -20), "cbc", "", Status.COLLECTED),
    ((-30, -23, -16, 0, -16, None, -20), "cbc", "closed", Status.RESULTED),
    ((-15, -8, -1, 15, -1, None, -2), "visit", "", Status.RESULTED),
    ((-15, -8, -1, 15, -1, None, None), "visit", "", Status.OVERDUE),
    ((-15, -8, -1, 15, -1, 5, None), "cbc", "skipped", Status.SKIPPED),
    ((10, 17, 24, 40, 24, None, None), "cbc", "skipped", Status.SKIPPED),
    # ... with the first and the last day of a pause
    ((-14, -7, 0, 16, 17, None, None, 0, 10), "cbc", "", Status.HELD),
    ((-14, -7, 0, 16, 17, None, None, -10, 0), "cbc", "", Status.HELD),
    ((-14, -7, 0, 16, 17, None, None, 1, 10), "cbc", "", Status.DUE),
    ((-14, -7, 0, 16, 6, None, None, -10, -1), "cbc", "", Status.DUE),
    ((-20, -13, -6, 10, -1, None, None, -16, -8), "cbc", "", Status.OVERDUE),
    ((-20, -13, -6, 10, -6, None, None, -3, 8), "cbc", "", Status.HELD),
    ((2, 9, 16, 32, 16, None, None, -3, 8), "cbc", "", Status.HELD),
    ((-14, -7, 0, 16, 17, 2, None, -1, 10), "cbc", "", Status.BOOKED),
    ((-14, -7, 0, 16, 17, None, -2, -1, 10), "cbc", "", Status.COLLECTED),
    ((-14, -7, 0, 16, 17, None, -2, -1, 10), "cbc", "closed", Status.RESULTED),
    ((-14, -7, 0, 16, 17, None, None, -1, 10), "cbc", "skipped", Status.SKIPPED),
    ((-30, -23, -16, 0, -16, None, None, -20, -1), "cbc", "", Status.EXCUSED),
    ((-30, -23, -16, 0, -16, None, None, -20, 9), "cbc", "", Status.EXCUSED),
    ((-30, -23, -16, 0, -16, None, None, -16, -1), "cbc", "", Status.EXCUSED),
    ((-30, -23, -16, 0, -16, None, None, -15, -1), "cbc", "", Status.MISSED),
    ((-30, -23, -16, 0, -16, None, None, -20, -2), "cbc", "", Status.MISSED),
    ((-30, -23, -16, 1, -16, None, None, -20, 9), "cbc", "", Status.HELD),
]
NAMES = ("opens_on", "due_on", "closes_on", "lapses_on", "late_from", "booked_for", "collected_on")
HOLD = ("held_from", "held_until")


def made(days: tuple[int | None, ...], kind: str, what: str) -> ScheduledTest:
    names = NAMES + HOLD if len(days) > len(NAMES) else NAMES
    dates = {name: None if number is None else day(number) for name, number in zip(names, days, strict=True)}
    patient = make_patient(site=make_site(code="paris", time_zone="Europe/Paris"))
    happened = {}
    if what == "closed":
        happened = {"closed_by": make_report(patient)}
    if what == "skipped":
        happened = {"skipped_because": "declined", "skipped_at": NOON, "skipped_by": system_account()}
    return make_scheduled_test(patient, kind, **dates, **happened)


@pytest.mark.parametrize(("days", "kind", "what", "expected"), TABLE)
def test_python_and_sql_say_the_same_status(days, kind, what, expected):
    test = made(days, kind, what)
    assert status_of(test, TODAY) == expected
    assert with_status(ScheduledTest.objects.all(), now=NOON).get().status == expected


def test_every_status_is_in_the_table():
    assert {expected for *_, expected in TABLE} == set(Status)


def test_python_and_sql_agree_on_every_day_of_a_test():
    for row in TABLE:
        made(*row[:3])
    for number in range(-45, 45):
        now = NOON + timedelta(days=number)
        for test in with_status(ScheduledTest.objects.all(), now=now):
            assert test.status == status_of(test, day(number)), (test.pk, number)


def test_the_day_is_the_day_at_the_site():
    evening = datetime(2025, 6, 15, 22, 30, tzinfo=UTC)
    days = {}
    for zone in ("Pacific/Auckland", "Europe/Paris", "America/Los_Angeles"):
        test = make_scheduled_test(make_patient(site=make_site(time_zone=zone)))
        days[zone] = with_status(ScheduledTest.objects.filter(pk=test.pk), now=evening).get().today
        assert days[zone] == evening.astimezone(test.patient.site.zone).date()
    assert set(days.values()) == {date(2025, 6, 15), date(2025, 6, 16)}


def test_a_nurse_sees_tests_of_her_sites_and_of_her_own_patients_only():
    here, elsewhere = make_site(), make_site()
    nurse = make_nurse(here)
    mine = make_scheduled_test(make_patient(site=here))
    followed = make_scheduled_test(make_patient(site=elsewhere))
    make_care_team(followed.patient, nurse=nurse)
    make_scheduled_test(make_patient(site=elsewhere))
    assert set(waiting_tests(user=nurse, now=NOON)) == {mine, followed}


def test_tests_of_the_dead_and_of_ended_plans_wait_for_nobody():
    site = make_site()
    make_scheduled_test(make_patient(site=site, deceased_on=date(2025, 1, 1)))
    plan = make_plan(make_diagnosis(make_patient(site=site)), ended_on=date(2025, 1, 1), ended_because="relapse")
    make_scheduled_test(plan.patient, plan=plan)
    assert not waiting_tests(user=make_nurse(site), now=NOON).exists()


@pytest.mark.parametrize(
    ("group", "rank"), [("high", 0), ("adverse", 0), ("unknown", 1), ("standard", 2), ("favourable", 3)]
)
def test_an_unknown_risk_is_not_a_low_one(group, rank):
    plan = make_plan(make_diagnosis(risk_group=group))
    make_scheduled_test(plan.patient, plan=plan)
    assert waiting_tests(user=system_account(), now=NOON).get().risk == rank
