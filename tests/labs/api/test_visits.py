"""/api/v1/visits/: the same rules as on the pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import ScheduledTest
from patients.models import AccessEvent, AuditEvent, Site, User
from tests.factories import make_nurse, make_patient, make_scheduled_test, make_site, make_user
from tests.factories.site_days import make_closure, make_settings

pytestmark = pytest.mark.django_db
URL = "/api/v1/visits/"


@pytest.fixture
def site() -> Site:
    site = make_site(time_zone="UTC")
    make_settings(site, works_weekends=True)
    return site


@pytest.fixture
def nurse(site: Site) -> User:
    return make_nurse(site, first_name="Ada", last_name="Novak")


@pytest.fixture
def today() -> date:
    return timezone.now().date()


@pytest.fixture
def tests(site: Site, today: date) -> list[ScheduledTest]:
    patient = make_patient(site=site)
    return [make_scheduled_test(patient, kind, due_on=today) for kind in ("cbc", "chemistry")]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, address: str, **body: Any) -> Any:
    return signed_in(user).post(f"{URL}{address}", body, content_type="application/json")


def book(user: User, tests: list[ScheduledTest], day: date, **body: Any) -> Any:
    return post(user, "", tests=[test.pk for test in tests], booked_for=day.isoformat(), **body)


def name(test: ScheduledTest, day: date) -> str:
    return f"{test.patient_id}_{day.isoformat()}"


def test_book_list_move_and_cancel(nurse, site, tests, today):
    answer = book(nurse, tests, today, booked_time="09:30", place="Day ward")
    assert answer.status_code == 201
    visit = answer.json()
    assert (visit["time"], visit["place"], len(visit["tests"])) == ("09:30:00", "Day ward", 2)
    assert signed_in(nurse).get(URL, {"site": site.pk}).json()["results"] == [visit]
    tomorrow = today + timedelta(days=1)
    moved = post(nurse, f"{visit['id']}/move/", booked_for=tomorrow.isoformat())
    assert (moved.json()["id"], moved.json()["time"]) == (name(tests[0], tomorrow), None)
    assert signed_in(nurse).get(f"{URL}{moved.json()['id']}/").json() == moved.json()
    assert post(nurse, f"{moved.json()['id']}/cancel/").status_code == 204
    assert signed_in(nurse).get(URL, {"site": site.pk}).json()["results"] == []
    assert AuditEvent.objects.filter(by=nurse).count() == 6
    assert AccessEvent.objects.filter(view="api:visits", patient=tests[0].patient).count() == 3


def test_a_visit_changed_meanwhile_is_a_conflict(nurse, tests, today):
    book(nurse, tests, today)
    seen = [{"test": test.pk, "booked_for": None} for test in tests]
    for step, body in (("move", {"booked_for": today.isoformat()}), ("cancel", {})):
        answer = post(nurse, f"{name(tests[0], today)}/{step}/", seen=seen, **body)
        assert answer.status_code == 409
        assert "changed meanwhile" in answer.json()["problems"][0]["what"]


def test_a_test_booked_by_another_is_a_conflict_that_says_by_whom(nurse, site, tests, today):
    book(nurse, tests[:1], today, booked_time="08:00")
    answer = book(make_nurse(site), tests, today + timedelta(days=1))
    assert answer.status_code == 409
    assert "08:00 by Ada Novak" in answer.json()["problems"][0]["what"]
    assert not ScheduledTest.objects.filter(pk=tests[1].pk).exclude(booked_for=None).exists()


def test_a_day_off_is_refused_unless_booked_anyway(nurse, site, tests, today):
    make_closure(site, today, name="Holiday")
    refused = book(nurse, tests, today)
    assert (refused.status_code, "Holiday" in refused.json()["problems"][0]["what"]) == (409, True)
    assert book(nurse, tests, today, anyway=True).status_code == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"tests": [], "booked_for": "2999-01-01"}, 400),
        ({"tests": [0], "booked_for": "2999-01-01"}, 400),
        ({"tests": [999_999_999], "booked_for": "2999-01-01"}, 400),
        ({"tests": ["x"], "booked_for": "2999-01-01"}, 400),
    ],
)
def test_what_cannot_be_meant_is_refused(nurse, body, status):
    assert post(nurse, "", **body).status_code == status


def test_a_day_in_the_past_is_refused(nurse, tests, today):
    assert book(nurse, tests, today - timedelta(days=1)).status_code == 409


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"site": "x"}, 400),
        ({"site": 999_999}, 404),
        ({"since": "2026-01-02", "until": "2026-01-01"}, 400),
        ({"since": "2026-01-01", "until": "2026-03-05"}, 400),
        ({"since": "2026-01-01", "until": "2026-03-04"}, 200),
        ({"since": "9999-12-31"}, 200),
    ],
)
def test_a_list_needs_a_site_and_days_that_can_be_meant(nurse, site, query, status):
    query = query if "site" in query or not query else {"site": site.pk} | query
    assert signed_in(nurse).get(URL, query).status_code == status


def test_visits_of_another_site_are_not_told(nurse, today):
    foreign = make_scheduled_test(due_on=today, booked_for=today)
    assert signed_in(nurse).get(URL, {"site": foreign.patient.site_id}).status_code == 403
    assert signed_in(nurse).get(f"{URL}{name(foreign, today)}/").status_code == 404
    assert post(nurse, f"{name(foreign, today)}/cancel/").status_code == 404
    assert book(nurse, [foreign], today).status_code == 400


@pytest.mark.parametrize("pk", ["0_2026-01-01", "1_2026-13-01", f"{10**30}_2026-01-01"])
def test_a_name_that_is_none_cannot_be_found(nurse, pk):
    assert signed_in(nurse).get(f"{URL}{pk}/").status_code == 404


def test_an_administrator_sees_and_books_nothing(site, tests, today):
    administrator = make_user("administrator", sites=[site])
    assert signed_in(administrator).get(URL, {"site": site.pk}).status_code == 200
    assert book(administrator, tests, today).status_code == 403


def test_an_auditor_has_no_calendar(site):
    assert signed_in(make_user("auditor", sites=[site])).get(URL, {"site": site.pk}).status_code == 403


def test_queries_do_not_grow_with_the_rows(
    nurse: User, site: Site, today: date, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_scheduled_test(make_patient(site=site), due_on=today, booked_for=today)
    client = signed_in(nurse)
    with django_assert_max_num_queries(9):
        assert len(client.get(URL, {"site": site.pk}).json()["results"]) == 10
