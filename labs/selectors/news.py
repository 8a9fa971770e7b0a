"""What happened to a signal since a person last opened the patient or acted on the signal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest

from labs.models import Flag, FlagEvent
from patients.models import AccessEvent, User

NEVER: Final = datetime(1, 1, 2, tzinfo=UTC)

NEWS: Final = (
    FlagEvent.Kind.CONFIRMED,
    FlagEvent.Kind.CHANGED,
    FlagEvent.Kind.REOPENED,
    FlagEvent.Kind.UNDONE,
    FlagEvent.Kind.CORRECTED,
    FlagEvent.Kind.WATCH_ENDED,
    FlagEvent.Kind.TEST_CAME,
    FlagEvent.Kind.OPINION_GIVEN,
    FlagEvent.Kind.UNMUTED,
)
"""Steps that change what there is to judge."""

HANDED: Final = (FlagEvent.Kind.ASSIGNED, FlagEvent.Kind.ESCALATED)
"""Steps that are news to the new owner alone."""

ACTS: Final = (
    FlagEvent.Kind.ACKNOWLEDGED,
    FlagEvent.Kind.RESOLVED,
    FlagEvent.Kind.UNDONE,
    FlagEvent.Kind.CORRECTED,
    FlagEvent.Kind.OPINION_ASKED,
    FlagEvent.Kind.OPINION_GIVEN,
    FlagEvent.Kind.MUTED,
    FlagEvent.Kind.UNMUTED,
)
"""Steps of people: who made one has seen the signal as it then was."""

NO_LOOK: Final = Q(view__in=("export", "day-sheet", "letter_drafts", "letters_pdf")) | Q(view__startswith="api:")
"""Accesses that took many patients at once, or a program made: nobody looked at this one."""


def with_seen(flags: QuerySet[Flag], user: User) -> QuerySet[Flag]:
    """The flags with `seen_at`, when this person last opened the patient or acted on the signal; NEVER for never."""
    opened = AccessEvent.objects.filter(by=user, patient=OuterRef("patient")).exclude(NO_LOOK)
    acted = FlagEvent.objects.filter(flag=OuterRef("pk"), by=user, kind__in=ACTS)
    last = Greatest(Subquery(opened.order_by("-at").values("at")[:1]), Subquery(acted.order_by("-at").values("at")[:1]))
    return flags.annotate(seen_at=Coalesce(last, Value(NEVER)))


def is_new(user: User) -> Q:
    """The condition "raised or changed since this person saw it", for flags read `with_seen`."""
    return Q(raised_at__gt=F("seen_at")) | Q(Exists(_steps(user, OuterRef("seen_at"))))


def moved_since(user: User, instant: datetime) -> Q:
    """The condition "raised or changed after an instant"."""
    return Q(raised_at__gt=instant) | Q(Exists(_steps(user, Value(instant))))


def with_news(flags: QuerySet[Flag], user: User) -> QuerySet[Flag]:
    """The flags with `news`: the kinds of the steps this person has not seen yet, the oldest first."""
    steps = _steps(user, OuterRef("seen_at"))
    return with_seen(flags, user).annotate(news=ArraySubquery(steps.order_by("pk").values("kind")))


def news_of(flag: Flag) -> str:
    """What to say of a flag read `with_news`: "raised", the last kind of step that was not seen, "" for nothing."""
    if flag.raised_at > flag.seen_at:  # type: ignore[attr-defined]
        return FlagEvent.Kind.RAISED.value
    return str(flag.news[-1]) if flag.news else ""  # type: ignore[attr-defined]


def _steps(user: User, since: OuterRef | Value) -> QuerySet[FlagEvent]:
    of_interest = Q(kind__in=NEWS) | Q(kind__in=HANDED, owner=user)
    return FlagEvent.objects.filter(of_interest, flag=OuterRef("pk"), at__gt=since)
