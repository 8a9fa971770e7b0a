"""Saying who looks after a waiting test, and handing one to the physician who answers for the patient."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.models import ScheduledTest
from labs.selectors.due import OPEN
from patients import access
from patients.actions import audit
from patients.models import CareTeam, User


class AssignRefused(ValueError):
    """The test cannot be assigned so; the message says why."""


@transaction.atomic
def assign_test(*, test: ScheduledTest, to: User | None, by: User, now: datetime) -> int | None:
    """Assign an open test to a nurse or physician who sees the patient, or (None) to nobody; who had it before.

    Raises `AssignRefused` when it is done or skipped, or the person cannot look after it.
    """
    access.check_can_book(by, test.patient)
    if to is not None and not access.can_book(to, test.patient):
        raise AssignRefused(
            _("%(person)s does not look after patients of %(site)s.") % {"person": to, "site": test.patient.site}
        )
    row = ScheduledTest.objects.filter(OPEN, pk=test.pk).select_for_update(no_key=True).first()
    if row is None:
        raise AssignRefused(_("This test was done or skipped meanwhile."))
    before = row.assigned_to_id
    new = None if to is None else to.pk
    if before != new:
        ScheduledTest.objects.filter(pk=row.pk).update(assigned_to=to)
        detail = {"from": before, "to": new, "at": now.isoformat()}
        audit.record(by=by, verb="assign_test", target=row, patient=test.patient, detail=detail)
    return before


def physician_for(test: ScheduledTest) -> User:
    """The physician who answers for the patient of a test. Raises `AssignRefused` when nobody does."""
    team = CareTeam.objects.filter(patient=test.patient_id).select_related("physician", "cover").first()
    owner = team.owner() if team else None
    if owner is None:
        raise AssignRefused(
            _("No physician answers for %(patient)s. Name one in the care team first.") % {"patient": test.patient}
        )
    return owner
