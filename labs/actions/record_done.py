"""Recording by hand that a test was done: a visit or a scan, or a sample whose result has yet to come."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.close_tests import close_for
from labs.actions.end_waits import end_waits
from labs.actions.evaluate import lock_patients
from labs.models import ScheduledTest
from labs.models.scheduled_test import ORDERED
from labs.protocols.closing import SLACK
from labs.selectors.due import OPEN
from patients import access
from patients.actions import audit
from patients.models import User


class DoneRefused(ValueError):
    """The day cannot be right, or the test is done already; the message says which."""


@transaction.atomic
def record_done(*, test: ScheduledTest, done_on: date, by: User, now: datetime) -> None:
    """Note the day a test was done. A kind with results then waits for them; a visit or a scan is finished."""
    access.check_can_book(by, test.patient)
    if test.origin in ORDERED:
        lock_patients([test.patient_id])
    today = now.astimezone(test.patient.site.zone).date()
    if done_on > today:
        raise DoneRefused(_("The day is in the future. Book the test instead."))
    if done_on < test.opens_on - SLACK:
        raise DoneRefused(_("On that day the test was too early to count for this one."))
    changed = ScheduledTest.objects.filter(OPEN, pk=test.pk, collected_on=None).update(collected_on=done_on)
    if not changed:
        raise DoneRefused(_("This test was done or skipped meanwhile."))
    audit.record(by=by, verb="record_done", target=test, patient=test.patient, detail={"done_on": done_on.isoformat()})
    close_for(patient_ids=[test.patient_id], by=by, now=now)
    end_waits(patient_ids={test.patient_id} if test.origin in ORDERED else (), by=by, now=now)


@transaction.atomic
def take_back_done(*, test: ScheduledTest, by: User, now: datetime) -> None:
    """Undo `record_done`, unless a result has closed the test since."""
    access.check_can_book(by, test.patient)
    changed = ScheduledTest.objects.filter(OPEN, pk=test.pk, collected_on__isnull=False).update(collected_on=None)
    if not changed:
        raise DoneRefused(_("A result has come since, or nothing was recorded."))
    audit.record(by=by, verb="take_back_done", target=test, patient=test.patient)
    close_for(patient_ids=[test.patient_id], by=by, now=now)
