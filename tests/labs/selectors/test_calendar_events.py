"""What a calendar elsewhere is told: what stands booked, and what no longer does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from labs.actions.book_test import restore_bookings
from labs.actions.book_visit import book_visit, cancel_visit, move_visit
from labs.models import ScheduledTest
from labs.selectors.calendar_events import CalendarEvent, event_of_visit, events_of_site
from labs.selectors.visits import visit_on
from patients.models import Patient, Site, User
from tests.factories.people import make_nurse, make_site
from tests.factories.persons import make_patient
from tests.factories.plans import make_scheduled_test

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)
FRIDAY, MONDAY = date(2025, 6, 20), date(2025, 6, 23)


@pytest.fixture
def site() -> Site:
    return make_site(code="north")


@pytest.fixture
def nurse(site: Site) -> User:
    return make_nurse(site)


@pytest.fixture
def tests(site: Site) -> list[ScheduledTest]:
    patient = make_patient(site=site, family_name="Lindqvist")
    return [make_scheduled_test(patient, kind, due_on=date(2025, 6, 18)) for kind in ("cbc", "marrow")]


def events(site: Site, *, named: bool = True) -> dict[date, CalendarEvent]:
    found = events_of_site(site=site, since=FRIDAY - timedelta(days=5), until=MONDAY + timedelta(days=5), named=named)
    return {event.day: event for event in found}


def book(tests, nurse, day=FRIDAY, **fields):
    return book_visit(tests=tests, booked_for=day, by=nurse, now=NOW, **fields)


def test_a_visit_is_one_event_with_its_time_place_and_tests(site, nurse, tests):
    book(tests, nurse, booked_time=time(9, 30), place="Day ward")
    (event,) = events(site).values()
    assert (event.time, event.place, event.labels) == (time(9, 30), "Day ward", ("Blood count", "Bone marrow"))
    assert (event.patients, event.patient, event.revision) == (1, tests[0].patient, 2)


def test_without_names_a_day_is_one_event_that_counts_patients(site, nurse, tests):
    other = make_scheduled_test(make_patient(site=site), "mri", due_on=date(2025, 6, 18))
    book(tests, nurse, booked_time=time(9))
    book([other], nurse, place="Room of Lindqvist")
    (event,) = events(site, named=False).values()
    assert (event.patients, event.patient, event.time, event.place) == (2, None, None, "")
    assert set(event.labels) == {"Blood count", "Bone marrow", "MRI"}
    assert event.key == "site-north-2025-06-20"


@pytest.mark.parametrize("named", [True, False])
def test_a_moved_visit_is_cancelled_on_its_old_day_and_stands_on_the_new_one(site, nurse, tests, named):
    book(tests, nurse)
    before = events(site, named=named)[FRIDAY]
    move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, by=nurse, now=NOW)
    after = events(site, named=named)
    assert (after[FRIDAY].patients, after[MONDAY].patients) == (0, 1)
    assert after[FRIDAY].key == before.key != after[MONDAY].key
    assert after[FRIDAY].revision > before.revision
    assert (after[FRIDAY].patient is not None) is named


def test_every_change_of_a_booking_raises_the_revision(site, nurse, tests):
    seen = []
    before = book(tests, nurse)
    seen.append(events(site)[FRIDAY])
    cancel = cancel_visit(patient=tests[0].patient, day=FRIDAY, by=nurse, now=NOW)
    seen.append(events(site)[FRIDAY])
    restore_bookings(bookings=cancel, made_for=None, by=nurse, now=NOW)
    seen.append(events(site)[FRIDAY])
    move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=FRIDAY, booked_time=time(8), by=nurse, now=NOW)
    seen.append(events(site)[FRIDAY])
    revisions = [event.revision for event in seen]
    assert revisions == sorted(set(revisions))
    assert [event.patients for event in seen] == [1, 0, 1, 1]
    assert len({event.key for event in seen}) == 1
    assert len(before) == 2


def test_a_test_taken_off_a_visit_leaves_the_others(site, nurse, tests):
    book(tests, nurse)
    book(tests[1:], nurse, MONDAY, seen={tests[1].pk: (FRIDAY, None)})
    after = events(site)
    assert after[FRIDAY].labels == ("Blood count",)
    assert after[MONDAY].labels == ("Bone marrow",)


def test_a_skipped_test_and_a_patient_who_died_are_no_longer_expected(site, nurse, tests):
    book(tests[:1], nurse)
    ScheduledTest.objects.filter(pk=tests[0].pk).update(skipped_because="declined", skipped_at=NOW, skipped_by=nurse)
    assert events(site)[FRIDAY].patients == 0
    book(tests[1:], nurse, MONDAY)
    Patient.objects.filter(pk=tests[0].patient_id).update(deceased_on=date(2025, 6, 15))
    assert events(site)[MONDAY].patients == 0


def test_another_site_and_days_beyond_are_not_told(site, nurse, tests):
    foreign = make_scheduled_test(make_patient(site=make_site()), due_on=date(2025, 6, 18))
    book([foreign], make_nurse(foreign.patient.site))
    book(tests, nurse, date(2025, 7, 10))
    assert events(site) == {}


def test_the_file_of_a_visit_and_the_feed_agree(site, nurse, tests):
    book(tests, nurse)
    move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=FRIDAY, booked_time=time(8), by=nurse, now=NOW)
    visit = visit_on(patient=tests[0].patient, day=FRIDAY, today=NOW.date())
    assert visit is not None
    assert event_of_visit(visit, named=True) == events(site)[FRIDAY]


def test_queries_do_not_grow_with_the_rows(
    site: Site, nurse: User, tests: list[ScheduledTest], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        book([make_scheduled_test(make_patient(site=site), due_on=date(2025, 6, 18))], nurse)
    book(tests, nurse)
    cancel_visit(patient=tests[0].patient, day=FRIDAY, by=nurse, now=NOW)
    with django_assert_num_queries(5):
        assert len(events_of_site(site=site, since=FRIDAY, until=FRIDAY, named=True)) == 9
