"""Booking, taking it back, skipping, and recording what was done by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from labs.actions.book_test import BookingConflict, BookingRefused, SiteClosed, book_test, restore_bookings, unbook
from labs.actions.record_done import DoneRefused, record_done, take_back_done
from labs.actions.skip_test import SkipRefused, skip_test, unskip_test
from labs.models import ScheduledTest
from labs.selectors.due import Status, status_of
from patients.access import AccessRefused
from patients.models import AuditEvent, User
from tests.factories.people import make_nurse, make_physician, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test
from tests.factories.results import make_report
from tests.factories.site_days import make_closure, make_settings

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)
TODAY = date(2025, 6, 15)
FRIDAY = date(2025, 6, 20)


@pytest.fixture
def test() -> ScheduledTest:
    return make_scheduled_test(due_on=date(2025, 6, 1))


@pytest.fixture
def nurse(test: ScheduledTest) -> User:
    return make_nurse(test.patient.site, first_name="Ada", last_name="Novak")


def status(test: ScheduledTest) -> Status:
    test.refresh_from_db()
    return status_of(test, TODAY)


def test_a_test_is_booked_with_an_audit_row(test, nurse):
    book_test(test=test, booked_for=FRIDAY, place="Day ward", by=nurse, now=NOW)
    assert status(test) == Status.BOOKED
    assert (test.booked_for, test.booked_at_place) == (FRIDAY, "Day ward")
    audit = AuditEvent.objects.get(verb="book_test")
    assert (audit.by, audit.patient, audit.detail["booked_for"]) == (nurse, test.patient, "2025-06-20")


@pytest.mark.parametrize(
    ("day", "reason"),
    [(TODAY - timedelta(days=1), "is past"), (date(2026, 12, 1), "more than a year"), (date(2025, 6, 14), "is past")],
)
def test_a_day_that_cannot_be_meant_is_refused(test, nurse, day, reason):
    with pytest.raises(BookingRefused, match=reason):
        book_test(test=test, booked_for=day, by=nurse, now=NOW)
    assert status(test) == Status.OVERDUE


def test_a_day_too_early_to_count_is_refused(nurse, test):
    planned = make_scheduled_test(test.patient, due_on=date(2025, 9, 1))
    with pytest.raises(BookingRefused, match="too early"):
        book_test(test=planned, booked_for=FRIDAY, by=nurse, now=NOW)


def test_of_two_nurses_one_wins_and_the_other_sees_why(test, nurse):
    other = make_nurse(test.patient.site)
    seen = ScheduledTest.objects.get(pk=test.pk)
    book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    with pytest.raises(BookingConflict, match="20 Jun 2025 by Ada Novak"):
        book_test(test=seen, booked_for=FRIDAY + timedelta(days=3), by=other, now=NOW)
    assert status(test) == Status.BOOKED
    assert test.booked_for == FRIDAY


def test_whoever_saw_the_booking_may_move_it(test, nurse):
    book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    book_test(test=test, booked_for=FRIDAY + timedelta(days=3), by=nurse, now=NOW, seen_booked_for=FRIDAY)
    test.refresh_from_db()
    assert test.booked_for == FRIDAY + timedelta(days=3)


def test_a_test_done_meanwhile_is_not_booked(test, nurse):
    ScheduledTest.objects.filter(pk=test.pk).update(closed_by=make_report(test.patient), collected_on=TODAY)
    with pytest.raises(BookingConflict, match="no longer waits"):
        book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)


def test_a_booking_taken_back_leaves_it_as_it_was(test, nurse):
    before = book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    assert restore_bookings(bookings=before, made_for=FRIDAY, by=nurse, now=NOW) == 1
    assert status(test) == Status.OVERDUE
    assert restore_bookings(bookings=before, made_for=FRIDAY, by=nurse, now=NOW) == 0


HALF_PAST_NINE, TEN = time(9, 30), time(10)


def test_a_booking_may_have_a_time_which_the_audit_row_names(test, nurse):
    book_test(test=test, booked_for=FRIDAY, booked_time=HALF_PAST_NINE, by=nurse, now=NOW)
    test.refresh_from_db()
    assert test.booked_time == HALF_PAST_NINE
    assert AuditEvent.objects.get(verb="book_test").detail["time"] == "09:30"


def test_of_two_nurses_who_give_a_booked_day_a_time_one_wins(test, nurse):
    other = make_nurse(test.patient.site)
    book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    book_test(test=test, booked_for=FRIDAY, booked_time=HALF_PAST_NINE, by=nurse, now=NOW, seen_booked_for=FRIDAY)
    with pytest.raises(BookingConflict, match="20 Jun 2025, 09:30 by Ada Novak"):
        book_test(test=test, booked_for=FRIDAY, booked_time=TEN, by=other, now=NOW, seen_booked_for=FRIDAY)
    test.refresh_from_db()
    assert test.booked_time == HALF_PAST_NINE


def test_undo_brings_back_day_time_place_and_snooze(test, nurse):
    ScheduledTest.objects.filter(pk=test.pk).update(snoozed_until=date(2025, 7, 1))
    book_test(test=test, booked_for=FRIDAY, booked_time=HALF_PAST_NINE, place="Ward 7", by=nurse, now=NOW)
    monday = FRIDAY + timedelta(days=3)
    before = book_test(
        test=test,
        booked_for=monday,
        booked_time=TEN,
        by=nurse,
        now=NOW,
        seen_booked_for=FRIDAY,
        seen_booked_time=HALF_PAST_NINE,
    )
    test.refresh_from_db()
    assert test.snoozed_until is None
    assert restore_bookings(bookings=before, made_for=monday, made_time=TEN, by=nurse, now=NOW) == 1
    test.refresh_from_db()
    assert (test.booked_for, test.booked_time, test.booked_at_place) == (FRIDAY, HALF_PAST_NINE, "Ward 7")


def test_booking_ends_a_snooze_and_undo_restores_it(test, nurse):
    ScheduledTest.objects.filter(pk=test.pk).update(snoozed_until=date(2025, 7, 1))
    before = book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    test.refresh_from_db()
    assert test.snoozed_until is None
    restore_bookings(bookings=before, made_for=FRIDAY, by=nurse, now=NOW)
    test.refresh_from_db()
    assert test.snoozed_until == date(2025, 7, 1)


def test_what_was_given_another_time_meanwhile_is_not_undone(test, nurse):
    before = book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    book_test(test=test, booked_for=FRIDAY, booked_time=TEN, by=nurse, now=NOW, seen_booked_for=FRIDAY)
    assert restore_bookings(bookings=before, made_for=FRIDAY, by=nurse, now=NOW) == 0


def test_cancelling_takes_the_time_away_as_well(test, nurse):
    book_test(test=test, booked_for=FRIDAY, booked_time=TEN, by=nurse, now=NOW)
    test.refresh_from_db()
    unbook(test=test, by=nurse, now=NOW)
    test.refresh_from_db()
    assert (test.booked_for, test.booked_time) == (None, None)


def test_a_day_off_is_refused_with_its_name(test, nurse):
    make_closure(test.patient.site, FRIDAY, name="Midsummer")
    with pytest.raises(SiteClosed, match="closed on 20 Jun 2025: Midsummer"):
        book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    assert status(test) == Status.OVERDUE


def test_the_days_around_days_off_and_another_sites_are_open(test, nurse):
    make_closure(test.patient.site, date(2025, 6, 18), date(2025, 6, 19))
    make_closure(make_site(), FRIDAY)
    book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    assert status(test) == Status.BOOKED


def test_a_weekend_is_refused_unless_the_site_works_then(test, nurse):
    with pytest.raises(SiteClosed, match="21 Jun 2025: weekend"):
        book_test(test=test, booked_for=date(2025, 6, 21), by=nurse, now=NOW)
    make_settings(test.patient.site, works_weekends=True)
    book_test(test=test, booked_for=date(2025, 6, 21), by=nurse, now=NOW)
    assert status(test) == Status.BOOKED


def test_who_insists_may_book_a_day_off_and_the_audit_row_says_so(test, nurse):
    make_closure(test.patient.site, FRIDAY, name="Midsummer")
    book_test(test=test, booked_for=FRIDAY, anyway=True, by=nurse, now=NOW)
    assert status(test) == Status.BOOKED
    assert AuditEvent.objects.get(verb="book_test").detail["although"] == "Midsummer"


def test_a_day_that_is_past_is_refused_even_for_who_insists(test, nurse):
    with pytest.raises(BookingRefused, match="is past"):
        book_test(test=test, booked_for=TODAY - timedelta(days=1), anyway=True, by=nurse, now=NOW)


@pytest.mark.parametrize(
    ("now", "first_day"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29)),  # Paris, an hour before clocks go forward
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 3, 30)),  # the same day in UTC, the next in Paris
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25)),  # clocks went back: not yet midnight
    ],
)
def test_what_is_past_is_told_by_the_clock_of_the_site(test, nurse, now, first_day):
    make_settings(test.patient.site, works_weekends=True)
    with pytest.raises(BookingRefused, match="is past"):
        book_test(test=test, booked_for=first_day - timedelta(days=1), by=nurse, now=now)
    book_test(test=test, booked_for=first_day, by=nurse, now=now)


def test_a_booking_is_cancelled(test, nurse):
    book_test(test=test, booked_for=FRIDAY, by=nurse, now=NOW)
    test.refresh_from_db()
    unbook(test=test, by=nurse, now=NOW)
    assert status(test) == Status.OVERDUE
    with pytest.raises(BookingRefused, match="not booked"):
        unbook(test=test, by=nurse, now=NOW)


def test_a_booking_reaches_the_next_test_of_the_kind_when_its_window_is_open_by_then():
    plan = make_plan(make_diagnosis(make_patient(site=make_site())))
    nurse = make_nurse(plan.patient.site)
    first = make_scheduled_test(
        plan.patient, due_on=date(2025, 5, 25), plan=plan, step="cbc", sequence=0, lapses_on=date(2025, 6, 18)
    )
    second = make_scheduled_test(plan.patient, due_on=date(2025, 6, 25), plan=plan, step="cbc", sequence=1)
    other = make_scheduled_test(plan.patient, "chemistry", due_on=date(2025, 6, 25), plan=plan, step="chem")
    before = book_test(test=first, booked_for=FRIDAY, by=nurse, now=NOW)
    assert {booking.test for booking in before} == {first.pk, second.pk}
    assert [status(one) for one in (first, second, other)] == [Status.BOOKED, Status.BOOKED, Status.PLANNED]
    unbook(test=first, by=nurse, now=NOW)
    assert [status(one) for one in (first, second)] == [Status.OVERDUE, Status.PLANNED]


def test_skipping_needs_a_reason_of_the_list_and_can_be_undone(test, nurse):
    with pytest.raises(SkipRefused, match="reason"):
        skip_test(test=test, reason="tired", by=nurse, now=NOW)
    skip_test(test=test, reason="done_elsewhere", note="GP", by=nurse, now=NOW)
    assert status(test) == Status.SKIPPED
    with pytest.raises(SkipRefused, match="meanwhile"):
        skip_test(test=test, reason="declined", by=nurse, now=NOW)
    unskip_test(test=test, by=nurse, now=NOW)
    assert status(test) == Status.OVERDUE
    assert list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True)) == ["skip_test", "unskip_test"]


def test_a_sample_taken_waits_for_its_result_and_a_scan_is_finished(test, nurse):
    scan = make_scheduled_test(test.patient, "mri", due_on=date(2025, 6, 1))
    for one in (test, scan):
        record_done(test=one, done_on=TODAY, by=nurse, now=NOW)
    assert (status(test), status(scan)) == (Status.COLLECTED, Status.RESULTED)
    for one in (test, scan):
        take_back_done(test=one, by=nurse, now=NOW)
    assert (status(test), status(scan)) == (Status.OVERDUE, Status.OVERDUE)


@pytest.mark.parametrize(("day", "reason"), [(FRIDAY, "future"), (date(2025, 4, 1), "too early")])
def test_a_day_it_cannot_have_been_done_is_refused(test, nurse, day, reason):
    with pytest.raises(DoneRefused, match=reason):
        record_done(test=test, done_on=day, by=nurse, now=NOW)


@pytest.mark.parametrize("verb", ["book", "skip", "done", "unbook"])
def test_it_validates_who_may(test, verb):
    stranger = make_nurse(make_site())
    acts = {
        "book": lambda: book_test(test=test, booked_for=FRIDAY, by=stranger, now=NOW),
        "skip": lambda: skip_test(test=test, reason="died", by=stranger, now=NOW),
        "done": lambda: record_done(test=test, done_on=TODAY, by=stranger, now=NOW),
        "unbook": lambda: unbook(test=test, by=stranger, now=NOW),
    }
    with pytest.raises(AccessRefused):
        acts[verb]()


def test_a_physician_of_the_site_may_book(test):
    book_test(test=test, booked_for=FRIDAY, by=make_physician(test.patient.site), now=NOW)
    assert status(test) == Status.BOOKED
