"""Which visit is offered for a test, and which stand booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from labs.models import ScheduledTest
from labs.protocols.visits import LeftOut, Why
from labs.selectors.due import Status
from labs.selectors.visits import Offer, offered_visit, visit_on, visits_among, visits_at
from patients.models import Patient, Site, User
from tests.factories.people import make_care_team, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report
from tests.factories.site_days import make_closure

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 16, 9, tzinfo=UTC)
TODAY = date(2025, 6, 16)  # a Monday
DAY = timedelta(days=1)


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def nurse(site: Site) -> User:
    return make_nurse(site)


@pytest.fixture
def patient(site: Site) -> Patient:
    return make_patient(site=site)


@pytest.fixture
def test(patient: Patient) -> ScheduledTest:
    return make_scheduled_test(patient, due_on=TODAY + 8 * DAY)


def offer(test: ScheduledTest, nurse: User) -> Offer:
    return offered_visit(test=test, today=TODAY, user=nurse, now=NOW)


def beside(test: ScheduledTest, nurse: User) -> dict[ScheduledTest, bool]:
    return {one.test: one.fits for one in offer(test, nurse).beside}


def test_tests_that_wait_or_open_in_time_are_beside_it_and_others_are_not(test, nurse, patient):
    due = make_scheduled_test(patient, "chemistry", due_on=TODAY + 2 * DAY)
    planned = make_scheduled_test(patient, "marrow", due_on=TODAY + 20 * DAY)
    make_scheduled_test(patient, "mri", due_on=TODAY + 60 * DAY)
    make_scheduled_test(patient, "visit", due_on=TODAY, collected_on=TODAY)
    make_scheduled_test(patient, "flc", due_on=TODAY, closed_by=make_report(patient))
    make_scheduled_test(patient, "spep", due_on=TODAY, skipped_because="declined", skipped_at=NOW, skipped_by=nurse)
    make_scheduled_test(make_patient(site=patient.site), "chemistry", due_on=TODAY + 2 * DAY)
    assert set(beside(test, nurse)) == {due, planned}


def test_a_test_booked_for_another_day_is_left_where_it_is(test, nurse, patient):
    make_scheduled_test(patient, "chemistry", due_on=TODAY + 8 * DAY, booked_for=TODAY + 3 * DAY)
    assert offer(test, nurse).beside == []


def test_the_day_the_patient_comes_anyway_is_offered(test, nurse, patient):
    make_scheduled_test(patient, "chemistry", due_on=TODAY + 8 * DAY, booked_for=TODAY + 3 * DAY)
    assert offer(test, nurse).day == TODAY + 3 * DAY


def test_a_booking_that_passed_without_result_is_offered_again(test, nurse, patient):
    missed = make_scheduled_test(patient, "chemistry", due_on=TODAY - DAY, booked_for=TODAY - DAY)
    assert beside(test, nurse) == {missed: True}


def test_a_late_test_says_the_day_it_could_be_done_alone(nurse, patient):
    late = make_scheduled_test(patient, due_on=TODAY - 30 * DAY)
    soon = make_scheduled_test(patient, "chemistry", due_on=TODAY + 10 * DAY)
    found = offer(late, nurse)
    assert (found.alone, found.day, found.together) == (TODAY + DAY, TODAY + 3 * DAY, 2)
    assert found.beside[0].test == soon


def test_what_does_not_fit_says_why(test, nurse, patient):
    urgent = make_scheduled_test(patient, "chemistry", due_on=TODAY, late_from=TODAY, closes_on=TODAY + 7 * DAY)
    ScheduledTest.objects.filter(pk=test.pk).update(opens_on=TODAY + 8 * DAY)
    test.refresh_from_db()
    urgent.refresh_from_db()
    (one,) = offer(test, nurse).beside
    assert (one.test, one.fits) == (urgent, True)  # late from tomorrow on: it may wait a week
    ScheduledTest.objects.filter(pk=urgent.pk).update(late_from=TODAY + 2 * DAY)
    (one,) = offer(test, nurse).beside
    assert one.left_out == LeftOut(urgent.pk, Why.LATE_BY_THEN, TODAY + 2 * DAY)


def test_days_off_of_the_site_are_not_offered(test, nurse, site):
    make_closure(site, TODAY + 7 * DAY, TODAY + 9 * DAY)
    assert offer(test, nurse).day == TODAY + 4 * DAY


def test_of_a_chain_only_the_first_is_offered(nurse, patient):
    plan = make_plan(make_diagnosis(patient))
    lead = make_scheduled_test(patient, "mri", due_on=TODAY + 5 * DAY)
    first = make_scheduled_test(patient, "cbc", due_on=TODAY, plan=plan, step="cbc", sequence=0)
    make_scheduled_test(patient, "cbc", due_on=TODAY + 10 * DAY, plan=plan, step="cbc", sequence=1)
    assert set(beside(lead, nurse)) == {first}


def test_it_takes_two_queries_whatever_waits(
    test: ScheduledTest, nurse: User, patient: Patient, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for kind in ("chemistry", "marrow", "mri"):
        make_scheduled_test(patient, kind, due_on=TODAY + 8 * DAY)
    with django_assert_num_queries(2):
        assert offer(test, nurse).together == 4


# Standing visits


def test_a_visit_is_as_early_as_its_earliest_test_and_in_all_its_places(patient):
    for kind, at, place in (("cbc", time(10), "Ward 7"), ("mri", time(8), "Radiology"), ("flc", None, "")):
        make_scheduled_test(patient, kind, due_on=TODAY, booked_for=TODAY, booked_time=at, booked_at_place=place)
    visit = visit_on(patient=patient, day=TODAY, today=TODAY)
    assert visit is not None
    assert (visit.time, visit.place) == (time(8), "Ward 7, Radiology")
    assert visit.labels == ["Blood count", "MRI", "Free light chains"]
    assert [state for _test, state in visit.states] == [Status.BOOKED] * 3


def test_a_visit_knows_which_of_its_tests_may_still_be_moved(patient):
    waiting = make_scheduled_test(patient, "cbc", due_on=TODAY, booked_for=TODAY)
    make_scheduled_test(patient, "mri", due_on=TODAY, booked_for=TODAY, collected_on=TODAY)
    make_scheduled_test(patient, "flc", due_on=TODAY, booked_for=TODAY, closed_by=make_report(patient))
    visit = visit_on(patient=patient, day=TODAY, today=TODAY)
    assert visit is not None
    assert visit.waiting == [waiting]
    assert visit.seen == {waiting.pk: (TODAY, None)}


def test_there_is_no_visit_where_nothing_is_booked(patient):
    make_scheduled_test(patient, due_on=TODAY)
    assert visit_on(patient=patient, day=TODAY, today=TODAY) is None


def test_visits_of_a_patient_are_those_from_today_on(patient):
    tests = [
        make_scheduled_test(patient, due_on=TODAY, booked_for=day)
        for day in (TODAY - DAY, TODAY, TODAY + DAY, None, TODAY)
    ]
    assert [(visit.day, len(visit.tests)) for visit in visits_among(tests, TODAY)] == [(TODAY, 2), (TODAY + DAY, 1)]


def test_a_site_sees_its_own_patients_only_also_for_who_follows_others(site, nurse):
    mine = make_scheduled_test(make_patient(site=site), due_on=TODAY, booked_for=TODAY)
    followed = make_scheduled_test(make_patient(site=make_site()), due_on=TODAY, booked_for=TODAY)
    make_care_team(followed.patient, nurse=nurse)
    visits = visits_at(site=site, user=nurse, now=NOW, since=TODAY, until=TODAY)
    assert [visit.tests for visit in visits] == [[mine]]
