"""Deciding on a proposal: another person approves or rejects it, anybody of the site who decides may withdraw it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.activate_criteria import activate
from labs.actions.criteria_steps import CriteriaRefused, step, take_change
from labs.models import CriteriaChange
from labs.selectors.criteria import in_force_at
from patients.access import check_can_approve_criteria, check_can_propose_criteria
from patients.actions.audit import record
from patients.models import User
from patients.problems import problem


@transaction.atomic
def approve_criteria(*, change_id: int, replayed_at: datetime | None, by: User, now: datetime) -> CriteriaChange:
    """The second person's word, on the replay they saw. It comes into force at once, or on its day.

    Raises `CriteriaRefused` without a replay of this proposal against what holds now.
    """
    change = take_change(change_id)
    check_can_approve_criteria(by, change.site, change.proposed_by)
    step(change, "approve")
    _check_replay(change, replayed_at)
    change.approved_by, change.approved_at = by, now
    change.save()
    record(by=by, verb="criteria.approved", target=change, detail={"site": change.site.code, **_named(change)})
    if change.active_from is None or change.active_from <= now.astimezone(change.site.zone).date():
        activate(change=change, by=by, now=now)
    return change


@transaction.atomic
def reject_criteria(*, change_id: int, because: str, by: User, now: datetime) -> CriteriaChange:
    """The second person says no, and why."""
    change = take_change(change_id)
    check_can_approve_criteria(by, change.site, change.proposed_by)
    return _close(change, "reject", because, by=by, now=now)


@transaction.atomic
def withdraw_criteria(*, change_id: int, because: str, by: User, now: datetime) -> CriteriaChange:
    """Take a proposal back, or an approved change whose day has not come."""
    change = take_change(change_id)
    check_can_propose_criteria(by, change.site)
    return _close(change, "withdraw", because, by=by, now=now)


def _check_replay(change: CriteriaChange, seen: datetime | None) -> None:
    if change.replayed_at is None:
        raise CriteriaRefused(_("Run the replay first: it shows what the change does to your own patients."))
    if change.replayed_at < change.proposed_at or change.replayed_at != seen:
        raise CriteriaRefused(_("The replay was run again since you saw it. Read it, then decide."))
    if change.replayed_against != in_force_at(change.site, change.disease).change:
        raise CriteriaRefused(_("The replay compares with criteria that no longer hold. Run it again."))


def _close(change: CriteriaChange, verb: str, because: str, *, by: User, now: datetime) -> CriteriaChange:
    if not because.strip():
        raise problem("because", _("A reason is missing."), _("Say why; it is kept with the change."))
    step(change, verb)
    change.closed_by, change.closed_at, change.closed_because = by, now, because.strip()
    change.save()
    detail = {"site": change.site.code, "because": because.strip(), **_named(change)}
    record(by=by, verb=f"criteria.{change.state}", target=change, detail=detail)
    return change


def _named(change: CriteriaChange) -> dict[str, str]:
    return {"disease": change.disease, "criteria": change.criteria, "grading": change.grading}
