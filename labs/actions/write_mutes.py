"""Writing what a new or ended mute means for the flags of its patient and rule."""

from __future__ import annotations

from datetime import datetime

from labs.actions.flag_steps import tell_of
from labs.actions.mute_steps import keep_mutes
from labs.models import Flag, FlagEvent
from patients.actions.audit import event
from patients.models import AuditEvent, User

FIELDS = ("muted_by", "answer_by", "owner", "owner_as", "unanswered_by", "version")


def write_mutes(*, patient_id: int, rule: str, by: User, now: datetime, because: str = "") -> int:
    """Bring the flags of one patient and rule in line with the mutes that stand; how many want another thing now.

    Call it with the patient locked, in the transaction that changed the mute.
    """
    flags = list(Flag.objects.filter(patient_id=patient_id, rule=rule).order_by("id").select_for_update(no_key=True))
    before = {flag.pk: flag.muted_by_id for flag in flags}
    steps = keep_mutes(flags, by=by, now=now, because=because)
    turned = [flag for flag in flags if flag.muted_by_id != before[flag.pk]]
    for flag in turned:
        flag.version += 1
    Flag.objects.bulk_update(turned, FIELDS)
    FlagEvent.objects.bulk_create(steps)
    tell_of(steps)
    AuditEvent.objects.bulk_create(
        event(
            by=by,
            verb=f"flag.{step.kind}",
            target=step.flag,
            patient_id=patient_id,
            detail={"owner": step.flag.owner_id, "because": step.note},
        )
        for step in steps
    )
    return len(steps)
