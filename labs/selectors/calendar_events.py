"""What a calendar in another program is told of visits: those that stand booked, and those that no longer do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Max, QuerySet

from labs.models import ScheduledTest
from labs.selectors.visits import Visit, booked_at, grouped
from patients.models import Patient, Site

_HISTORY: Any = ScheduledTest._meta.get_field("history").related_model

Slot = tuple[int, date]
"""A patient's number and a day."""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One visit of `patient`; or, with None, all visits of a day, naming nobody.

    key         the same as long as it is about this patient (or site) and day
    patients    how many come; 0 when nobody comes any more
    revision    rises with every change of a test that is or once was booked for it
    changed_at  the latest of these; None before the first
    """

    key: str
    day: date
    time: time | None
    place: str
    patients: int
    labels: tuple[str, ...]
    patient: Patient | None
    revision: int
    changed_at: datetime | None


def events_of_site(*, site: Site, since: date, until: date, named: bool) -> list[CalendarEvent]:
    """The visits on these days, both inclusive: one by one when `named`, else one event a day. Five queries."""
    tests = booked_at(site, since=since, until=until).select_related("patient").order_by("due_on", "id")
    visits = {(visit.patient.pk, visit.day): visit for visit in grouped(list(tests), since)}
    all_booked = ScheduledTest.objects.filter(site=site, booked_for__range=(since, until))
    history = _HISTORY.objects.filter(site=site, booked_for__range=(since, until))
    booked = _tests_by_slot(all_booked, history)
    changes = _changes({test for tests_of_slot in booked.values() for test in tests_of_slot})
    groups: dict[Slot | date, list[Slot]] = defaultdict(list)
    for slot in sorted(booked, key=lambda one: (one[1], one[0])):
        groups[slot if named else slot[1]].append(slot)
    gone = {patient for patient, day in booked if (patient, day) not in visits} if named else set()
    people = Patient.objects.in_bulk(gone)
    return [
        _event(
            day=slots[0][1],
            visits=[visits[slot] for slot in slots if slot in visits],
            changed=[changes[test] for slot in slots for test in booked[slot] if test in changes],
            patient=(visits[slots[0]].patient if slots[0] in visits else people[slots[0][0]]) if named else None,
            of=f"visit-{slots[0][0]}" if named else f"site-{site.code}",
        )
        for slots in groups.values()
    ]


def event_of_visit(visit: Visit, *, named: bool) -> CalendarEvent:
    """One visit. Two queries."""
    history = _HISTORY.objects.filter(patient=visit.patient, booked_for=visit.day)
    once = {*history.values_list("pgh_obj", flat=True), *(test.pk for test in visit.tests)}
    changed = list(_changes(once).values())
    of = f"visit-{visit.patient.pk}"
    return _event(day=visit.day, visits=[visit], changed=changed, patient=visit.patient if named else None, of=of)


def _event(
    *, day: date, visits: list[Visit], changed: list[tuple[int, datetime]], patient: Patient | None, of: str
) -> CalendarEvent:
    alone = visits[0] if len(visits) == 1 and not of.startswith("site") else None
    return CalendarEvent(
        key=f"{of}-{day.isoformat()}",
        day=day,
        time=alone.time if alone else None,
        place=alone.place if alone else "",
        patients=len(visits),
        labels=tuple(dict.fromkeys(label for visit in visits for label in visit.labels)),
        patient=patient,
        revision=sum(count for count, _latest in changed),
        changed_at=max((latest for _count, latest in changed), default=None),
    )


def _tests_by_slot(tests: QuerySet[ScheduledTest], history: QuerySet[Any]) -> dict[Slot, set[int]]:
    """The tests that stand or once stood booked for each patient's day: those of a moved visit are in both its days."""
    found: dict[Slot, set[int]] = defaultdict(set)
    for rows, number in ((tests, "pk"), (history, "pgh_obj")):
        for patient, day, test in rows.values_list("patient", "booked_for", number):
            found[patient, day].add(test)
    return found


def _changes(tests: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """How often each test was changed, and when last."""
    rows = _HISTORY.objects.filter(pgh_obj__in=tests).values_list("pgh_obj")
    return {test: (count, last) for test, count, last in rows.annotate(n=Count("pk"), last=Max("pgh_created_at"))}
