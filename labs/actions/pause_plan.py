"""Pausing a plan: an admission, a journey, a pregnancy. A pause always ends, and then what it held is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.close_tests import close_for
from labs.actions.evaluate import evaluate_patients, lock_patients
from labs.actions.plan_refusals import FARTHEST_AHEAD, PlanRefused, locked_plan, today_of, written
from labs.models import PauseReason, Plan, PlanPause, ScheduledTest
from labs.protocols.dates import add_months
from labs.selectors.due import OPEN
from patients import access
from patients.actions import audit
from patients.actions.changes import change
from patients.actions.system_account import system_account
from patients.actions.withdraw import stated, withdraw
from patients.models import User
from patients.models.withdrawal import STANDING
from patients.problems import problem

LONGEST_MONTHS = 12
"""How far ahead a pause may end [project default]: nobody is forgotten for longer; it can be prolonged then."""
LONGEST_BACK = timedelta(days=31)
"""How long ago a pause may have begun when it is recorded [project default]: an admission is often told late."""


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause, and the bookings it leaves standing on its days: for a person to keep or cancel."""

    pause: PlanPause
    booked: list[ScheduledTest]


@transaction.atomic
def pause_plan(
    *,
    plan: Plan,
    starts_on: date,
    until_on: date,
    reason: PauseReason | str,
    by: User,
    now: datetime,
    note: str = "",
) -> Paused:
    """Ask for none of the plan's tests from one day to another, both inclusive.

    A refusal names the field, what is wrong and how to mend it; `PlanRefused`: the plan has ended.
    A result that comes in the meantime closes its test as usual.
    """
    access.check_can_plan(by, plan.patient)
    lock_patients([plan.patient_id])
    plan = locked_plan(plan)
    today = today_of(plan.patient, now)
    if reason not in PauseReason.values:
        raise problem("reason", _("The reason is missing or not known."), _("Choose one from the list."))
    _check_start(starts_on, today)
    _check_days(plan, starts_on, until_on, today)
    pause = PlanPause.objects.create(
        plan=plan,
        starts_on=starts_on,
        until_on=until_on,
        reason=reason,
        note=note.strip(),
        recorded_by=by,
        recorded_at=now,
    )
    detail = {"starts_on": starts_on.isoformat(), "until_on": until_on.isoformat(), "reason": str(reason), "note": note}
    audit.record(by=by, verb="pause_plan", target=pause, patient=plan.patient, detail=detail)
    return _worked_out(pause, plan, by=by, now=now)


@transaction.atomic
def change_pause(*, pause: PlanPause, until_on: date, by: User, now: datetime) -> Paused:
    """Let a pause end on another day: prolong it, or end it early (yesterday at the earliest: tests are due today)."""
    access.check_can_plan(by, pause.plan.patient)
    lock_patients([pause.plan.patient_id])
    plan = locked_plan(pause.plan)
    pause = _standing(pause)
    today = today_of(plan.patient, now)
    yesterday = today - timedelta(days=1)
    if pause.until_on < yesterday:
        raise problem(
            "until_on",
            _("This pause ended on %(day)s.") % {"day": written(pause.until_on)},
            _("Record a new one instead."),
        )
    if until_on < min(yesterday, pause.until_on):
        raise problem(
            "until_on",
            _("%(day)s is past: today is %(today)s.") % {"day": written(until_on), "today": written(today)},
            _("End the pause yesterday at the earliest; what was not asked for stays so."),
        )
    _check_days(plan, pause.starts_on, until_on, today, other_than=pause)
    changed = change(pause, {"until_on": until_on})
    if changed:
        audit.record(by=by, verb="change_pause", target=pause, patient=plan.patient, detail=changed)
    return _worked_out(pause, plan, by=by, now=now)


@transaction.atomic
def take_back_pause(*, pause: PlanPause, because: str, by: User, now: datetime) -> None:
    """Say that a pause was recorded in error, or is not needed: its tests stand as if it had never been."""
    access.check_can_plan(by, pause.plan.patient)
    lock_patients([pause.plan.patient_id])
    plan = locked_plan(pause.plan)
    pause = _standing(pause)
    withdraw(pause, because=stated(because, "because"), by=by, now=now)
    audit.record(by=by, verb="take_back_pause", target=pause, patient=plan.patient, detail={"because": because})
    _worked_out(pause, plan, by=by, now=now)


def end_pause(*, pause: PlanPause, by: User, now: datetime) -> None:
    """The patient is back: ask for tests from today on. A pause that began today or lies ahead is taken back."""
    yesterday = today_of(pause.plan.patient, now) - timedelta(days=1)
    if pause.starts_on > yesterday:
        take_back_pause(pause=pause, because=_("ended before it began"), by=by, now=now)
    else:
        change_pause(pause=pause, until_on=yesterday, by=by, now=now)


def _standing(pause: PlanPause) -> PlanPause:
    current = PlanPause.objects.select_related("plan").get(pk=pause.pk)
    if not current.stands:
        raise PlanRefused(_("This pause was taken back already."))
    return current


def _check_start(starts_on: date, today: date) -> None:
    if starts_on < today - LONGEST_BACK:
        raise problem(
            "starts_on",
            _("A pause may begin %(days)s days ago at the earliest.") % {"days": LONGEST_BACK.days},
            _("Give a later day; what was missed before it stays missed."),
        )
    if starts_on > today + FARTHEST_AHEAD:
        raise problem(
            "starts_on", _("%(day)s is more than a year ahead.") % {"day": written(starts_on)}, _("Check the year.")
        )


def _check_days(
    plan: Plan, starts_on: date, until_on: date, today: date, *, other_than: PlanPause | None = None
) -> None:
    if until_on < starts_on:
        raise problem(
            "until_on",
            _("The pause would end on %(until)s, before it begins on %(start)s.")
            % {"until": written(until_on), "start": written(starts_on)},
            _("Give a later last day."),
        )
    if other_than is None and until_on < today:
        raise problem(
            "until_on",
            _("The pause would be over already: today is %(today)s.") % {"today": written(today)},
            _("Skip with a reason what was missed."),
        )
    latest = add_months(max(starts_on, today), LONGEST_MONTHS)
    if until_on > latest:
        raise problem(
            "until_on",
            _("A pause may last until %(latest)s, so that nobody is forgotten.") % {"latest": written(latest)},
            _("Give an earlier day, and prolong the pause when the time comes."),
        )
    standing = plan.pauses.filter(STANDING, starts_on__lte=until_on, until_on__gte=starts_on)
    other = (standing.exclude(pk=other_than.pk) if other_than else standing).first()
    if other is not None:
        raise problem(
            "until_on" if other_than else "starts_on",
            _("The plan is paused from %(start)s to %(until)s already (%(reason)s).")
            % {
                "start": written(other.starts_on),
                "until": written(other.until_on),
                "reason": other.get_reason_display(),
            },
            _("Prolong that pause, or take it back."),
        )


def _worked_out(pause: PlanPause, plan: Plan, *, by: User, now: datetime) -> Paused:
    """Tests with their holds worked out anew, and the rules asked again: what is on hold is not overdue."""
    close_for(patient_ids=[plan.patient_id], by=by, now=now)
    evaluate_patients(patient_ids=[plan.patient_id], by=system_account(), now=now)
    days = (max(pause.starts_on, today_of(plan.patient, now)), pause.until_on)
    booked = plan.tests.filter(OPEN, collected_on=None, booked_for__range=days).order_by("booked_for", "id")
    return Paused(pause, list(booked))
