"""How many come to a site on which day, for what, and whether the site is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count

from labs.selectors.site_calendar import settings_of, working_days_of
from labs.selectors.visits import booked_at
from labs.vocabulary.test_kinds import label_of
from patients.models import Site


@dataclass(slots=True)
class DayLoad:
    """One day of a site. `capacity`: patients a day the site calls full, None without a bound; `closed`: why, or ""."""

    day: date
    patients: int = 0
    capacity: int | None = None
    closed: str = ""
    kinds: list[tuple[str, int]] = field(default_factory=list)

    @property
    def tests(self) -> int:
        """How many tests are booked."""
        return sum(count for _label, count in self.kinds)

    @property
    def full(self) -> bool:
        """Whether nobody more should be booked."""
        return self.capacity is not None and self.patients >= self.capacity

    @property
    def over(self) -> bool:
        """Whether more are booked than the site sees a day."""
        return self.capacity is not None and self.patients > self.capacity


def load_of(*, site: Site, since: date, until: date) -> list[DayLoad]:
    """Each day from `since` to `until`, both inclusive. Four queries."""
    capacity = settings_of(site).day_capacity
    working = working_days_of(site.pk, since=since, until=until)
    days = {
        day: DayLoad(day, capacity=capacity, closed=working.why_closed(day) or "")
        for day in (since + timedelta(days=number) for number in range((until - since).days + 1))
    }
    tests = booked_at(site, since=since, until=until)
    for day, patients in tests.values_list("booked_for").annotate(n=Count("patient", distinct=True)):
        days[day].patients = patients
    for day, kind, count in tests.values_list("booked_for", "kind").annotate(n=Count("pk")):
        days[day].kinds.append((label_of(kind), count))
    for load in days.values():
        load.kinds.sort(key=lambda item: (-item[1], item[0]))
    return list(days.values())


def load_on(*, site: Site, day: date) -> DayLoad:
    """One day. Four queries."""
    (load,) = load_of(site=site, since=day, until=day)
    return load
