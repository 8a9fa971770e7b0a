"""Who is away, from when to when, and who answers meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.record_absence import LONGEST, record_absence, withdraw_absence
from patients.models import Absence, AuditEvent
from tests.factories import make_nurse, make_physician, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def site():
    return make_site()


@pytest.fixture
def doctor(site):
    return make_physician(site)


def away(doctor, first: date = TODAY, last: date = TODAY, **more) -> Absence:
    return record_absence(user=doctor, starts_on=first, until_on=last, by=more.pop("by", doctor), now=NOW, **more)


def test_it_is_kept_with_an_audit_row(site, doctor) -> None:
    deputy = make_physician(site)
    absence = away(doctor, TODAY, TODAY + timedelta(days=3), deputy=deputy, note=" course ")
    assert (absence.deputy, absence.note) == (deputy, "course")
    assert AuditEvent.objects.get().verb == "absence.record"


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        (TODAY, TODAY - timedelta(days=1), "ends before it begins"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "over already"),
        (TODAY, TODAY + LONGEST + timedelta(days=1), "more than a year"),
    ],
)
def test_days_that_cannot_be(doctor, first, last, why) -> None:
    with pytest.raises(ValidationError, match=why):
        away(doctor, first, last)
    assert not Absence.objects.exists()


@pytest.mark.parametrize("last", [TODAY, TODAY + LONGEST])
def test_days_that_just_can(doctor, last) -> None:
    away(doctor, TODAY, last)


def test_not_twice_on_one_day_unless_the_other_was_taken_back(doctor) -> None:
    first = away(doctor, TODAY, TODAY + timedelta(days=3))
    with pytest.raises(ValidationError, match="is away from 30 Nov 2026 to 3 Dec 2026 already"):
        away(doctor, TODAY + timedelta(days=3), TODAY + timedelta(days=5))
    away(doctor, TODAY + timedelta(days=4), TODAY + timedelta(days=5))
    withdraw_absence(absence=first, reason="moved", by=doctor, now=NOW)
    away(doctor, TODAY, TODAY + timedelta(days=2))


def test_a_deputy_must_be_another_active_physician_who_can_see_the_patients(site, doctor) -> None:
    gone = make_physician(site)
    gone.is_active = False
    gone.save()
    for deputy in (doctor, make_nurse(site), gone, make_physician(make_site())):
        with pytest.raises(ValidationError):
            away(doctor, deputy=deputy)


def test_taking_it_back_asks_why(doctor) -> None:
    absence = away(doctor)
    with pytest.raises(ValidationError, match="reason is missing"):
        withdraw_absence(absence=absence, reason=" ", by=doctor, now=NOW)
    withdraw_absence(absence=absence, reason="stays", by=doctor, now=NOW)
    absence.refresh_from_db()
    assert (absence.withdrawn_by, absence.withdrawn_because) == (doctor, "stays")


def test_a_nurse_cannot_send_a_physician_away(site, doctor) -> None:
    with pytest.raises(AccessRefused):
        away(doctor, by=make_nurse(site))
