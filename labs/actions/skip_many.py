"""Deciding that many tests are not done, for one coded reason: a test a protocol asks for and a unit does not do."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from labs.actions.close_tests import close_for
from labs.actions.skip_test import SkipRefused
from labs.models import ScheduledTest, SkipReason
from labs.selectors.due import OPEN
from patients import access
from patients.actions.audit import event
from patients.models import AuditEvent, User

BATCH = 2_000


@transaction.atomic
def skip_many(*, tests: Collection[int], reason: SkipReason, by: User, now: datetime) -> int:
    """Mark the tests with these numbers as not to be done; how many. What is done or skipped already stays as it is."""
    access.check_can_import(by)
    if reason not in SkipReason.values:
        raise SkipRefused(f"{reason} is not a reason.")
    rows = list(
        ScheduledTest.objects.filter(OPEN, pk__in=list(tests), collected_on=None).select_for_update(no_key=True)
    )
    ScheduledTest.objects.filter(pk__in=[row.pk for row in rows]).update(
        skipped_because=reason, skipped_at=now, skipped_by=by
    )
    detail = {"reason": reason, "note": ""}
    AuditEvent.objects.bulk_create(
        (event(by=by, verb="skip_test", target=row, patient_id=row.patient_id, detail=detail) for row in rows),
        batch_size=BATCH,
    )
    close_for(patient_ids={row.patient_id for row in rows}, by=by, now=now)
    return len(rows)
