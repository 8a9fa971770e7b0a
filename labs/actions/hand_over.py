"""Changing who answers for a patient, and with it who owns the signals that still wait."""

from __future__ import annotations

from datetime import datetime
from typing import Unpack

from django.db import transaction

from labs.models import Flag, FlagEvent, Review
from patients.actions.assign_care_team import Posts, assign_care_team
from patients.models import CareTeam, Patient, User


@transaction.atomic
def hand_over(*, patient: Patient, by: User, now: datetime, **posts: Unpack[Posts]) -> CareTeam:
    """The care team with these posts filled; every signal not yet resolved goes to the physician who answers now."""
    team = assign_care_team(patient=patient, by=by, **posts)
    owner = team.owner()
    waiting = Flag.objects.select_for_update().filter(patient=patient).exclude(review=Review.RESOLVED)
    moved = [flag for flag in waiting if flag.owner_id != (owner.pk if owner else None)]
    for flag in moved:
        flag.owner = owner
    Flag.objects.bulk_update(moved, ["owner"])
    FlagEvent.objects.bulk_create(_assigned(flag, by=by, now=now) for flag in moved)
    return team


def _assigned(flag: Flag, *, by: User, now: datetime) -> FlagEvent:
    return FlagEvent(
        flag=flag,
        at=now,
        by=by,
        kind=FlagEvent.Kind.ASSIGNED,
        signal=flag.signal,
        review=flag.review,
        level=flag.level,
        note=str(flag.owner or ""),
        finding=None,
    )
