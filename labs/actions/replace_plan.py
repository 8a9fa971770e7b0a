"""Another plan in the place of one: another protocol, a new remission, or dates that follow otherwise.

The old plan ends and stays on record; the new one names it. Bookings and samples go along to its matching tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from labs.actions.close_tests import close_for
from labs.actions.end_plan import end_plan
from labs.actions.plan_refusals import PlanRefused, locked_plan, today_of, written
from labs.actions.start_plan import PlanStart, start_plans
from labs.models import Keeping, Plan, PlanEnd, Protocol, ScheduledTest
from labs.protocols.closing import SLACK
from labs.selectors.due import OPEN
from patients import access
from patients.actions import audit
from patients.models import User
from patients.models.withdrawal import STANDING
from patients.problems import problem


@dataclass(frozen=True, slots=True)
class Replaced:
    """The new plan; its tests that took over a booking or a sample; tests of the old one whose booking is left over."""

    plan: Plan
    carried: list[ScheduledTest]
    left: list[ScheduledTest]


@transaction.atomic
def change_protocol(
    *, plan: Plan, protocol: Protocol, by: User, now: datetime, anchor_on: date | None = None
) -> Replaced:
    """Put the patient on another protocol (or another version of this one) from today on.

    `anchor_on` None: the day recorded for the anchor of the new protocol.
    """
    access.check_can_plan(by, plan.patient)
    plan = locked_plan(plan)
    if protocol.pk == plan.protocol_id:
        raise problem("protocol", _("The patient is on this protocol already."), _("Choose another one."))
    start = PlanStart(plan.diagnosis, protocol, anchor_on, keeps=Keeping(plan.keeps))
    return _replace(plan, start, PlanEnd.CHANGED_PROTOCOL, by=by, now=now)


@transaction.atomic
def change_keeping(*, plan: Plan, keeps: Keeping | str, by: User, now: datetime) -> Replaced:
    """Let the dates follow otherwise from today on: the plan's calendar, or the day the last test was done."""
    access.check_can_plan(by, plan.patient)
    plan = locked_plan(plan)
    if keeps not in Keeping.values or keeps == plan.keeps:
        raise problem("keeps", _("Nothing would change."), _("Choose the other way to count."))
    start = PlanStart(plan.diagnosis, plan.protocol, plan.anchor_on, keeps=Keeping(keeps))
    return _replace(plan, start, PlanEnd.CHANGED_DATES, by=by, now=now)


@transaction.atomic
def restart_plan(*, plan: Plan, anchor_on: date, by: User, now: datetime, protocol: Protocol | None = None) -> Replaced:
    """Begin follow-up anew after a new remission, transplant or end of therapy. The plan may have ended before."""
    access.check_can_plan(by, plan.patient)
    current = Plan.objects.select_related("patient__site", "protocol", "diagnosis").get(pk=plan.pk)
    if current.ended_on is None:
        current = locked_plan(current)
    successor = Plan.objects.filter(replaces=current).select_related("protocol").first()
    if successor is not None:
        raise PlanRefused(
            _("This plan was followed by %(protocol)s on %(day)s. Restart that one.")
            % {"protocol": successor.protocol.title, "day": written(successor.started_on)}
        )
    if anchor_on == current.anchor_on:
        raise problem(
            "anchor_on",
            _("The plan counts from %(day)s already.") % {"day": written(anchor_on)},
            _("Give the day of the new remission, transplant or end of therapy."),
        )
    start = PlanStart(current.diagnosis, protocol or current.protocol, anchor_on, keeps=Keeping(current.keeps))
    return _replace(current, start, PlanEnd.NEW_REMISSION, by=by, now=now)


def _replace(plan: Plan, start: PlanStart, reason: PlanEnd, *, by: User, now: datetime) -> Replaced:
    today = today_of(plan.patient, now)
    waiting = list(plan.tests.filter(OPEN).filter(Q(booked_for__gte=today) | Q(collected_on__isnull=False)))
    if plan.ended_on is None:
        end_plan(plan=plan, reason=reason, by=by, now=now)
    start.diagnosis.patient = plan.patient
    (new,) = start_plans(starts=[start.after(plan)], by=by, now=now)
    _carry_pauses(plan, new, today, by=by)
    carried = [found for test in waiting if (found := _carry(test, new, by=by)) is not None]
    close_for(patient_ids=[plan.patient_id], by=by, now=now)
    took_over = {(test.kind, test.booked_for) for test in carried}
    left = [test for test in waiting if test.booked_for and (test.kind, test.booked_for) not in took_over]
    return Replaced(new, carried, left)


def _carry_pauses(plan: Plan, new: Plan, today: date, *, by: User) -> None:
    """The patient is away whatever the protocol: pauses that are not over hold for the new plan."""
    for pause in plan.pauses.filter(STANDING, until_on__gte=today):
        detail = {"from": pause.pk, "starts_on": pause.starts_on.isoformat(), "until_on": pause.until_on.isoformat()}
        pause.pk, pause.plan = None, new
        pause.save(force_insert=True)
        audit.record(by=by, verb="carry_pause", target=pause, patient=new.patient, detail=detail)


def _carry(test: ScheduledTest, new: Plan, *, by: User) -> ScheduledTest | None:
    """Book the new plan's test that can be done on the same day, or note its sample; None when there is none."""
    day = test.collected_on or test.booked_for
    if day is None:
        return None
    fits = Q(opens_on__lte=day + SLACK) & (Q(lapses_on=None) | Q(lapses_on__gt=day))
    open_tests = new.tests.filter(OPEN & fits, kind=test.kind, booked_for=None, collected_on=None)
    found = open_tests.order_by("due_on").select_for_update(no_key=True).first()
    if found is None:
        return None
    for name in ("booked_for", "booked_time", "booked_at_place", "collected_on", "assigned_to", "snoozed_until"):
        setattr(found, name, getattr(test, name))
    found.save()
    detail = {"kind": test.kind, "from": test.pk, "day": day.isoformat()}
    audit.record(by=by, verb="carry_booking", target=found, patient=new.patient, detail=detail)
    return found
