"""The parts of the worklist: which tests are in each, in which order, and how a person narrows them.

Each part is said twice: exactly, by what `due.py` says of a test's dates, and as a range of one index (`reach`) that
holds all of it, so that a page is read in order without looking at every open test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from django.db.models import F, Q, QuerySet, TextChoices, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from labs.models import ScheduledTest
from labs.models.scheduled_test import MAY_WAIT, RISK_RANK
from labs.selectors.due import STATUS_IN_SQL, WEEK, Status
from patients.models import Diagnosis, Patient, User
from patients.selectors.keyset import Key, read_day
from patients.selectors.patients import matching

RANKS = tuple(sorted(set(RISK_RANK.values())))
NOBODY = "nobody"
ME = "me"


class Tab(TextChoices):
    """The parts of the list. Every test that waits for something is in exactly one of them."""

    OVERDUE = "overdue", _("Overdue")
    WEEK = "week", _("This week")
    LATER = "later", _("Later")
    TODAY = "today", _("Booked today")
    BOOKED = "booked", _("Booked later")
    COLLECTED = "collected", _("Sample without result")
    AGAIN = "again", _("Contact again")
    HELD = "held", _("On hold")


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `fits` is exact, `reach` a range of an index around it; `by_risk`: the order begins with the risk."""

    fits: Q
    reach: Q
    keys: tuple[Key, ...]
    by_risk: bool = False


def stands(*statuses: Status) -> Q:
    """The condition "the test stands at one of these", over a column `today`, from the one place that says so."""
    found, before = Q(pk__in=[]), Q()
    for case in STATUS_IN_SQL.cases:
        if case.result.value in {status.value for status in statuses}:
            found |= before & case.condition
        before &= ~case.condition
    if STATUS_IN_SQL.default.value in {status.value for status in statuses}:
        found |= before
    return found


TODAY = F("today")
UNDONE = MAY_WAIT & Q(collected_on__isnull=True)
SOON = Q(due_on__lte=TODAY + Value(WEEK))
OPEN_WINDOW = UNDONE & Q(late_from__gte=TODAY, opens_on__lte=TODAY)
NOT_CALLED = Q(snoozed_until__isnull=True)
BY_ID = Key("id", read=int)
BY_RISK = (Key("risk", read=int), Key("late_from", read=read_day), BY_ID)
BY_TIME = (Key("booked_for", read=read_day), Key("booked_at", read=time.fromisoformat), BY_ID)
AT_NO_TIME = time(23, 59, 59)
"""Where a booking without a time of day stands among those of its day: last."""

PARTS: dict[Tab, Part] = {
    Tab.OVERDUE: Part(stands(Status.OVERDUE) & NOT_CALLED, UNDONE & Q(late_from__lt=TODAY), BY_RISK, by_risk=True),
    Tab.WEEK: Part(stands(Status.DUE) & SOON & NOT_CALLED, OPEN_WINDOW & SOON, BY_RISK, by_risk=True),
    Tab.LATER: Part(stands(Status.DUE) & ~SOON & NOT_CALLED, OPEN_WINDOW & Q(due_on__gt=TODAY), BY_RISK, by_risk=True),
    Tab.TODAY: Part(stands(Status.BOOKED) & Q(booked_for=TODAY), UNDONE & Q(booked_for=TODAY), BY_TIME),
    Tab.BOOKED: Part(stands(Status.BOOKED) & Q(booked_for__gt=TODAY), UNDONE & Q(booked_for__gt=TODAY), BY_TIME),
    Tab.COLLECTED: Part(
        stands(Status.COLLECTED),
        MAY_WAIT & Q(collected_on__isnull=False),
        (Key("collected_on", read=read_day), BY_ID),
    ),
    Tab.AGAIN: Part(
        stands(Status.DUE, Status.OVERDUE) & ~NOT_CALLED,
        UNDONE & ~NOT_CALLED,
        (Key("snoozed_until", read=read_day), Key("risk", read=int), BY_ID),
    ),
    Tab.HELD: Part(stands(Status.HELD), UNDONE & Q(held_until__gte=TODAY), (Key("held_until", read=read_day), BY_ID)),
}
PLACES = tuple(tab for tab in Tab if tab != Tab.HELD)
"""The tabs people work through; what is on hold is told beside them."""


def with_time(tests: QuerySet[ScheduledTest]) -> QuerySet[ScheduledTest]:
    """The tests with `booked_at`, by which bookings of a day are ordered."""
    return tests.annotate(booked_at=Coalesce("booked_time", Value(AT_NO_TIME)))


def tab_of(test: ScheduledTest, status: Status, today: date) -> Tab | None:
    """The part of the list a test is in on a day of its site, by its status; None when it waits for nothing."""
    if status in {Status.DUE, Status.OVERDUE} and test.snoozed_until is not None:
        return Tab.AGAIN
    if status == Status.DUE:
        return Tab.WEEK if test.due_on <= today + WEEK else Tab.LATER
    if status == Status.BOOKED:
        return Tab.TODAY if test.booked_for == today else Tab.BOOKED
    return {Status.OVERDUE: Tab.OVERDUE, Status.COLLECTED: Tab.COLLECTED, Status.HELD: Tab.HELD}.get(status)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a person wants to see of the list; empty means all. `assigned` is `ME`, `NOBODY` or ""; `risk` a rank."""

    site: int | None = None
    disease: str = ""
    kind: str = ""
    protocol: str = ""
    risk: int | None = None
    assigned: str = ""
    mine: bool = False
    text: str = ""

    def apply(self, tests: QuerySet[ScheduledTest], user: User) -> QuerySet[ScheduledTest]:
        """The tests that fit; the site is left to who reads the list, site by site."""
        if self.disease:
            tests = tests.filter(
                Q(plan__diagnosis__disease=self.disease)
                | Q(plan=None, patient__in=Diagnosis.objects.filter(disease=self.disease).values("patient"))
            )
        if self.kind:
            tests = tests.filter(kind=self.kind)
        if self.protocol:
            tests = tests.filter(plan__protocol__code=self.protocol)
        if self.risk is not None:
            tests = tests.filter(risk=self.risk)
        if self.assigned:
            tests = tests.filter(assigned_to=user if self.assigned == ME else None)
        if self.text:
            tests = tests.filter(patient__in=matching(Patient.objects.all(), self.text).values("pk"))
        return tests.filter(followed_by(user)) if self.mine else tests


ALL = Narrowing()


def followed_by(user: User) -> Q:
    """The condition "this person is in the care team of the patient"."""
    team = Q()
    for post in ("physician", "nurse", "cover"):
        team |= Q(**{f"patient__care_team__{post}": user.pk})
    return team
