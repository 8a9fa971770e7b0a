"""Who or what fell silent, so that nobody would notice by waiting: one list for each way, each with since when.

Patients who died are in none of them. Every list is of the patients (or senders) a person may see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, TruncDate

from labs.models import FollowUpSettings, Message, Plan, ScheduledTest
from labs.models.scheduled_test import MAY_WAIT
from labs.selectors.due import DayAtSite, Status, waiting_tests
from labs.selectors.worklist_parts import stands
from patients.access import is_system, patients_visible_to, visible_to
from patients.models import CareTeam, Diagnosis, Patient, Role, User

A_DAY = timedelta(days=1)


def waiting_for_results(user: User, now: datetime) -> QuerySet[ScheduledTest]:
    """Samples whose result takes longer than their site allows, with `today` and `days`, the longest first."""
    tests = waiting_tests(user=user, now=now).filter(MAY_WAIT, stands(Status.COLLECTED))
    tests = tests.annotate(allowed=_decided("result_within_days", "site"))
    late = tests.filter(collected_on__lt=F("today") - F("allowed") * Value(A_DAY))
    return late.order_by("collected_on", "id")


@dataclass(frozen=True, slots=True)
class QuietFeed:
    """An interface from which nothing came for longer than its sites allow."""

    sender: User
    source: str
    last_at: datetime
    days: int


def quiet_feeds(user: User, now: datetime) -> list[QuietFeed]:
    """Interfaces of this person's sites that fell quiet, the longest first. Three queries.

    An interface is an active service account and the source it names. One without sites sends for all of them. One that
    has ended is told apart by closing its account.
    """
    senders = Q(received_by__role=Role.SERVICE, received_by__is_active=True)
    if not is_system(user):
        senders &= Q(received_by__sites__in=user.sites.values("pk")) | Q(received_by__sites=None)
    latest = list(
        Message.objects.filter(senders).order_by().values("received_by", "source").annotate(last_at=Max("received_at"))
    )
    people = User.objects.prefetch_related("sites__follow_up_settings").in_bulk({row["received_by"] for row in latest})
    found = []
    for row in latest:
        sender, days = people[row["received_by"]], (now - row["last_at"]).days
        if is_system(sender):
            continue
        allowed = [getattr(site, "follow_up_settings", DEFAULTS).feed_quiet_days for site in sender.sites.all()]
        if days > min(allowed, default=DEFAULTS.feed_quiet_days):
            found.append(QuietFeed(sender, row["source"], row["last_at"], days))
    return sorted(found, key=lambda feed: feed.last_at)


DEFAULTS = FollowUpSettings()
"""What holds for a site that decided nothing."""


def plans_without_next_test(user: User, now: datetime) -> QuerySet[Plan]:
    """Running plans of the living that ask for nothing more: no test of theirs waits or is still to come."""
    running = Plan.objects.filter(visible_to(user, "patient__"), ended_on=None, patient__deceased_on=None)
    to_come = ScheduledTest.objects.filter(MAY_WAIT, plan=OuterRef("pk")).annotate(today=_today(now))
    asks = to_come.filter(stands(*TO_COME))
    last = ScheduledTest.objects.filter(plan=OuterRef("pk")).order_by("-due_on").values("due_on")[:1]
    return (
        running.filter(~Exists(asks)).annotate(since=Coalesce(Subquery(last), F("started_on"))).order_by("since", "id")
    )


TO_COME = (Status.PLANNED, Status.DUE, Status.OVERDUE, Status.BOOKED, Status.COLLECTED, Status.HELD)


def without_plan(user: User, now: datetime) -> QuerySet[Patient]:
    """Living patients whom no running plan follows."""
    return patients_without_plan(patients_visible_to(user))


def patients_without_plan(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """Those of the patients who are alive and whom no running plan follows."""
    return patients.filter(~Exists(Plan.objects.filter(patient=OuterRef("pk"), ended_on=None)), deceased_on=None)


def diagnosed_without_plan(user: User, now: datetime) -> QuerySet[Patient]:
    """Those without a plan for whom a disease is recorded; `since` the last plan ended, or they were registered."""
    ended = Plan.objects.filter(patient=OuterRef("pk")).order_by("-ended_on").values("ended_on")[:1]
    patients = without_plan(user, now).filter(Exists(Diagnosis.objects.filter(patient=OuterRef("pk"))))
    return patients.annotate(since=Coalesce(Subquery(ended), TruncDate("registered_at"))).order_by("since", "id")


def living(user: User) -> QuerySet[Patient]:
    """Patients this person may see who are alive."""
    return patients_visible_to(user).filter(deceased_on=None)


def without_owner(user: User, now: datetime) -> QuerySet[Patient]:
    """Living patients for whom no active physician answers."""
    answered = Q(physician__is_active=True) | Q(cover__is_active=True)
    return living(user).filter(~Exists(CareTeam.objects.filter(answered, patient=OuterRef("pk"))))


def never_owned(user: User, now: datetime) -> QuerySet[Patient]:
    """Living patients for whom no responsible physician or no nurse is named, with `since` they were registered."""
    named = CareTeam.objects.filter(patient=OuterRef("pk"), nurse__isnull=False)
    named = named.filter(Q(physician__isnull=False) | Q(cover__isnull=False))
    return living(user).filter(~Exists(named)).annotate(since=TruncDate("registered_at")).order_by("since", "id")


def owner_gone(user: User, now: datetime) -> QuerySet[Patient]:
    """Living patients in whose care team, or for one of whose open tests, somebody is named whose account is closed."""
    team = CareTeam.objects.filter(patient=OuterRef("pk")).filter(
        Q(physician__is_active=False) | Q(nurse__is_active=False)
    )
    tests = ScheduledTest.objects.filter(MAY_WAIT, patient=OuterRef("pk"), assigned_to__is_active=False)
    return living(user).filter(Exists(team) | Exists(tests)).order_by("id")


def lost_to_follow_up(user: User, now: datetime) -> QuerySet[Patient]:
    """Living patients who wait for something and whose every waiting test is late for longer than their site allows.

    With `since`, the day from which they have been late, `late_tests` and `test`, the number of the first of them. A
    booking, a sample or a test in time takes a patient off this list; nothing else does, and they stay on the worklist.
    It says whom to call today. How many were lost on a day is counted otherwise, without bookings: `measures.lost`.
    """
    waiting = ScheduledTest.objects.filter(MAY_WAIT, patient=OuterRef("pk")).annotate(today=_today(now))
    overdue = waiting.filter(stands(Status.OVERDUE))
    in_time = waiting.filter(stands(Status.DUE, Status.BOOKED, Status.COLLECTED, Status.HELD))
    since = overdue.order_by().values("patient").annotate(first=Min("late_from")).values("first")
    latest = overdue.order_by().values("patient").annotate(last=Max("late_from")).values("last")
    patients = living(user).annotate(
        today=DayAtSite(now, "site__time_zone"),
        since=Subquery(since),
        latest=Subquery(latest),
        allowed=_decided("lost_after_days", "site"),
        test=Subquery(overdue.order_by("risk", "late_from", "id").values("pk")[:1]),
    )
    lost = ExpressionWrapper(F("today") - F("allowed") * Value(A_DAY), output_field=DateField())
    return patients.filter(~Exists(in_time), latest__lt=lost).order_by("since", "id")


def _decided(name: str, path: str) -> Any:
    """What a site decided about follow-up, else the default."""
    default = getattr(DEFAULTS, name)
    return Coalesce(F(f"{path}__follow_up_settings__{name}"), Value(default), output_field=IntegerField())


def _today(now: datetime) -> Any:
    """The day at the site of a test."""
    return DayAtSite(now, "site__time_zone")
