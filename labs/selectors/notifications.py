"""Where people are told, what they were sent, whether a message is still needed, and who could not be told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from labs.messages.quiet_hours import QuietHours
from labs.models import (
    Flag,
    FlagDecision,
    FlagEvent,
    Level,
    Notification,
    NotificationAddress,
    NotificationKind,
    NotificationSettings,
    NotificationState,
    NotificationWay,
    NotifiedFlag,
    Review,
)
from labs.selectors.near_misses import WAITING
from labs.selectors.to_tell import TELLS_OWNER, urgent_waiting
from patients.access import visible_to
from patients.models import Role, Site, User
from patients.models.withdrawal import STANDING
from patients.selectors.keyset import Key, Page, page_of, read_instant

PAGE_SIZE = 50
NEWEST_FIRST = (Key("made_at", descending=True, read=read_instant), Key("id", descending=True, read=int))

TIME_TO_TELL: Final = timedelta(minutes=5)
"""How long telling of an urgent signal may take before it counts as not told (project default)."""

FAILED_FOR: Final = timedelta(days=7)
"""How long a failed message is counted in /metrics (project default)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is told."""

    way: str
    address: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for somebody at a site."""

    urgent: int
    review: int
    late: int
    passed_on: int
    new: int


def quiet_hours_of(settings: NotificationSettings) -> QuietHours:
    """When it is quiet at a site."""
    return QuietHours(settings.quiet_from, settings.quiet_until, settings.site.zone)


def addresses_of(user: User) -> QuerySet[NotificationAddress]:
    """The addresses that hold for somebody."""
    return NotificationAddress.objects.filter(STANDING, user=user).order_by("pk")


def places_for(user: User, kind: str) -> list[Place]:
    """Where somebody is told of this; empty: nowhere.

    What waits once a day may be switched off. Of anything else somebody is told at the addresses for urgent signals,
    else by the account's e-mail, else at any address: nobody can be out of reach by choice.
    """
    known = list(addresses_of(user))
    if kind == NotificationKind.DIGEST and known:
        return [Place(one.way, one.address) for one in known if one.digest]
    return [Place(one.way, one.address) for one in known if one.urgent] or list(_other_places(user, known))[:1]


def next_places(row: Notification) -> list[Place]:
    """Where to try next after a message to somebody failed for good: nowhere while another is on its way or arrived."""
    if row.recipient is None or row.kind not in TELLS_OWNER:
        return []
    same = Notification.objects.filter(
        recipient=row.recipient,
        kind=row.kind,
        told__event__in=NotifiedFlag.objects.filter(notification=row).values("event"),
    )
    if same.filter(state__in=(NotificationState.WAITING, NotificationState.SENT)).exists():
        return []
    tried = set(same.values_list("way", "address"))
    known = list(addresses_of(row.recipient))
    places = [*(Place(one.way, one.address) for one in known if one.urgent), *_other_places(row.recipient, known)]
    return [place for place in places if (place.way, place.address) not in tried][:1]


def _other_places(user: User, known: list[NotificationAddress]) -> Iterator[Place]:
    if user.email:
        yield Place(NotificationWay.EMAIL, user.email)
    yield from (Place(one.way, one.address) for one in known if not one.urgent)


def is_still_needed(row: Notification) -> bool:
    """Whether a message still says what is so, and somebody is there to read it."""
    if row.recipient is not None and not row.recipient.is_active:
        return False
    if row.kind == NotificationKind.URGENT:
        return _still_waits(row)
    if row.kind == NotificationKind.TAKEN_BACK:
        since = FlagDecision.objects.filter(undone_at=None, by=row.recipient, at__gt=row.made_at)
        return not since.filter(flag__in=row.told.values("flag")).exists()
    if row.kind in {NotificationKind.OPINION, NotificationKind.OPINION_GIVEN}:
        opinions = row.told.filter(opinion__withdrawn_at=None)
        given = row.kind == NotificationKind.OPINION_GIVEN
        return opinions.filter(opinion__answered_at__isnull=not given).exists()
    if row.kind == NotificationKind.DIGEST and row.recipient is not None:
        return digest_flags(row.recipient, row.site).exists()
    return True


def _still_waits(row: Notification) -> bool:
    flags = urgent_waiting().filter(notified__notification=row)
    if row.recipient is None:
        return flags.exists()
    seen = ~Q(review=Review.OPEN) & Q(reviewed_by=row.recipient, reviewed_at__gte=row.made_at)
    return flags.filter(~seen, owner=row.recipient).exists()


def digest_flags(user: User, site: Site) -> QuerySet[Flag]:
    """What waits for somebody at a site."""
    return Flag.objects.filter(
        WAITING, owner=user, patient__site=site, muted_by=None, level__in=(Level.URGENT, Level.REVIEW)
    )


def owners_without_digest(site: Site, *, due: datetime) -> list[User]:
    """For whom something waits at a site since before `due`, and who were sent no daily message since then."""
    sent = Notification.objects.filter(
        kind=NotificationKind.DIGEST, site=site, recipient=OuterRef("pk"), made_at__gte=due
    )
    waits = Flag.objects.filter(
        WAITING, muted_by=None, level__in=(Level.URGENT, Level.REVIEW), patient__site=site, raised_at__lte=due
    )
    people = User.objects.filter(pk__in=waits.values("owner"), is_active=True).exclude(role=Role.SERVICE)
    return list(people.filter(~Exists(sent)).order_by("pk"))


def waiting_at(user: User, site: Site, *, now: datetime) -> Waiting:
    """What a daily message counts. `new`: asked since the last one."""
    last = Notification.objects.filter(kind=NotificationKind.DIGEST, site=site, recipient=user).first()
    kinds = FlagEvent.Kind
    asked = FlagEvent.objects.filter(
        flag=OuterRef("pk"),
        kind__in=(kinds.RAISED, kinds.REOPENED, kinds.ASSIGNED, kinds.ESCALATED, kinds.WATCH_ENDED, kinds.TEST_CAME),
        **({"at__gt": last.made_at} if last else {}),
    )
    counts = digest_flags(user, site).annotate(is_new=Exists(asked))
    passed_on = Q(unanswered_by__len__gt=0) & ~Q(unanswered_by__contains=[user.pk])
    return Waiting(
        **counts.aggregate(
            urgent=Count("pk", filter=Q(level=Level.URGENT)),
            review=Count("pk", filter=Q(level=Level.REVIEW)),
            late=Count("pk", filter=Q(answer_by__lt=now)),
            passed_on=Count("pk", filter=passed_on),
            new=Count("pk", filter=Q(is_new=True)),
        )
    )


def notifications_for(user: User) -> QuerySet[Notification]:
    """What this person was sent; for an administrator everything of the own sites."""
    mine = Q(recipient=user)
    if user.role == Role.ADMINISTRATOR:
        mine |= Q(site__in=user.sites.values("pk"))
    return Notification.objects.filter(mine).select_related("site", "recipient")


def notification_log(
    *, user: User, state: str = "", own: bool = False, after: str = "", before: str = ""
) -> Page[Notification]:
    """A page of messages, newest first: the person's own, or all they may see, in one state or in any."""
    rows = notifications_for(user)
    if own:
        rows = rows.filter(recipient=user)
    if state:
        rows = rows.filter(state=state)
    return page_of(rows, NEWEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def failed_count(user: User) -> int:
    """How many messages of the own sites could not be sent."""
    return notifications_for(user).filter(state=NotificationState.FAILED).count()


def not_told(*, now: datetime) -> QuerySet[Flag]:
    """Urgent signals whose owner was not reached: no message of the last asking arrived within `TIME_TO_TELL`, and the
    owner has not taken the signal on."""
    told = NotifiedFlag.objects.filter(
        flag=OuterRef("pk"), notification__recipient=OuterRef("owner"), notification__kind__in=TELLS_OWNER
    )
    arrived = told.filter(event=OuterRef("told_of"), notification__state=NotificationState.SENT)
    latest = told.order_by("-event")
    return (
        urgent_waiting()
        .annotate(
            told_of=Subquery(latest.values("event")[:1]),
            told_at=Coalesce(Subquery(latest.values("notification__made_at")[:1]), F("raised_at")),
        )
        .filter(~Exists(arrived), told_at__lte=now - TIME_TO_TELL)
        .exclude(~Q(review=Review.OPEN) & Q(reviewed_by=F("owner")))
    )


def not_told_for(user: User, now: datetime) -> QuerySet[Flag]:
    """The same, of patients this person may see."""
    return not_told(now=now).filter(visible_to(user, "patient__"))


def failed_lately(*, now: datetime) -> int:
    """How many messages failed for good in the last days."""
    return Notification.objects.filter(state=NotificationState.FAILED, made_at__gte=now - FAILED_FOR).count()


def longest_wait_seconds(*, now: datetime) -> float:
    """For how long the oldest message that should be on its way has not left."""
    due = Notification.objects.filter(state=NotificationState.WAITING, not_before__lte=now)
    first: datetime | None = due.aggregate(first=Min("not_before"))["first"]
    return 0.0 if first is None else (now - first).total_seconds()
