"""The pages of measures: who reads them, what they say, what they ask of the database."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labs.models import ContactAttempt, FollowUpSettings, ScheduledTest
from patients.models import Patient, Site
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_plan,
    make_report,
    make_scheduled_test,
    make_site,
    make_user,
)
from tracker.web.measure_pages import MEASURES

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def ago(days: int):
    return TODAY - timedelta(days=days)


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North unit", time_zone="UTC")


def followed(site: Site, **fields) -> Patient:
    return make_plan(make_diagnosis(make_patient(site=site, **fields)), anchor_on=ago(600)).patient


def scheduled(patient: Patient, due: int, *, done: int | None = None, kind: str = "flc", **fields) -> ScheduledTest:
    closing = {} if done is None else {"closed_by": make_report(patient), "collected_on": ago(done)}
    plan = patient.plans.get()
    step = {"plan": plan, "step": kind, "sequence": plan.tests.count()}
    return make_scheduled_test(patient, kind, due_on=ago(due), **step, **closing, **fields)


def called(patient: Patient, days: int, *tests: ScheduledTest, channel: str = "phone") -> None:
    ContactAttempt.objects.create(
        patient=patient,
        at=timezone.now() - timedelta(days=days),
        by=make_nurse(patient.site),
        channel=channel,
        outcome="agreed",
        tests=[test.pk for test in tests],
    )


def address(code: str) -> str:
    return reverse("measure", args=[code])


def words(client, code: str, **query: str) -> str:
    return client.get(address(code), query).context["page"].sentence


@pytest.fixture
def nurse(client, site):
    client.force_login(make_nurse(site))
    return client


# Who may


@pytest.mark.parametrize("make", [make_nurse, make_physician, make_administrator])
@pytest.mark.parametrize("code", MEASURES)
def test_staff_of_a_site_read_its_measures(client, site, code: str, make: Callable[..., object]):
    client.force_login(make(site))
    page = client.get(address(code)).content.decode()
    assert str(MEASURES[code][0]) in page
    assert "What these numbers mean" in page


@pytest.mark.parametrize("code", MEASURES)
def test_others_do_not(client, site, code: str):
    client.force_login(make_user("auditor", sites=[site]))
    assert client.get(address(code)).status_code == 403
    assert client.get(reverse("measure_data", args=[code])).status_code == 403


def test_they_are_read_only_and_none_other_exist(nurse):
    assert nurse.post(address("on-time")).status_code == 405
    assert nurse.post(reverse("measure_data", args=["on-time"])).status_code == 405
    assert nurse.get(address("nothing")).status_code == 404
    assert nurse.get(reverse("measure_data", args=["nothing"])).status_code == 404


def test_figures_of_other_sites_are_nobodys_to_read(nurse, site):
    elsewhere = followed(make_site(code="south", name="South unit"), family_name="Elsewhere")
    test = scheduled(elsewhere, 300)
    called(elsewhere, 40, test)
    scheduled(elsewhere, 20, kind="spep", collected_on=ago(19))
    for code in MEASURES:
        page = nurse.get(address(code), {"site": "south"}).content.decode()
        assert "South unit" not in page
        assert "Elsewhere" not in page
    assert "nothing can be counted" in words(nurse, "on-time", site="south")


def test_the_measures_are_in_the_navigation_of_clinicians_and_on_the_administrators_page(client, site):
    client.force_login(make_nurse(site))
    assert reverse("measures") in client.get(reverse("worklist")).content.decode()
    client.force_login(make_administrator(site))
    assert reverse("measures") in client.get(reverse("reports")).content.decode()


# What they say


@pytest.mark.parametrize("code", MEASURES)
def test_nothing_is_said_of_nobody(nurse, code: str):
    page = nurse.get(address(code)).context["page"]
    assert page.options == {}
    assert "%" not in page.sentence


def test_tests_are_counted_on_time_late_and_not_done(nurse, site):
    patient = followed(site)
    scheduled(patient, 40, done=41)
    scheduled(patient, 80, done=70)
    scheduled(patient, 120)
    scheduled(patient, 2)
    assert words(nurse, "on-time").startswith("1 of 3 required tests were done on time: 33 % (95 % interval 6–79 %)")
    by_test = nurse.get(address("on-time")).context["page"].tables[1]
    assert [row.label for row in by_test.rows] == ["Free light chains"]
    assert by_test.rows[0].cells == [3, 1, 1, 1, 33, "6–79", "4.5"]


def test_half_of_the_tests_came_by_the_median(nurse, site):
    patient = followed(site)
    for number, delay in enumerate((-3, 0, 6, 20, 24)):
        scheduled(patient, 60 + 30 * number, done=60 + 30 * number - delay)
    said = words(nurse, "delay")
    assert "came by day 6, a quarter by day 0, three quarters by day 20" in said


@pytest.mark.parametrize(("came_after", "found"), [(0, 1), (15, 1), (16, 0)])
def test_who_came_within_fifteen_days_of_the_first_call(nurse, site, came_after: int, found: int):
    patient = followed(site)
    test = scheduled(patient, 60, done=40 - came_after)
    called(patient, 40, test)
    called(patient, 30, test)
    assert words(nurse, "first-calls").startswith(f"After {found} of 1 first calls")


@pytest.mark.parametrize(("days", "counted"), [(15, False), (16, True)])
def test_a_call_is_counted_once_its_days_have_passed(nurse, site, days: int, counted: bool):
    patient = followed(site)
    called(patient, days, scheduled(patient, 60, done=days))
    assert ("After 1 of 1" in words(nurse, "first-calls")) is counted


def test_a_visit_in_person_and_a_test_done_before_the_call_are_no_calls(nurse, site):
    patient = followed(site)
    called(patient, 40, scheduled(patient, 60), channel="in_person")
    called(patient, 40, scheduled(patient, 90, done=41))
    assert "nothing can be counted" in words(nurse, "first-calls")


@pytest.mark.parametrize(("late", "lost"), [(30, 0), (31, 1)])
def test_who_is_late_for_longer_than_the_site_says_is_lost_and_named(nurse, site, late: int, lost: int):
    FollowUpSettings.objects.create(site=site, lost_after_days=30)
    patient = followed(site, family_name="Okafor")
    scheduled(patient, late + 7)
    assert words(nurse, "lost").startswith(f"Today {lost} of 1 followed patient is lost")
    assert ("Okafor" in nurse.get(address("lost")).content.decode()) is bool(lost)


def test_who_did_anything_since_is_not_lost(nurse, site):
    patient = followed(site)
    scheduled(patient, 300)
    scheduled(patient, 200, done=200, kind="cbc")
    assert words(nurse, "lost").startswith("Today 0 of 1 followed patient")


def test_a_patient_on_hold_is_not_lost(nurse, site):
    patient = followed(site)
    scheduled(patient, 300)
    scheduled(patient, 10, kind="cbc", held_from=ago(20), held_until=ago(-20))
    assert words(nurse, "lost").startswith("Today 0 of 1 followed patient")


@pytest.mark.parametrize(("age", "overlong"), [(7, 0), (8, 1)])
def test_samples_that_wait_are_counted_with_those_that_wait_too_long(nurse, site, age: int, overlong: int):
    scheduled(followed(site), 20, collected_on=ago(age))
    assert words(nurse, "samples") == (f"1 sample waits for its result; {overlong} longer than its site allows.")


# Narrowing, files, cost


def test_a_site_a_disease_and_the_months_narrow_it(client, site):
    other = make_site(code="south", name="South unit")
    client.force_login(make_nurse(site, other))
    scheduled(followed(site), 40)
    scheduled(followed(other), 40)
    scheduled(make_plan(make_diagnosis(make_patient(site=other), disease="AML"), anchor_on=ago(600)).patient, 300)
    required = [
        client.get(address("on-time"), query).context["page"].tables[2].rows
        for query in ({}, {"site": "south"}, {"disease": "AML"}, {"months": "6"}, {"site": "south", "months": "6"})
    ]
    assert [sum(row.cells[0] for row in rows) for rows in required] == [3, 2, 1, 2, 1]


@pytest.mark.parametrize("query", ["?months=13", "?disease=flu", "?site=nowhere"])
def test_what_cannot_be_narrowed_to_is_said_beside_its_field(nurse, query: str):
    answer = nurse.get(address("on-time") + query)
    assert answer.status_code == 200
    assert answer.context["form"].errors


@pytest.mark.parametrize("code", MEASURES)
def test_the_data_of_the_picture_can_be_taken_as_a_file(nurse, site, code: str):
    patient = followed(site)
    called(patient, 40, scheduled(patient, 60, done=38))
    scheduled(patient, 20, kind="spep", collected_on=ago(20))
    answer = nurse.get(reverse("measure_data", args=[code]), {"months": "6"})
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode(), newline="")))
    table = nurse.get(address(code), {"months": "6"}).context["page"].tables[0]
    assert rows[0][1:] == [head.name for head in table.heads]
    assert [row[0] for row in rows[1:]] == [row.label for row in table.rows]
    assert table.rows


@pytest.mark.parametrize("code", MEASURES)
def test_statements_do_not_grow_with_the_rows(nurse, site, code: str):
    def more() -> int:
        for _ in range(3):
            patient = followed(site)
            called(patient, 40, scheduled(patient, 250), scheduled(patient, 60, kind="spep", done=38))
            scheduled(patient, 20, kind="cbc", collected_on=ago(20))
        return len(statements_of(nurse, address(code)))

    first = more()
    assert more() == first <= 10
