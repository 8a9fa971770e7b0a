"""Who is away, and for whom somebody answers meanwhile."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from patients.models import Absence, Role, Site, User
from patients.models.withdrawal import STANDING

DAY = timedelta(days=1)


def first_day_of(user: User, *, now: datetime) -> date:
    """The present day where this person works; at sites on both sides of midnight the earlier day."""
    return min((now.astimezone(site.zone).date() for site in user.sites.all()), default=now.date())


def colleagues_of(user: User, *roles: Role) -> QuerySet[User]:
    """Active people of these roles who work at a site of this person, themselves among them."""
    here = User.objects.filter(sites__in=user.sites.values("pk"), is_active=True, role__in=roles)
    return here.distinct().order_by("last_name", "first_name", "username")


def absences_for(user: User) -> QuerySet[Absence]:
    """Absences of people who work at a site of this person, and their own; those taken back among them."""
    people = Q(user__in=User.objects.filter(sites__in=user.sites.values("pk"))) | Q(user=user)
    return Absence.objects.filter(people).select_related("user", "deputy", "recorded_by", "withdrawn_by")


def stands_in_for(user: User, *, now: datetime) -> list[Absence]:
    """Absences that this person covers today as the deputy, also where a deputy is away in turn. One query."""
    today = now.date()
    clocks = Site.objects.filter(staff=user).order_by("name").values("time_zone")[:1]
    near = Absence.objects.filter(STANDING, deputy__isnull=False, starts_on__lte=today + DAY, until_on__gte=today - DAY)
    of: dict[int | None, list[Absence]] = defaultdict(list)
    for one in near.select_related("user").annotate(clock=Coalesce(Subquery(clocks), Value("UTC"))):
        if one.starts_on <= now.astimezone(ZoneInfo(one.clock)).date() <= one.until_on:
            of[one.deputy_id].append(one)
    found: dict[int, Absence] = {}
    asked = [user.pk]
    while asked:
        for covered in of[asked.pop()]:
            if covered.user_id != user.pk and covered.user_id not in found:
                found[covered.user_id] = covered
                asked.append(covered.user_id)
    return sorted(found.values(), key=lambda one: (one.until_on, one.pk))
