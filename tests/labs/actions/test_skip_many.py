"""Skipping many tests for one reason."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from labs.actions.skip_many import skip_many
from labs.actions.skip_test import SkipRefused
from labs.models import SkipReason
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent
from tests.factories.people import make_nurse, make_site
from tests.factories.plans import make_scheduled_test

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 7, 1, 9, tzinfo=UTC)


def test_it_skips_with_the_reason_and_an_audit_row_each() -> None:
    tests = [make_scheduled_test(kind="mrd"), make_scheduled_test(kind="mrd")]
    by = system_account()
    assert skip_many(tests=[test.pk for test in tests], reason=SkipReason.NOT_INDICATED, by=by, now=NOW) == 2
    for test in tests:
        test.refresh_from_db()
        assert (test.skipped_because, test.skipped_at, test.skipped_by) == ("not_indicated", NOW, by)
    assert AuditEvent.objects.filter(verb="skip_test", detail__reason="not_indicated").count() == 2


def test_what_is_collected_or_skipped_already_stays() -> None:
    collected = make_scheduled_test(kind="mrd", collected_on=date(2025, 6, 1))
    nurse = make_nurse()
    skipped = make_scheduled_test(kind="mrd", skipped_because="declined", skipped_at=NOW, skipped_by=nurse)
    numbers = [collected.pk, skipped.pk]
    assert skip_many(tests=numbers, reason=SkipReason.NOT_INDICATED, by=system_account(), now=NOW) == 0
    skipped.refresh_from_db()
    assert skipped.skipped_because == "declined"


def test_an_unknown_reason_is_refused() -> None:
    with pytest.raises(SkipRefused):
        skip_many(tests=[], reason="because", by=system_account(), now=NOW)  # type: ignore[arg-type]


def test_a_nurse_skips_them_one_by_one() -> None:
    with pytest.raises(AccessRefused):
        skip_many(tests=[], reason=SkipReason.NOT_INDICATED, by=make_nurse(make_site()), now=NOW)
