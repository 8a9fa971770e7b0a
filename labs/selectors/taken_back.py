"""Signals that somebody saw that no longer stand, or whose evidence was corrected after they were decided on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from labs.models import FlagDecision, FlagEvent, Signal
from patients.access import visible_to
from patients.models import AccessEvent, User

TOLD_FOR: Final = timedelta(days=14)
"""How long the people who saw a signal are told that it was taken back (project default)."""

MOST: Final = 20
TAKEN_BACK: Final = (FlagEvent.Kind.WITHDRAWN, FlagEvent.Kind.CRITERIA)
REVISED: Final = FlagEvent.Kind.REVISED


def taken_back(*, user: User, now: datetime, most: int = MOST) -> list[FlagEvent]:
    """The last such turns that concern this person; the newest first.

    A signal taken back concerns who owns it, answered it, or had it on the screen before. The record of who opened what
    names the patient and not the signal: who opened the patient after the signal was raised has seen it. A decision
    whose evidence was corrected concerns who made it and the owner, until somebody decides anew.
    """
    opened = AccessEvent.objects.filter(
        by=user, patient=OuterRef("flag__patient"), at__gte=OuterRef("flag__raised_at"), at__lte=OuterRef("at")
    )
    answered = FlagEvent.objects.filter(by=user, flag=OuterRef("flag"))
    later = FlagEvent.objects.filter(flag=OuterRef("flag"), kind__in=(*TAKEN_BACK, REVISED), pk__gt=OuterRef("pk"))
    decided = FlagDecision.objects.filter(flag=OuterRef("flag"), at__gt=OuterRef("at"))
    own = Q(flag__owner=user) | Q(flag__reviewed_by=user) | Exists(answered)
    events = FlagEvent.objects.filter(
        visible_to(user, "flag__patient__"),
        Q(own | Exists(opened), kind__in=TAKEN_BACK, flag__signal=Signal.WITHDRAWN)
        | Q(own & ~Exists(decided), kind=REVISED),
        ~Exists(later),
        at__gte=now - TOLD_FOR,
    )
    return list(
        events.select_related("flag__patient__site", "by").defer("finding", "flag__finding").order_by("-pk")[:most]
    )
