"""The nurse's worklist: whom to call or book, the most pressing first.

A page is read in order from one index for each site (and risk) a person works for, so that it takes as long for a
registry as for a small unit. Patients of other sites whose care team the person belongs to are few: they are read apart
and sorted in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BigIntegerField, Case, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from labs.models import ScheduledTest
from labs.selectors.due import DayAtSite, Status, waiting_tests, with_status
from labs.selectors.worklist_parts import (
    ALL,
    PARTS,
    RANKS,
    Narrowing,
    Part,
    Tab,
    followed_by,
    with_time,
)
from labs.selectors.worklist_rows import Row as Row
from labs.selectors.worklist_rows import rows_of, with_people
from patients.access import CLINICIANS
from patients.models import CareTeam, Site, User
from patients.selectors.keyset import Key, Page, beyond, page_of, values_of

PAGE_SIZE = 50
COUNTED = 1_000
"""Counts are exact up to here; beyond it `worklist_counts` gives one more, which pages print as "1,000+"."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tests a person's list is read from: sites, and whether patients of other sites are theirs to follow."""

    user: User
    sites: tuple[Site, ...]
    elsewhere: bool

    def narrowed(self, site: int | None) -> Reach:
        """The same for one of the sites; a site that is not theirs narrows to nothing."""
        if site is None:
            return self
        return Reach(self.user, tuple(one for one in self.sites if one.pk == site), elsewhere=False)


def reach_of(user: User) -> Reach:
    """What a person's list is read from. One query."""
    others = CareTeam.objects.filter(Q(physician=user) | Q(nurse=user) | Q(cover=user)).exclude(
        patient__site__in=user.sites.values("pk")
    )
    rows = User.objects.filter(pk=user.pk).annotate(elsewhere=Exists(others)).order_by("sites__name")
    found = list(rows.values_list("elsewhere", "sites__pk", "sites__code", "sites__name", "sites__time_zone"))
    sites = tuple(
        Site(pk=pk, code=code, name=name, time_zone=zone)
        for _elsewhere, pk, code, name, zone in found
        if pk is not None
    )
    return Reach(user, sites, elsewhere=any(row[0] for row in found))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the indexes: everything the statement depends on, so that one that was asked is not built anew.

    `days`: the day at the sites, and which sites those are. `instant` matters only for patients of other sites.
    """

    reach: Reach
    days: tuple[tuple[date, tuple[int, ...]], ...]
    narrowing: Narrowing
    instant: datetime | None

    def asked(self) -> dict[str, Any]:
        """What is asked, by the name of its answer."""
        raise NotImplementedError

    @property
    def today(self) -> Any:
        """The day at a site: one value where they agree, as nearly always."""
        if len(self.days) == 1:
            return Value(self.days[0][0], DateField())
        whens = [When(sites__in=sites, then=Value(day, DateField())) for day, sites in self.days]
        return Case(*whens, output_field=DateField())


@dataclass(frozen=True, slots=True)
class HowMany(Question):
    """How many tests are in each part, up to `most`."""

    most: int

    def asked(self) -> dict[str, Any]:
        """A number for each part, of the sites and of patients elsewhere."""
        found: dict[str, Any] = {}
        for tab, part in PARTS.items():
            if self.reach.sites:
                own = _own(part, self.narrowing, self.reach.user)
                found[f"own_{tab.value}"] = CountUpTo(own.values("pk")[: self.most])
            if self.instant:
                others = _elsewhere(part, self.narrowing, self.reach, self.instant)
                found[f"other_{tab.value}"] = CountUpTo(others.values("pk")[: self.most])
        return found


@dataclass(frozen=True, slots=True)
class WhichFirst(Question):
    """The numbers of the first tests of a part beyond a cursor, at each site (by risk) and of patients elsewhere."""

    tab: Tab
    cursor: str
    backwards: bool
    most: int

    @property
    def ranks(self) -> Sequence[int | None]:
        """The ranks of risk that are read one after the other; one that stands for all where risk orders nothing."""
        return [rank for rank in RANKS if self.narrowing.risk in {None, rank}] if PARTS[self.tab].by_risk else [None]

    def asked(self) -> dict[str, Any]:
        """Numbers of tests for each rank, and of patients elsewhere."""
        part, user, found = PARTS[self.tab], self.reach.user, dict[str, Any]()
        values = values_of(self.cursor, part.keys) if self.cursor else []
        for rank in self.ranks if self.reach.sites else ():
            own = _after(_own(part, self.narrowing, user, rank), part, values, rank, backwards=self.backwards)
            if own is not None:
                found[f"own_{rank}"] = ArraySubquery(own.values("pk")[: self.most])
        if self.instant:
            others = _elsewhere(part, self.narrowing, self.reach, self.instant)
            others = others.filter(beyond(part.keys, values, backwards=self.backwards)) if values else others
            ordered = _ordered(others, part.keys, backwards=self.backwards)
            found["others"] = ArraySubquery(ordered.values("pk")[: self.most])
        return found


def worklist_counts(
    *, user: User, now: datetime, narrowing: Narrowing = ALL, reach: Reach | None = None
) -> dict[Tab, int]:
    """How many tests each part of the list holds, up to one more than `COUNTED`: the same conditions as the list. One
    query (two without `reach`)."""
    reach = (reach or reach_of(user)).narrowed(narrowing.site)
    found = _ask(HowMany(**_about(reach, narrowing, now), most=COUNTED + 1))
    counts = dict.fromkeys(Tab, 0)
    for tab in Tab:
        counts[tab] += sum(row.get(f"own_{tab.value}") or 0 for row in found)
        counts[tab] += found[0].get(f"other_{tab.value}") or 0 if found else 0
    return {tab: min(number, COUNTED + 1) for tab, number in counts.items()}


def worklist(
    *,
    user: User,
    now: datetime,
    tab: Tab,
    narrowing: Narrowing = ALL,
    reach: Reach | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> Page[Row]:
    """A page of one part of the list: by risk, then by how late; booked ones by their day and time."""
    reach = (reach or reach_of(user)).narrowed(narrowing.site)
    part = PARTS[tab]
    about = _about(reach, narrowing, now)
    first = _first(WhichFirst(**about, tab=tab, cursor=before or after, backwards=bool(before), most=size + 1))
    tests = with_time(with_people(with_status(ScheduledTest.objects.filter(pk__in=first), now=now)))
    page = page_of(tests, part.keys, size=size, after=after, before=before)
    return Page(rows_of(page.rows), next_cursor=page.next_cursor, previous_cursor=page.previous_cursor)


def every_test(*, user: User, now: datetime, tab: Tab, narrowing: Narrowing = ALL) -> QuerySet[ScheduledTest]:
    """Every test of one part of the list in its order, however many: for files."""
    part = PARTS[tab]
    tests = narrowing.apply(waiting_tests(user=user, now=now), user).filter(part.fits)
    if narrowing.site is not None:
        tests = tests.filter(site=narrowing.site)
    return with_time(tests).order_by(*(key.name for key in part.keys))


def waiting_row(*, user: User, now: datetime, test_id: int) -> Row:
    """One waiting test this person may see, else ScheduledTest.DoesNotExist."""
    (row,) = rows_of([with_people(waiting_tests(user=user, now=now)).get(pk=test_id)])
    return row


def waiting_rows(*, user: User, now: datetime, test_ids: Sequence[int]) -> list[Row]:
    """Those of the tests that wait and that this person may see, in the order asked."""
    found = {row.test.pk: row for row in rows_of(list(_waiting(user, now).filter(pk__in=test_ids)))}
    return [found[number] for number in test_ids if number in found]


def rows_beside(row: Row, *, user: User, now: datetime) -> list[Row]:
    """The other tests of the same patient that could be done on the same visit, the latest first."""
    could_be_done = Q(status__in=[Status.OVERDUE, Status.DUE])
    waiting = _waiting(user, now).filter(could_be_done, patient=row.patient)
    return rows_of(list(waiting.exclude(pk=row.test.pk).order_by("late_from", "id")))


def people_for(tests: Sequence[ScheduledTest]) -> list[User]:
    """The active nurses and physicians who work at a site of these tests or are in the care team of a patient."""
    patients = {test.patient_id for test in tests}
    team = (
        Q(nurse_of__patient__in=patients)
        | Q(responsible_for__patient__in=patients)
        | Q(cover_for__patient__in=patients)
    )
    people = User.objects.filter(Q(sites__in={test.site_id for test in tests}) | team)
    return list(people.filter(is_active=True, role__in=CLINICIANS).distinct().order_by("last_name", "first_name", "pk"))


def sites_of(user: User) -> list[Site]:
    """The sites a person may narrow the list to."""
    return list(user.sites.order_by("name"))


def _waiting(user: User, now: datetime) -> QuerySet[ScheduledTest]:
    return with_people(waiting_tests(user=user, now=now))


class CountUpTo(Subquery):
    """How many rows a query with a limit gives."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS few)"
    output_field = BigIntegerField()


def _about(reach: Reach, narrowing: Narrowing, now: datetime) -> dict[str, Any]:
    """What every question is about."""
    days: dict[date, list[int]] = {}
    for site in reach.sites:
        days.setdefault(now.astimezone(site.zone).date(), []).append(site.pk)
    here = tuple((day, tuple(sites)) for day, sites in sorted(days.items()))
    return {"reach": reach, "days": here, "narrowing": narrowing, "instant": now if reach.elsewhere else None}


def _first(question: WhichFirst) -> set[int]:
    """The numbers of tests among which the page is: the first of each site, risk by risk until there are enough."""
    found = _ask(question)
    ranks = question.ranks
    first: set[int] = set()
    for rank in reversed(ranks) if question.backwards else ranks:
        if len(first) >= question.most:
            break
        first.update(number for row in found for number in row.get(f"own_{rank}") or ())
    return first.union(found[0].get("others") or ()) if found else first


def _after(
    tests: QuerySet[ScheduledTest], part: Part, values: Sequence[Any], rank: int | None, *, backwards: bool
) -> QuerySet[ScheduledTest] | None:
    """The tests of a site (and risk) from the cursor on, in order; None where the cursor has left that risk behind."""
    keys = part.keys
    if rank is None:
        return _ordered(
            tests.filter(beyond(keys, values, backwards=backwards)) if values else tests, keys, backwards=backwards
        )
    if values and rank != values[0]:
        if (rank < values[0]) != backwards:
            return None
        values = ()
    within = tests.filter(beyond(keys[1:], values[1:], backwards=backwards)) if values else tests
    return _ordered(within, keys[1:], backwards=backwards)


def _ordered(tests: QuerySet[ScheduledTest], keys: Sequence[Key], *, backwards: bool) -> QuerySet[ScheduledTest]:
    return tests.order_by(*(f"{'-' if backwards else ''}{key.name}" for key in keys))


def _own(part: Part, narrowing: Narrowing, user: User, rank: int | None = None) -> QuerySet[ScheduledTest]:
    """The tests of a part at the site of the query around; all of them, or those of one rank of risk."""
    ranked = {} if not part.by_risk else {"risk__in": RANKS} if rank is None else {"risk": rank}
    here = ScheduledTest.objects.filter(site=OuterRef("at_site"), **ranked).annotate(today=OuterRef("today"))
    return narrowing.apply(with_time(here).filter(part.reach, part.fits), user)


def _elsewhere(part: Part, narrowing: Narrowing, reach: Reach, now: datetime) -> QuerySet[ScheduledTest]:
    """The tests of a part of those patients of other sites whom this person follows."""
    followed = ScheduledTest.objects.filter(followed_by(reach.user)).exclude(site__in=[site.pk for site in reach.sites])
    there = with_time(followed.annotate(today=DayAtSite(now, "site__time_zone")))
    return narrowing.apply(there.filter(part.reach, part.fits), reach.user)


def _ask(question: Question) -> list[dict[str, Any]]:
    """The answers, a row for each site; at least one row, as those about other sites stand in each. One query."""
    names, statement, parameters = _built(question)
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@lru_cache(maxsize=256)
def _built(question: Question) -> tuple[tuple[str, ...], str, tuple[Any, ...]]:
    """Names of the answers, statement and parameters. Building it takes longer than answering it."""
    asked = question.asked()
    if not asked:
        return (), "", ()
    asker = User.objects.filter(pk=question.reach.user.pk)
    if question.reach.sites:
        sites = [site.pk for site in question.reach.sites]
        asker = asker.filter(sites__in=sites).annotate(at_site=F("sites"), today=question.today)
    statement, parameters = asker.annotate(**asked).values(*asked).query.sql_with_params()
    return tuple(asked), statement, tuple(parameters)
