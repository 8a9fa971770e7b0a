"""Recording many visits and scans at once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from labs.actions.record_many_done import record_many_done
from labs.models import ScheduledTest
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent
from tests.factories.people import make_nurse, make_site
from tests.factories.plans import make_scheduled_test

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 7, 1, 9, tzinfo=UTC)
DAY = date(2025, 6, 3)


def day_of(test: ScheduledTest) -> date | None:
    test.refresh_from_db()
    return test.collected_on


def test_it_notes_the_days_with_an_audit_row_each() -> None:
    visits = [make_scheduled_test(kind="visit"), make_scheduled_test(kind="mri")]
    assert record_many_done(days={visit.pk: DAY for visit in visits}, by=system_account(), now=NOW) == 2
    assert [day_of(visit) for visit in visits] == [DAY, DAY]
    assert AuditEvent.objects.filter(verb="record_done", detail={"done_on": "2025-06-03"}).count() == 2


def test_a_kind_with_results_is_left_for_its_results() -> None:
    test = make_scheduled_test(kind="cbc")
    assert record_many_done(days={test.pk: DAY}, by=system_account(), now=NOW) == 0
    assert day_of(test) is None


def test_what_was_done_or_skipped_meanwhile_stays() -> None:
    done = make_scheduled_test(kind="visit", collected_on=date(2025, 6, 1))
    nurse = make_nurse()
    skipped = make_scheduled_test(kind="visit", skipped_because="declined", skipped_at=NOW, skipped_by=nurse)
    assert record_many_done(days={done.pk: DAY, skipped.pk: DAY}, by=system_account(), now=NOW) == 0
    assert day_of(done) == date(2025, 6, 1)
    assert day_of(skipped) is None


def test_a_day_to_come_is_left_out() -> None:
    test = make_scheduled_test(kind="visit")
    assert record_many_done(days={test.pk: date(2025, 7, 2)}, by=system_account(), now=NOW) == 0
    assert day_of(test) is None


def test_nothing_to_note_is_no_error() -> None:
    assert record_many_done(days={}, by=system_account(), now=NOW) == 0


def test_a_nurse_notes_them_one_by_one() -> None:
    with pytest.raises(AccessRefused):
        record_many_done(days={}, by=make_nurse(make_site()), now=NOW)
