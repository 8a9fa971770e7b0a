"""Signals that nearly had no owner, that nobody answers, and sites where that could happen."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from labs.models import Flag, FlagEvent, Review, ReviewSettings
from labs.models.flag import NEAR_MISSES
from labs.models.flag_states import ON_SCREEN
from patients.access import visible_to
from patients.models import Role, Site, User

WAITING = Q(signal__in=ON_SCREEN) & ~Q(review=Review.RESOLVED) & Q(muted_by__isnull=True)
"""Signals that want an answer."""


def waiting_for(user: User) -> QuerySet[Flag]:
    """Signals that want an answer, of patients this person may see."""
    return Flag.objects.filter(WAITING, visible_to(user, "patient__"))


def with_passing_on(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """The same, each with `passed_on_at`: when the time to answer went by last, None where it never did."""
    steps = FlagEvent.objects.filter(
        flag=OuterRef("pk"), kind__in=(FlagEvent.Kind.ESCALATED, FlagEvent.Kind.UNANSWERED)
    )
    return flags.annotate(passed_on_at=Subquery(steps.order_by("-pk").values("at")[:1]))


def owned_by_chance(user: User) -> QuerySet[Flag]:
    """Signals whose owner was found only because somebody had to be."""
    return waiting_for(user).filter(owner_as__in=NEAR_MISSES)


def nobody_left(user: User) -> QuerySet[Flag]:
    """Signals that everybody who can answer let go by: their owner was asked in vain already."""
    return waiting_for(user).filter(unanswered_by__contains=[F("owner")])


def physicians_of(site: Site) -> QuerySet[User]:
    """Who can be on duty at a site: active physicians who work there."""
    there = User.objects.filter(sites=site, is_active=True, role=Role.PHYSICIAN)
    return there.order_by("last_name", "first_name", "username")


def sites_without_duty(user: User) -> QuerySet[Site]:
    """Sites of this person at which nobody who could is named as on duty."""
    named = ReviewSettings.objects.filter(
        site=OuterRef("pk"),
        duty_physician__is_active=True,
        duty_physician__role=Role.PHYSICIAN,
        duty_physician__sites=OuterRef("pk"),
    )
    return Site.objects.filter(~Exists(named), staff=user)
