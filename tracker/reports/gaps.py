"""Who or what may be falling through: counts an administrator sees first, each with its list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labs.models import Evaluation, Flag, Quarantine, RuleFailure
from labs.selectors.due import Status, waiting_tests
from labs.selectors.near_misses import nobody_left, owned_by_chance, sites_without_duty, waiting_for
from labs.selectors.notifications import not_told_for
from labs.selectors.quarantine import quarantined_for
from labs.selectors.silence import without_owner, without_plan
from patients.access import visible_to
from patients.models import Site, User

Gravity = Literal["alarm", "caution"]


@dataclass(frozen=True, slots=True)
class Gap:
    """One way to fall through. `rows` gives what an administrator may see of it; `page` names the page that has the
    list where it is not one of the administrator's own."""

    code: str
    title: str | Promise
    meaning: str | Promise
    gravity: Gravity
    rows: Callable[[User, datetime], QuerySet[Any]]
    page: str = ""

    def count(self, user: User, now: datetime) -> int:
        """How many there are."""
        return self.rows(user, now).count()


def rule_failures(user: User, now: datetime) -> QuerySet[RuleFailure]:
    """Rules that raised an exception and were not looked into yet."""
    return RuleFailure.objects.filter(resolved_at=None)


def quarantined(user: User, now: datetime) -> QuerySet[Quarantine]:
    """Values that could not be used and that this person may look after."""
    return quarantined_for(user).filter(state=Quarantine.State.OPEN)


def not_evaluated(user: User, now: datetime) -> QuerySet[Evaluation]:
    """Patients with results that no rule has seen yet."""
    return Evaluation.objects.filter(visible_to(user, "patient__"), pending=True)


def unanswered(user: User, now: datetime) -> QuerySet[Flag]:
    """Signals whose answer time has passed and that were not passed on yet."""
    return waiting_for(user).filter(answer_by__lt=now)


def overdue(user: User, now: datetime) -> QuerySet[Any]:
    """Tests whose window has passed without a result, a booking or a reason."""
    return waiting_tests(user=user, now=now).filter(Q(status=Status.OVERDUE))


def found_owner(user: User, now: datetime) -> QuerySet[Flag]:
    """Signals whose owner was found only because somebody had to be."""
    return owned_by_chance(user)


def end_of_chain(user: User, now: datetime) -> QuerySet[Flag]:
    """Signals that everybody who can answer let go by."""
    return nobody_left(user)


def without_duty(user: User, now: datetime) -> QuerySet[Site]:
    """Sites where nobody is named as on duty."""
    return sites_without_duty(user)


GAPS = (
    Gap(
        "unanswered",
        _("Signals past their answer time"),
        _("They are passed on within minutes: what stays here says that the worker stands still."),
        "alarm",
        unanswered,
    ),
    Gap(
        "not-told",
        _("Urgent signals whose owner was not told"),
        _("No message of them arrived within five minutes: see why in the list of messages, and call."),
        "alarm",
        not_told_for,
    ),
    Gap(
        "found-owner",
        _("Signals that nearly had no owner"),
        _("Their owner was found only because somebody had to be."),
        "alarm",
        found_owner,
    ),
    Gap(
        "end-of-chain",
        _("Signals nobody is left for"),
        _("Everybody who can answer let them go by."),
        "alarm",
        end_of_chain,
    ),
    Gap(
        "without-owner",
        _("Patients without a responsible physician"),
        _("A signal would go to the physician on duty, or to whoever is there."),
        "alarm",
        without_owner,
    ),
    Gap(
        "without-duty",
        _("Sites without a physician on duty"),
        _("A signal would go to whoever is there."),
        "caution",
        without_duty,
    ),
    Gap(
        "without-plan",
        _("Patients without a plan"),
        _("Nobody would notice a test not done."),
        "alarm",
        without_plan,
    ),
    Gap(
        "rule-failures",
        _("Rule failures"),
        _("A rule stopped with an error; no result was lost."),
        "alarm",
        rule_failures,
    ),
    Gap(
        "not-evaluated",
        _("Patients not yet evaluated"),
        _("Results are stored, the rules have not run."),
        "caution",
        not_evaluated,
    ),
    Gap(
        "quarantine",
        _("Values in quarantine"),
        _("They could not be used and wait to be mended."),
        "caution",
        quarantined,
        page="quarantine",
    ),
    Gap("overdue", _("Overdue tests"), _("The nurses' worklist has them."), "caution", overdue),
)
BY_CODE = {gap.code: gap for gap in GAPS if not gap.page}
