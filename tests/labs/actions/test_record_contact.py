"""A contact puts a test off to a day, and nobody falls out of the list by it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labs.actions.record_contact import ContactRefused, record_contact, restore_snoozes
from labs.models import Closure, ContactAttempt, FollowUpSettings, ScheduledTest
from labs.selectors.worklist import worklist
from labs.selectors.worklist_parts import Tab
from patients.access import AccessRefused
from patients.models import AuditEvent, User
from tests.factories.people import make_administrator, make_nurse, make_site
from tests.factories.persons import make_patient
from tests.factories.plans import make_scheduled_test

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 6, 12)
NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def nurse() -> User:
    return make_nurse(make_site(time_zone="UTC"))


@pytest.fixture
def test_(nurse) -> ScheduledTest:
    return make_scheduled_test(make_patient(site=nurse.sites.get()), due_on=FRIDAY - 20 * DAY)


def call(test: ScheduledTest, by: User, outcome: str, **how: object):
    given = {"tests": [test.pk], "now": NOON} | how
    return record_contact(patient=test.patient, outcome=outcome, by=by, **given)


def tab_with(test: ScheduledTest, nurse: User, *, days: int = 0) -> Tab:
    now = NOON + days * DAY
    (tab,) = [tab for tab in Tab if test in [row.test for row in worklist(user=nurse, now=now, tab=tab).rows]]
    return tab


@pytest.mark.parametrize(
    ("outcome", "again_on", "expected"),
    [
        ("no_answer", None, date(2026, 6, 16)),  # a Friday: Monday and Tuesday are the next working days
        ("message_left", None, date(2026, 6, 16)),
        ("no_answer", FRIDAY + DAY, FRIDAY + DAY),
        ("agreed", None, FRIDAY + 14 * DAY),
        ("call_again", FRIDAY + 30 * DAY, FRIDAY + 30 * DAY),
        ("sent", None, FRIDAY + 14 * DAY),
        ("wrong_number", None, None),
        ("declined", None, None),
        ("moved", None, None),
    ],
)
def test_the_outcome_says_when_to_try_again(test_, nurse, outcome, again_on, expected):
    made = call(test_, nurse, outcome, again_on=again_on)
    test_.refresh_from_db()
    assert (test_.snoozed_until, made.again_on) == (expected, expected)
    attempt = ContactAttempt.objects.get()
    assert (attempt.by, attempt.tests, attempt.again_on) == (nurse, [test_.pk], expected)
    assert AuditEvent.objects.get(verb="record_contact").detail["outcome"] == outcome


def test_days_off_and_the_gap_of_the_site_count(test_, nurse):
    site = nurse.sites.get()
    FollowUpSettings.objects.create(site=site, works_weekends=True, message_gap_days=30)
    Closure.objects.create(
        site=site, first_on=FRIDAY + DAY, last_on=FRIDAY + DAY, name="x", recorded_by=nurse, recorded_at=NOON
    )
    assert call(test_, nurse, "no_answer").again_on == FRIDAY + 3 * DAY
    assert call(test_, nurse, "sent").again_on == FRIDAY + 30 * DAY


def test_who_was_called_is_under_contact_again_until_the_day_and_first_on_it(test_, nurse):
    assert tab_with(test_, nurse) == Tab.OVERDUE
    call(test_, nurse, "no_answer")
    for days in (0, 3, 4, 40):
        assert tab_with(test_, nurse, days=days) == Tab.AGAIN
    rows = {days: worklist(user=nurse, now=NOON + days * DAY, tab=Tab.AGAIN).rows for days in (3, 4)}
    assert [rows[days][0].call_is_due for days in (3, 4)] == [False, True]


@pytest.mark.parametrize("outcome", ["declined", "moved", "wrong_number"])
def test_who_will_not_come_is_not_hidden(test_, nurse, outcome):
    call(test_, nurse, "no_answer")
    call(test_, nurse, outcome)
    assert tab_with(test_, nurse) == Tab.OVERDUE
    row = worklist(user=nurse, now=NOON, tab=Tab.OVERDUE).rows[0]
    assert (row.calls, row.last_outcome, row.needs_decision) == (2, outcome, outcome != "wrong_number")


def test_a_call_about_a_booked_test_puts_nothing_off(nurse):
    booked = make_scheduled_test(make_patient(site=nurse.sites.get()), due_on=FRIDAY, booked_for=FRIDAY + DAY)
    assert call(booked, nurse, "no_answer").again_on is None
    assert tab_with(booked, nurse) == Tab.BOOKED


@pytest.mark.parametrize(
    ("outcome", "how", "said"),
    [
        ("call_again", {}, "Give the day"),
        ("declined", {"again_on": FRIDAY + DAY}, "puts nothing off"),
        ("no_answer", {"again_on": FRIDAY}, "must lie ahead"),
        ("no_answer", {"again_on": FRIDAY + 367 * DAY}, "more than a year"),
        ("sang", {}, "from the lists"),
        ("no_answer", {"channel": "pigeon"}, "from the lists"),
        ("no_answer", {"tests": []}, "done or skipped"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(test_, nurse, outcome, how, said):
    with pytest.raises(ContactRefused, match=said):
        call(test_, nurse, outcome, **how)
    test_.refresh_from_db()
    assert test_.snoozed_until is None
    assert not ContactAttempt.objects.exists()


def test_a_test_of_another_patient_or_one_done_meanwhile_is_refused(test_, nurse):
    other = make_scheduled_test(make_patient(site=nurse.sites.get()))
    for tests in ([other.pk], [test_.pk, other.pk]):
        with pytest.raises(ContactRefused):
            call(test_, nurse, "no_answer", tests=tests)
    ScheduledTest.objects.filter(pk=test_.pk).update(skipped_because="declined", skipped_at=NOON, skipped_by=nurse)
    with pytest.raises(ContactRefused, match="none"):
        call(test_, nurse, "no_answer")


def test_only_clinicians_who_see_the_patient_call(test_):
    for stranger in (make_administrator(test_.patient.site), make_nurse(make_site())):
        with pytest.raises(AccessRefused):
            call(test_, stranger, "no_answer")


def test_putting_off_is_taken_back_the_attempt_stays(test_, nurse):
    made = call(test_, nurse, "no_answer")
    assert restore_snoozes(snoozes=made.before, made_until=made.again_on, by=nurse, now=NOON) == 1
    assert tab_with(test_, nurse) == Tab.OVERDUE
    assert ContactAttempt.objects.count() == 1
    assert restore_snoozes(snoozes=made.before, made_until=made.again_on, by=nurse, now=NOON) == 0
