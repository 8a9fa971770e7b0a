"""When a site works and what it decided about follow-up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from labs.models import Closure, FollowUpSettings
from labs.protocols.working_days import WorkingDays
from patients.models import Site
from patients.models.withdrawal import STANDING


def settings_of(site: Site | int) -> FollowUpSettings:
    """What a site decided about follow-up; the defaults, not stored, while it decided nothing. One query."""
    number = site if isinstance(site, int) else site.pk
    return FollowUpSettings.objects.filter(site=number).first() or FollowUpSettings(site_id=number)


def working_days_of(site_id: int, *, since: date | None = None, until: date | None = None) -> WorkingDays:
    """The working days of a site; days off that end before `since` or begin after `until` are left out. Two queries."""
    return working_days_of_sites([site_id], since=since, until=until)[site_id]


def working_days_of_sites(
    site_ids: Collection[int], *, since: date | None = None, until: date | None = None
) -> dict[int, WorkingDays]:
    """The working days of several sites, by their numbers. Two queries however many they are."""
    closures = Closure.objects.filter(STANDING, site__in=site_ids).order_by("first_on", "id")
    if since is not None:
        closures = closures.filter(last_on__gte=since)
    if until is not None:
        closures = closures.filter(first_on__lte=until)
    off: dict[int, list[tuple[date, date, str]]] = {number: [] for number in site_ids}
    for number, first_on, last_on, name in closures.values_list("site_id", "first_on", "last_on", "name"):
        off[number].append((first_on, last_on, name))
    weekends = set(
        FollowUpSettings.objects.filter(site__in=site_ids, works_weekends=True).values_list("site_id", flat=True)
    )
    return {number: WorkingDays(tuple(days), number in weekends) for number, days in off.items()}
