"""Saying that somebody is away, or is not after all; signals go at once to whoever answers now."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from labs.actions.assign_flags import assign_flags
from labs.models import Flag
from patients.actions.record_absence import record_absence, withdraw_absence
from patients.models import Absence, Patient, User


@transaction.atomic
def note_absence(
    *, user: User, starts_on: date, until_on: date, by: User, now: datetime, deputy: User | None = None, note: str = ""
) -> Absence:
    """Record that `user` is away; what they own goes to whoever answers meanwhile, if that begins today."""
    absence = record_absence(
        user=user, starts_on=starts_on, until_on=until_on, deputy=deputy, note=note, by=by, now=now
    )
    assign_flags(patients=_concerned(user), by=by, now=now)
    return absence


@transaction.atomic
def drop_absence(*, absence: Absence, reason: str, by: User, now: datetime) -> Absence:
    """Take an absence back; what others hold for who was away comes back."""
    dropped = withdraw_absence(absence=absence, reason=reason, by=by, now=now)
    assign_flags(patients=_concerned(dropped.user), by=by, now=now)
    return dropped


def _concerned(user: User) -> QuerySet[Patient]:
    """Patients whose signals this person owns, or would before others. The rest: `labs.keep_owners`."""
    owns = Exists(Flag.objects.filter(owner=user, patient=OuterRef("pk")))
    team = Q(care_team__physician=user) | Q(care_team__cover=user)
    return Patient.objects.filter(team | Q(owns) | Q(site__review_settings__duty_physician=user))
