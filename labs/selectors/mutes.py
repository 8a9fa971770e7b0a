"""Mutes: which stand today, what they hold back, and those a person may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from labs.models import Flag, Mute
from labs.models.level import SEVERITY
from labs.selectors.near_misses import UNANSWERED
from patients.access import visible_to
from patients.models import Patient, Site, User
from patients.models.withdrawal import STANDING

HELD_BACK: Final = UNANSWERED & Q(muted_by__isnull=False)
"""Signals that nobody is asked about because a mute holds."""

Muting = Mapping[tuple[int, str], Sequence[Mute]]
"""Standing mutes by patient and rule."""


def running(now: datetime, path: str = "patient__site") -> Q:
    """The condition "its last day is not over on the clock of the patient's site", for mutes. One query."""
    sites: dict[date, list[int]] = defaultdict(list)
    for site in Site.objects.only("pk", "time_zone"):
        sites[now.astimezone(site.zone).date()].append(site.pk)
    running = Q(pk__in=[])
    for today, there in sites.items():
        running |= Q(**{f"{path}__in": there, "until_on__gte": today})
    return running


def muting(patient_ids: Collection[int], *, now: datetime) -> Muting:
    """The mutes that hold for these patients at this moment. One query."""
    found: dict[tuple[int, str], list[Mute]] = defaultdict(list)
    rows = Mute.objects.filter(STANDING, patient_id__in=list(patient_ids)).select_related("patient__site")
    for mute in rows.order_by("id"):
        if mute.until_on >= now.astimezone(mute.patient.site.zone).date():
            found[mute.patient_id, mute.rule].append(mute)
    return found


def covering(mutes: Iterable[Mute], level: str) -> Mute | None:
    """The mute of these that a signal of this level is held back by: the one that lasts longest; None: it is asked."""
    strong = (mute for mute in mutes if SEVERITY[mute.level] >= SEVERITY[level])
    return max(strong, key=lambda mute: (mute.until_on, mute.pk), default=None)


def mutes_for(user: User) -> QuerySet[Mute]:
    """Mutes of the patients this person may see."""
    return Mute.objects.filter(visible_to(user, "patient__")).select_related(
        "patient__site", "recorded_by", "withdrawn_by"
    )


def standing_mutes(user: User, *, now: datetime) -> QuerySet[Mute]:
    """Those that hold now, the first to end first, each with `held_back`."""
    return with_held_back(mutes_for(user)).filter(STANDING, running(now)).order_by("until_on", "id")


def ended_mutes(user: User, *, now: datetime) -> QuerySet[Mute]:
    """Those that no longer hold: taken back, or their day is over. The newest first."""
    return mutes_for(user).exclude(STANDING & running(now)).order_by("-id")


def mutes_of(patient: Patient, *, now: datetime) -> list[Mute]:
    """The mutes that hold for one patient (of a site that was read along), the first to end first."""
    today = now.astimezone(patient.site.zone).date()
    rows = Mute.objects.filter(STANDING, patient=patient, until_on__gte=today).select_related("recorded_by")
    return list(rows.order_by("until_on", "id"))


def with_held_back(mutes: QuerySet[Mute]) -> QuerySet[Mute]:
    """The same, each with `held_back`: how many signals it holds back now."""
    held = Flag.objects.filter(HELD_BACK, muted_by=OuterRef("pk")).order_by()
    counted = held.values("muted_by").annotate(number=Count("pk")).values("number")
    return mutes.annotate(held_back=Coalesce(Subquery(counted), 0))


def over(now: datetime) -> QuerySet[Mute]:
    """Mutes whose last day is over and that flags still name: to be ended."""
    named = Exists(Flag.objects.filter(muted_by=OuterRef("pk")))
    return Mute.objects.filter(named).exclude(STANDING & running(now))
