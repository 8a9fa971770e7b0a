"""Deciding that a scheduled test is not done, with a coded reason; and taking that back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.close_tests import close_for
from labs.actions.end_waits import end_waits
from labs.actions.evaluate import lock_patients
from labs.models import ScheduledTest, SkipReason
from labs.models.scheduled_test import ORDERED
from labs.selectors.due import OPEN
from patients import access
from patients.actions import audit
from patients.models import User


class SkipRefused(ValueError):
    """The test cannot be skipped (or brought back); the message says why."""


@transaction.atomic
def skip_test(*, test: ScheduledTest, reason: SkipReason | str, by: User, now: datetime, note: str = "") -> None:
    """Mark a test as not to be done. Raises `SkipRefused` when it is done or skipped already."""
    access.check_can_book(by, test.patient)
    if reason not in SkipReason.values:
        raise SkipRefused(_("Choose a reason from the list."))
    if test.origin in ORDERED:
        lock_patients([test.patient_id])
    changed = ScheduledTest.objects.filter(OPEN, pk=test.pk, collected_on=None).update(
        skipped_because=reason, skipped_at=now, skipped_by=by, note=note
    )
    if not changed:
        raise SkipRefused(_("This test was done or skipped meanwhile."))
    audit.record(by=by, verb="skip_test", target=test, patient=test.patient, detail={"reason": reason, "note": note})
    close_for(patient_ids=[test.patient_id], by=by, now=now)
    end_waits(patient_ids={test.patient_id} if test.origin in ORDERED else (), by=by, now=now)


@transaction.atomic
def unskip_test(*, test: ScheduledTest, by: User, now: datetime) -> None:
    """Bring a skipped test back onto the list."""
    access.check_can_book(by, test.patient)
    changed = (
        ScheduledTest.objects.filter(pk=test.pk)
        .exclude(skipped_because="")
        .update(skipped_because="", skipped_at=None, skipped_by=None)
    )
    if not changed:
        raise SkipRefused(_("This test is not skipped."))
    audit.record(by=by, verb="unskip_test", target=test, patient=test.patient)
    close_for(patient_ids=[test.patient_id], by=by, now=now)
