"""Ending a plan: what it still asked for leaves the lists, with a coded reason. Nothing is deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from labs.actions.close_tests import close_for
from labs.actions.extend_horizon import schedule
from labs.actions.plan_refusals import PlanRefused, locked_plan, today_of, written
from labs.models import Plan, PlanEnd, ScheduledTest, SkipReason
from labs.selectors.due import OPEN, Status, status_of
from patients import access
from patients.actions import audit
from patients.actions.changes import change
from patients.models import AuditEvent, User
from patients.problems import problem


@dataclass(frozen=True, slots=True)
class Ended:
    """A plan that ended, with what a person still has to see to.

    booked   tests booked for today or later: the appointments stand until somebody cancels them
    sampled  tests whose sample was taken and whose result has yet to come; it closes them when it comes
    """

    plan: Plan
    booked: list[ScheduledTest]
    sampled: list[ScheduledTest]


@transaction.atomic
def end_plan(
    *, plan: Plan, reason: PlanEnd | str, by: User, now: datetime, ended_on: date | None = None, note: str = ""
) -> Ended:
    """End a plan on a day (None: today). Its open tests are skipped because the plan ended.

    A refusal names the field, what is wrong and how to mend it; `PlanRefused`: it has ended already.
    """
    access.check_can_plan(by, plan.patient)
    plan = locked_plan(plan)
    today = today_of(plan.patient, now)
    if reason not in PlanEnd.values:
        raise problem("reason", _("The reason is missing or not known."), _("Choose one from the list."))
    ended_on = ended_on or today
    if not plan.started_on <= ended_on <= today:
        raise problem(
            "ended_on",
            _("The plan began on %(start)s, and today is %(today)s.")
            % {"start": written(plan.started_on), "today": written(today)},
            _("Give a day between the two."),
        )
    booked, sampled = _what_is_left(plan, today)
    _skip(plan, by=by, now=now)
    changed = change(plan, {"ended_on": ended_on, "ended_because": str(reason)})
    audit.record(by=by, verb="end_plan", target=plan, patient=plan.patient, detail={**changed, "note": note})
    close_for(patient_ids=[plan.patient_id], by=by, now=now)
    return Ended(plan, booked, sampled)


@transaction.atomic
def reopen_plan(*, plan: Plan, by: User, now: datetime) -> Plan:
    """Take back that a plan ended: its tests are asked for again, and those of the time since are scheduled."""
    access.check_can_plan(by, plan.patient)
    plans = Plan.objects.select_related("patient__site", "protocol")
    plan = plans.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    if plan.ended_on is None:
        raise PlanRefused(_("This plan goes on: there is nothing to take back."))
    others = Plan.objects.filter(diagnosis=plan.diagnosis_id, ended_on=None)
    other = others.filter(protocol=plan.protocol_id).first() or Plan.objects.filter(replaces=plan).first()
    if other is not None:
        raise PlanRefused(
            _("%(protocol)s has taken its place since %(day)s. End that plan first, or start a new one.")
            % {"protocol": other.protocol.title, "day": written(other.started_on)}
        )
    changed = change(plan, {"ended_on": None, "ended_because": ""})
    back = plan.tests.filter(skipped_because=SkipReason.PLAN_ENDED)
    back.update(skipped_because="", skipped_at=None, skipped_by=None)
    audit.record(by=by, verb="reopen_plan", target=plan, patient=plan.patient, detail=changed)
    schedule(plans=[plan], by=by, now=now)
    close_for(patient_ids=[plan.patient_id], by=by, now=now)
    return plan


def _what_is_left(plan: Plan, today: date) -> tuple[list[ScheduledTest], list[ScheduledTest]]:
    booked = plan.tests.filter(OPEN, collected_on=None, booked_for__gte=today).order_by("booked_for", "id")
    sampled = [
        test
        for test in plan.tests.filter(OPEN, collected_on__isnull=False).order_by("collected_on", "id")
        if status_of(test, today) == Status.COLLECTED
    ]
    return list(booked), sampled


def _skip(plan: Plan, *, by: User, now: datetime) -> None:
    """Skip what was not done. What was missed stays missed: it was asked for while the plan ran."""
    today = today_of(plan.patient, now)
    missed = Q(lapses_on__lte=today) & (Q(booked_for=None) | Q(booked_for__lt=today))
    rows = list(plan.tests.filter(OPEN, collected_on=None).exclude(missed).select_for_update(no_key=True))
    ScheduledTest.objects.filter(pk__in=[row.pk for row in rows]).update(
        skipped_because=SkipReason.PLAN_ENDED, skipped_at=now, skipped_by=by
    )
    detail = {"reason": SkipReason.PLAN_ENDED.value}
    AuditEvent.objects.bulk_create(
        audit.event(by=by, verb="skip_test", target=row, patient_id=row.patient_id, detail={"kind": row.kind, **detail})
        for row in rows
    )
