"""The days off of a site, and the patients who are booked on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from labs.models import Closure, ScheduledTest
from labs.selectors.due import OPEN
from patients.access import is_system, visible_to
from patients.models import Patient, Site, User
from patients.models.withdrawal import STANDING


@dataclass(slots=True)
class BookedDay:
    """A day off on which patients are booked all the same."""

    day: date
    name: str
    patients: list[Patient] = field(default_factory=list)


def closures_of(site: Site) -> QuerySet[Closure]:
    """Every entry of a site by day, those taken back as well."""
    return Closure.objects.filter(site=site).select_related("recorded_by", "withdrawn_by").order_by("first_on", "id")


def closures_for(user: User) -> QuerySet[Closure]:
    """Entries of the sites this person works for."""
    closures = Closure.objects.select_related("site", "recorded_by", "withdrawn_by")
    return closures if is_system(user) else closures.filter(site__in=user.sites.values("pk"))


def in_year(closures: QuerySet[Closure], year: int) -> QuerySet[Closure]:
    """Those that touch a year."""
    return closures.filter(first_on__lte=date(year, 12, 31), last_on__gte=date(year, 1, 1))


def booked_on_days_off(
    *, site: Site, user: User, today: date, among: Sequence[Closure] | None = None
) -> list[BookedDay]:
    """From today on, each day off of a site with the patients booked on it whom this person may see. Two queries."""
    standing = Closure.objects.filter(STANDING, site=site, last_on__gte=today)
    if among is not None:
        standing = standing.filter(pk__in=[closure.pk for closure in among])
    closures = list(standing.order_by("first_on", "id"))
    if not closures:
        return []
    within = Q(pk__in=[])
    for closure in closures:
        within |= Q(booked_for__range=(max(closure.first_on, today), closure.last_on))
    tests = ScheduledTest.objects.filter(OPEN, within, visible_to(user, "patient__"), patient__site=site)
    tests = tests.filter(collected_on=None).select_related("patient").order_by("booked_for", "patient__family_name")
    days: dict[date, BookedDay] = {}
    for test in tests:
        day = test.booked_for
        if day is None:
            continue
        name = next(closure.name for closure in closures if closure.first_on <= day <= closure.last_on)
        booked = days.setdefault(day, BookedDay(day, name))
        if test.patient not in booked.patients:
            booked.patients.append(test.patient)
    return list(days.values())
