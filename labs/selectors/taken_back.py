"""Signals that somebody saw and that no longer stand: their evidence was corrected, or the site's criteria changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q

from labs.models import FlagEvent, Signal
from patients.access import visible_to
from patients.models import AccessEvent, User

TOLD_FOR: Final = timedelta(days=14)
"""How long the people who saw a signal are told that it was taken back (project default)."""

MOST: Final = 20
TAKEN_BACK: Final = (FlagEvent.Kind.WITHDRAWN, FlagEvent.Kind.CRITERIA)


def taken_back(*, user: User, now: datetime, most: int = MOST) -> list[FlagEvent]:
    """The last turns of signals this person owns, answered, or had on the screen before; the newest first.

    The record of who opened what names the patient and not the signal: who opened the patient after the signal was
    raised has seen it.
    """
    opened = AccessEvent.objects.filter(
        by=user, patient=OuterRef("flag__patient"), at__gte=OuterRef("flag__raised_at"), at__lte=OuterRef("at")
    )
    answered = FlagEvent.objects.filter(by=user, flag=OuterRef("flag"))
    later = FlagEvent.objects.filter(flag=OuterRef("flag"), kind__in=TAKEN_BACK, pk__gt=OuterRef("pk"))
    events = FlagEvent.objects.filter(
        visible_to(user, "flag__patient__"),
        Q(flag__owner=user) | Q(flag__reviewed_by=user) | Exists(answered) | Exists(opened),
        ~Exists(later),
        at__gte=now - TOLD_FOR,
        kind__in=TAKEN_BACK,
        flag__signal=Signal.WITHDRAWN,
    )
    return list(
        events.select_related("flag__patient__site", "by").defer("finding", "flag__finding").order_by("-pk")[:most]
    )
