"""Ending mutes: one before its day, by a physician; those whose last day is over, by the clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import lock_patients
from labs.actions.take_back import take_back
from labs.actions.write_mutes import write_mutes
from labs.models import Mute
from labs.selectors.mutes import over
from patients.access import check_can_review
from patients.actions.audit import record
from patients.actions.withdraw import stated
from patients.models import User
from patients.problems import problem


@transaction.atomic
def end_mute(*, mute: Mute, reason: str, by: User, now: datetime) -> Mute:
    """The mute taken back: what it held back is asked anew, with the whole time to answer.

    Raises `ValidationError` when somebody was first, or its last day is over.
    """
    check_can_review(by, mute.patient)
    because = stated(reason)
    lock_patients([mute.patient_id])
    held = Mute.objects.select_related("patient__site").get(pk=mute.pk)
    if held.until_on < now.astimezone(held.patient.site.zone).date():
        raise problem(
            "",
            _("It ended by itself after %(day)s.") % {"day": held.until_on.isoformat()},
            _("Nothing is left to do: look at the page again."),
        )
    take_back(held, because=because, by=by, now=now)
    asked = write_mutes(patient_id=held.patient_id, rule=held.rule, by=by, now=now, because=because)
    told = {"rule": held.rule, "level": held.level, "reason": because, "flags": asked}
    record(by=by, verb="rule.unmute", target=held, patient=held.patient, detail=told)
    return held


def end_mutes(*, by: User, now: datetime) -> int:
    """Ask anew about what mutes held back whose last day is over, on the clock of the patient's site; how many."""
    ended = list(over(now).order_by("patient_id", "rule").values_list("patient_id", "rule").distinct())
    return sum(_end(patient, rule, by=by, now=now) for patient, rule in ended)


@transaction.atomic
def _end(patient_id: int, rule: str, *, by: User, now: datetime) -> int:
    lock_patients([patient_id])
    return write_mutes(patient_id=patient_id, rule=rule, by=by, now=now)
