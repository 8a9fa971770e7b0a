from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import ScheduledTest
from patients.models import AccessEvent, AuditEvent, User
from tests.factories import make_nurse, make_patient, make_scheduled_test, make_site, make_user
from tests.factories.site_days import make_settings

pytestmark = pytest.mark.django_db
URL = "/api/v1/scheduled-tests/"


@pytest.fixture
def nurse() -> User:
    site = make_site(time_zone="UTC")
    make_settings(site, works_weekends=True)
    return make_nurse(site)


@pytest.fixture
def today() -> date:
    return timezone.now().date()


@pytest.fixture
def test(nurse: User, today: date) -> ScheduledTest:
    return make_scheduled_test(make_patient(site=nurse.sites.get()), due_on=today - timedelta(days=30))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, test: ScheduledTest, step: str, **body: Any) -> Any:
    return signed_in(user).post(f"{URL}{test.pk}/{step}/", body, content_type="application/json")


def test_visible_tests_by_due_day_with_their_status(nurse: User, test: ScheduledTest, today: date) -> None:
    make_scheduled_test(test.patient, "cbc_diff", due_on=today + timedelta(days=90))
    make_scheduled_test(due_on=today)
    rows = signed_in(nurse).get(URL).json()["results"]
    assert [(row["status"], row["label"]) for row in rows] == [
        ("overdue", "Blood count"),
        ("planned", "Blood count with differential"),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "overdue"}, 1),
        ({"status": ["due", "planned"]}, 0),
        ({"kind": "cbc"}, 1),
        ({"kind": "cbc_diff"}, 0),
        ({"due_until": "1999-01-01"}, 0),
        ({"due_since": "1999-01-01"}, 1),
    ],
)
def test_filters(nurse: User, test: ScheduledTest, query: dict[str, Any], found: int) -> None:
    assert len(signed_in(nurse).get(URL, query).json()["results"]) == found


def test_pages_of_tests_due_on_one_day_do_not_repeat(nurse: User, test: ScheduledTest) -> None:
    for _ in range(4):
        make_scheduled_test(test.patient, due_on=test.due_on)
    client, address, seen = signed_in(nurse), f"{URL}?page_size=2", []
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert seen == sorted(ScheduledTest.objects.values_list("pk", flat=True))


def test_a_list_of_one_patient_is_a_look_into_the_record(nurse: User, test: ScheduledTest) -> None:
    signed_in(nurse).get(URL, {"patient": test.patient_id})
    assert AccessEvent.objects.get().patient == test.patient


def test_queries_do_not_grow_with_the_rows(
    nurse: User, test: ScheduledTest, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(10):
        make_scheduled_test(make_patient(site=nurse.sites.get()))
    client = signed_in(nurse)
    with django_assert_max_num_queries(8):
        assert len(client.get(URL).json()["results"]) == 11


def test_book_and_cancel(nurse: User, test: ScheduledTest, today: date) -> None:
    booked = post(nurse, test, "book", booked_for=today.isoformat(), place="Day clinic").json()
    assert (booked["status"], booked["booked_at_place"]) == ("booked", "Day clinic")
    assert post(nurse, test, "unbook").json()["booked_for"] is None
    assert AuditEvent.objects.filter(patient=test.patient, by=nurse).count() == 2


def test_skip_and_bring_back(nurse: User, test: ScheduledTest) -> None:
    assert post(nurse, test, "skip", reason="unwell", note="flu").json()["status"] == "skipped"
    assert post(nurse, test, "unskip").json()["status"] == "overdue"


def test_done_and_taken_back(nurse: User, test: ScheduledTest) -> None:
    assert post(nurse, test, "done", done_on=test.due_on.isoformat()).json()["status"] == "collected"
    assert post(nurse, test, "undone").json()["status"] == "overdue"


def test_a_booking_changed_meanwhile_is_a_conflict(nurse: User, test: ScheduledTest, today: date) -> None:
    post(nurse, test, "book", booked_for=(today + timedelta(days=1)).isoformat())
    answer = post(nurse, test, "book", booked_for=today.isoformat())
    assert answer.status_code == 409
    assert answer.json()["problems"][0]["mend"]


@pytest.mark.parametrize(
    ("step", "body", "status"),
    [
        ("book", {}, 400),
        ("book", {"booked_for": "1999-01-01"}, 409),
        ("skip", {"reason": "tired"}, 400),
        ("unbook", {}, 409),
        ("unskip", {}, 409),
        ("done", {"done_on": "2999-01-01"}, 409),
        ("undone", {}, 409),
    ],
)
def test_what_is_not_possible_is_refused(
    nurse: User, test: ScheduledTest, step: str, body: dict[str, Any], status: int
) -> None:
    assert post(nurse, test, step, **body).status_code == status


def test_an_administrator_books_nothing(test: ScheduledTest, today: date) -> None:
    administrator = make_user("administrator", sites=[test.patient.site])
    assert post(administrator, test, "book", booked_for=today.isoformat()).status_code == 403


def test_a_foreign_test_looks_like_a_missing_one(nurse: User) -> None:
    assert post(nurse, make_scheduled_test(), "unbook").status_code == 404
