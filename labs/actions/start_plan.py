"""Putting patients on a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.extend_horizon import schedule
from labs.models import Plan, Protocol
from labs.selectors.situations import situations_of
from patients import access
from patients.actions import audit
from patients.models import AuditEvent, Diagnosis, User


class PlanRefused(ValueError):
    """The plan cannot be started; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class PlanStart:
    """One plan to be started.

    anchor_on   None: the day recorded for the protocol's anchor
    started_on  None: today; an earlier day also schedules the tests that were due since
    """

    diagnosis: Diagnosis
    protocol: Protocol
    anchor_on: date | None = None
    started_on: date | None = None


def start_plan(
    *,
    diagnosis: Diagnosis,
    protocol: Protocol,
    by: User,
    now: datetime,
    anchor_on: date | None = None,
    started_on: date | None = None,
) -> Plan:
    """Put one patient on a protocol and schedule its tests. Raises `PlanRefused` or `AccessRefused` with the reason."""
    access.check_can_describe(by, diagnosis.patient)
    return start_plans(starts=[PlanStart(diagnosis, protocol, anchor_on, started_on)], by=by, now=now)[0]


@transaction.atomic
def start_plans(*, starts: Sequence[PlanStart], by: User, now: datetime) -> list[Plan]:
    """Put many patients on protocols with few statements: all, or none and `PlanRefused`.

    The caller has checked that `by` may do this. The tests are scheduled from `started_on` on and closed by results
    that are already stored.
    """
    situations = situations_of([start.diagnosis for start in starts])
    active = set(
        Plan.objects.filter(diagnosis__in=[start.diagnosis for start in starts], ended_on=None).values_list(
            "diagnosis_id", "protocol_id"
        )
    )
    plans = []
    for start in starts:
        anchor = start.protocol.definition["anchor"]
        anchor_on = start.anchor_on or situations[start.diagnosis.pk].anchor_on(anchor)
        plans.append(_plan(start, anchor, _check(start, anchor_on, active), now))
    Plan.objects.bulk_create(plans, batch_size=2_000)
    AuditEvent.objects.bulk_create(
        [audit.event(by=by, verb="start_plan", target=plan, patient_id=plan.patient_id) for plan in plans],
        batch_size=2_000,
    )
    schedule(plans=plans, by=by, now=now)
    return plans


def _check(start: PlanStart, anchor_on: date | None, active: set[tuple[int, int]]) -> date:
    """The anchor date, once nothing stands in the way."""
    if start.protocol.disease != start.diagnosis.disease:
        raise PlanRefused(
            _("%(protocol)s is for another disease than %(diagnosis)s.")
            % {"protocol": start.protocol, "diagnosis": start.diagnosis}
        )
    _check_offered(start)
    if anchor_on is None:
        raise PlanRefused(
            _("%(protocol)s counts from a day that is not recorded (%(anchor)s). Record it, or give the day.")
            % {"protocol": start.protocol, "anchor": anchor_label(start.protocol.definition["anchor"])}
        )
    if (start.diagnosis.pk, start.protocol.pk) in active:
        raise PlanRefused(_("The patient is on %(protocol)s already.") % {"protocol": start.protocol})
    return anchor_on


def _check_offered(start: PlanStart) -> None:
    """A retired protocol, and the own one of another site, are no ground for a new plan."""
    if start.protocol.retired_at is not None:
        raise PlanRefused(_("%(protocol)s is retired: choose the version in use.") % {"protocol": start.protocol})
    if start.protocol.site_id not in (None, start.diagnosis.patient.site_id):
        raise PlanRefused(_("%(protocol)s belongs to another site than the patient.") % {"protocol": start.protocol})


def _plan(start: PlanStart, anchor: str, anchor_on: date, now: datetime) -> Plan:
    site = start.diagnosis.patient.site
    return Plan(
        patient=start.diagnosis.patient,
        diagnosis=start.diagnosis,
        protocol=start.protocol,
        anchor=anchor,
        anchor_on=anchor_on,
        started_on=start.started_on or now.astimezone(site.zone).date(),
    )


def anchor_label(anchor: str) -> str:
    """What a plan is counted from, for people."""
    return {
        "remission": _("date of remission"),
        "therapy_end": _("end of therapy"),
        "transplant": _("date of transplant"),
    }[anchor]
