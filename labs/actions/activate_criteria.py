"""Putting approved criteria in force: what held is superseded, and every patient concerned is evaluated anew.

The patients are marked as waiting in the same transaction, so that no page shows an answer under the old criteria as if
it were one under the new; a job catches up (`labs/jobs.py`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from labs.actions.criteria_steps import step, take_change
from labs.actions.evaluate import lock_patients, mark_pending
from labs.models import CriteriaChange, CriteriaState
from labs.selectors.criteria import in_force_at
from patients.actions.audit import record
from patients.models import Patient, User


def activate(*, change: CriteriaChange, by: User, now: datetime) -> None:
    """Put an approved change in force. Call it in a transaction that holds the site's lock (`take_change`)."""
    step(change, "activate")
    held = in_force_at(change.site, change.disease).change
    if held is not None:
        step(held, "supersede")
        held.superseded_at = now
        held.save()
    change.activated_at = now
    change.save()
    concerned = Patient.objects.filter(site_id=change.site_id, diagnoses__disease=change.disease)
    patients = list(concerned.distinct().values_list("pk", flat=True))
    lock_patients(patients)  # an evaluation under the old criteria that still runs must not call them evaluated
    mark_pending(patient_ids=patients)
    detail = {"site": change.site.code, "disease": change.disease, "criteria": change.criteria}
    replaced = held.criteria if held else ""
    record(
        by=by, verb="criteria.activated", target=change, detail=detail | {"patients": len(patients), "was": replaced}
    )


def activate_due_criteria(*, by: User, now: datetime) -> int:
    """Put in force what was approved for a day that has come at its site; returns how many."""
    waiting = CriteriaChange.objects.filter(state=CriteriaState.APPROVED).order_by("pk").values_list("pk", flat=True)
    return sum(_activate_if_due(number, by=by, now=now) for number in list(waiting))


@transaction.atomic
def _activate_if_due(change_id: int, *, by: User, now: datetime) -> bool:
    change = take_change(change_id)
    today = now.astimezone(change.site.zone).date()
    if change.state != CriteriaState.APPROVED or (change.active_from is not None and change.active_from > today):
        return False
    activate(change=change, by=by, now=now)
    return True
