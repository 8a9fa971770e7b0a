"""Booking, moving and cancelling a whole visit."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from labs.actions.book_test import BookingConflict, BookingRefused, SiteClosed, restore_bookings
from labs.actions.book_visit import book_visit, cancel_visit, move_visit
from labs.models import ScheduledTest
from patients.access import AccessRefused
from patients.models import AuditEvent, User
from tests.factories.people import make_administrator, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.site_days import make_closure

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)
FRIDAY, MONDAY = date(2025, 6, 20), date(2025, 6, 23)
NINE = time(9)


@pytest.fixture
def tests() -> list[ScheduledTest]:
    patient = make_patient()
    return [make_scheduled_test(patient, kind, due_on=date(2025, 6, 18)) for kind in ("cbc", "chemistry", "marrow")]


@pytest.fixture
def nurse(tests: list[ScheduledTest]) -> User:
    return make_nurse(tests[0].patient.site, first_name="Ada", last_name="Novak")


def booked(tests: list[ScheduledTest]) -> set[tuple[date | None, time | None, str]]:
    rows = ScheduledTest.objects.filter(pk__in=[test.pk for test in tests])
    return set(rows.values_list("booked_for", "booked_time", "booked_at_place"))


def seen(tests: list[ScheduledTest]) -> dict[int, tuple[date | None, time | None]]:
    rows = ScheduledTest.objects.filter(pk__in=[test.pk for test in tests])
    return {row.pk: (row.booked_for, row.booked_time) for row in rows}


def test_all_tests_are_booked_with_an_audit_row_each(tests, nurse):
    before = book_visit(tests=tests, booked_for=FRIDAY, booked_time=NINE, place="Day ward", by=nurse, now=NOW)
    assert booked(tests) == {(FRIDAY, NINE, "Day ward")}
    assert AuditEvent.objects.filter(verb="book_test", by=nurse).count() == 3
    assert restore_bookings(bookings=before, made_for=FRIDAY, made_time=NINE, by=nurse, now=NOW) == 3
    assert booked(tests) == {(None, None, "")}


def test_when_one_cannot_be_booked_none_is_and_it_is_named(tests, nurse):
    later = make_scheduled_test(tests[0].patient, "mri", due_on=date(2025, 9, 1))
    with pytest.raises(BookingRefused, match="MRI on 20 Jun 2025 would be too early"):
        book_visit(tests=[*tests, later], booked_for=FRIDAY, by=nurse, now=NOW)
    assert booked([*tests, later]) == {(None, None, "")}
    assert not AuditEvent.objects.exists()


def test_a_visit_needs_tests_and_those_of_one_patient(tests, nurse):
    with pytest.raises(BookingRefused, match="at least one"):
        book_visit(tests=[], booked_for=FRIDAY, by=nurse, now=NOW)
    other = make_scheduled_test(make_patient(site=tests[0].patient.site), due_on=date(2025, 6, 18))
    with pytest.raises(BookingRefused, match="one patient"):
        book_visit(tests=[*tests, other], booked_for=FRIDAY, by=nurse, now=NOW)


def test_two_tests_of_a_chain_are_booked_once(nurse, tests):
    plan = make_plan(make_diagnosis(tests[0].patient))
    first = make_scheduled_test(
        plan.patient, "flc", due_on=date(2025, 5, 25), plan=plan, step="flc", lapses_on=date(2025, 6, 18)
    )
    second = make_scheduled_test(plan.patient, "flc", due_on=date(2025, 6, 25), plan=plan, step="flc", sequence=1)
    before = book_visit(tests=[second, first], booked_for=FRIDAY, by=nurse, now=NOW)
    assert sorted(booking.test for booking in before) == [first.pk, second.pk]


def test_a_test_booked_meanwhile_is_a_conflict_and_nothing_changes(tests, nurse):
    book_visit(tests=tests[2:], booked_for=MONDAY, by=nurse, now=NOW)
    other = make_nurse(tests[0].patient.site)
    with pytest.raises(BookingConflict, match="Bone marrow was booked for 23 Jun 2025 by Ada Novak"):
        book_visit(tests=tests, booked_for=FRIDAY, by=other, now=NOW)
    assert booked(tests[:2]) == {(None, None, "")}


def test_a_visit_is_moved_with_everything_and_the_move_is_undone(tests, nurse):
    book_visit(tests=tests, booked_for=FRIDAY, booked_time=NINE, place="Day ward", by=nurse, now=NOW)
    before = move_visit(
        patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, place="Ward 7", seen=seen(tests), by=nurse, now=NOW
    )
    assert booked(tests) == {(MONDAY, None, "Ward 7")}
    restore_bookings(bookings=before, made_for=MONDAY, by=nurse, now=NOW)
    assert booked(tests) == {(FRIDAY, NINE, "Day ward")}


def test_moving_to_a_day_off_needs_a_word_more(tests, nurse):
    make_closure(tests[0].patient.site, MONDAY, name="Midsummer")
    book_visit(tests=tests, booked_for=FRIDAY, by=nurse, now=NOW)
    with pytest.raises(SiteClosed):
        move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, by=nurse, now=NOW)
    move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, anyway=True, by=nurse, now=NOW)
    assert booked(tests) == {(MONDAY, None, "")}


def test_only_the_tests_of_that_day_are_moved(tests, nurse):
    book_visit(tests=tests[:2], booked_for=FRIDAY, by=nurse, now=NOW)
    book_visit(tests=tests[2:], booked_for=date(2025, 6, 24), by=nurse, now=NOW)
    move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, by=nurse, now=NOW)
    assert booked(tests[2:]) == {(date(2025, 6, 24), None, "")}


@pytest.mark.parametrize("step", ["move", "cancel"])
def test_a_visit_changed_meanwhile_is_a_conflict(tests, nurse, step):
    book_visit(tests=tests, booked_for=FRIDAY, by=nurse, now=NOW)
    as_seen = seen(tests)
    move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=FRIDAY, booked_time=NINE, by=nurse, now=NOW)
    acts = {
        "move": lambda: move_visit(
            patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, seen=as_seen, by=nurse, now=NOW
        ),
        "cancel": lambda: cancel_visit(patient=tests[0].patient, day=FRIDAY, seen=as_seen, by=nurse, now=NOW),
    }
    with pytest.raises(BookingConflict, match="changed meanwhile"):
        acts[step]()
    assert booked(tests) == {(FRIDAY, NINE, "")}


def test_a_visit_is_cancelled_and_the_cancelling_undone(tests, nurse):
    book_visit(tests=tests, booked_for=FRIDAY, booked_time=NINE, by=nurse, now=NOW)
    before = cancel_visit(patient=tests[0].patient, day=FRIDAY, by=nurse, now=NOW)
    assert booked(tests) == {(None, None, "")}
    assert AuditEvent.objects.filter(verb="unbook_test", by=nurse).count() == 3
    restore_bookings(bookings=before, made_for=None, by=nurse, now=NOW)
    assert booked(tests) == {(FRIDAY, NINE, "")}


def test_what_was_collected_stays_where_it_is(tests, nurse):
    book_visit(tests=tests, booked_for=FRIDAY, by=nurse, now=NOW)
    ScheduledTest.objects.filter(pk=tests[0].pk).update(collected_on=date(2025, 6, 14))
    move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, by=nurse, now=NOW)
    assert booked(tests[:1]) == {(FRIDAY, None, "")}
    assert booked(tests[1:]) == {(MONDAY, None, "")}


def test_a_visit_that_is_none_cannot_be_moved_or_cancelled(tests, nurse):
    with pytest.raises(BookingConflict, match="no visit on 20 Jun 2025"):
        move_visit(patient=tests[0].patient, day=FRIDAY, booked_for=MONDAY, by=nurse, now=NOW)
    with pytest.raises(BookingConflict, match="no visit on 20 Jun 2025"):
        cancel_visit(patient=tests[0].patient, day=FRIDAY, by=nurse, now=NOW)


@pytest.mark.parametrize("verb", ["book", "move", "cancel"])
@pytest.mark.parametrize("who", ["a nurse of another site", "an administrator"])
def test_it_validates_who_may(tests, nurse, verb, who):
    book_visit(tests=tests, booked_for=FRIDAY, by=nurse, now=NOW)
    patient = tests[0].patient
    stranger = make_administrator(patient.site) if who == "an administrator" else make_nurse(make_site())
    acts = {
        "book": lambda: book_visit(tests=tests, booked_for=MONDAY, seen=seen(tests), by=stranger, now=NOW),
        "move": lambda: move_visit(patient=patient, day=FRIDAY, booked_for=MONDAY, by=stranger, now=NOW),
        "cancel": lambda: cancel_visit(patient=patient, day=FRIDAY, by=stranger, now=NOW),
    }
    with pytest.raises(AccessRefused):
        acts[verb]()
    assert booked(tests) == {(FRIDAY, None, "")}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_book_overlapping_visits_at_once_one_wins_and_the_other_is_told() -> None:
    patient = make_patient()
    kinds = ("cbc", "chemistry", "marrow")
    tests = [make_scheduled_test(patient, kind, due_on=date(2025, 6, 18)) for kind in kinds]
    nurses = [make_nurse(patient.site), make_nurse(patient.site)]
    both, outcomes = threading.Barrier(2), []

    def book(nurse: User, mine: list[ScheduledTest], day: date, at: time) -> None:
        try:
            both.wait(10)
            book_visit(tests=mine, booked_for=day, booked_time=at, by=nurse, now=NOW)
            outcomes.append("booked")
        except BookingConflict as conflict:
            outcomes.append(str(conflict))
        finally:
            connection.close()

    plans = [(nurses[0], tests[:2], FRIDAY, NINE), (nurses[1], tests[1:][::-1], FRIDAY, time(10))]
    threads = [threading.Thread(target=book, args=plan) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("booked") == 1
    assert any("Chemistry was booked for 20 Jun 2025, " in outcome for outcome in outcomes)
    assert ScheduledTest.objects.exclude(booked_for=None).count() == 2


def test_a_day_in_the_past_is_refused(tests, nurse):
    with pytest.raises(BookingRefused, match="is past"):
        book_visit(tests=tests, booked_for=NOW.date() - timedelta(days=1), by=nurse, now=NOW)
