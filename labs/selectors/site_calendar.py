"""When a site works and what it decided about follow-up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import FilteredRelation, Q

from labs.models import FollowUpSettings
from labs.protocols.working_days import WorkingDays
from patients.models import Site


def settings_of(site: Site | int) -> FollowUpSettings:
    """What a site decided about follow-up; the defaults, not stored, while it decided nothing. One query."""
    number = site if isinstance(site, int) else site.pk
    return FollowUpSettings.objects.filter(site=number).first() or FollowUpSettings(site_id=number)


def working_days_of(site_id: int, *, since: date | None = None, until: date | None = None) -> WorkingDays:
    """The working days of a site; days off that end before `since` or begin after `until` are left out. One query."""
    return working_days_of_sites([site_id], since=since, until=until)[site_id]


def working_days_of_sites(
    site_ids: Collection[int], *, since: date | None = None, until: date | None = None
) -> dict[int, WorkingDays]:
    """The working days of several sites, by their numbers. One query however many they are."""
    asked = Q(closures__withdrawn_at__isnull=True)
    if since is not None:
        asked &= Q(closures__last_on__gte=since)
    if until is not None:
        asked &= Q(closures__first_on__lte=until)
    found = (
        Site.objects.filter(pk__in=site_ids)
        .annotate(off=FilteredRelation("closures", condition=asked))
        .order_by("off__first_on", "off__id")
        .values_list("pk", "follow_up_settings__works_weekends", "off__first_on", "off__last_on", "off__name")
    )
    off: dict[int, list[tuple[date, date, str]]] = {number: [] for number in site_ids}
    weekends = set()
    for number, works_weekends, first_on, last_on, name in found:
        if first_on is not None:
            off[number].append((first_on, last_on, name))
        if works_weekends:
            weekends.add(number)
    return {number: WorkingDays(tuple(days), number in weekends) for number, days in off.items()}
