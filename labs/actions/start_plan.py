"""Putting patients on a protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.extend_horizon import schedule
from labs.actions.plan_refusals import PlanRefused, today_of, written
from labs.models import Keeping, Plan, Protocol
from labs.selectors.situations import situations_of
from patients import access
from patients.actions import audit
from patients.models import AuditEvent, Diagnosis, User
from patients.problems import problem


@dataclass(frozen=True, slots=True)
class PlanStart:
    """One plan to be started.

    anchor_on   None: the day recorded for the protocol's anchor
    started_on  None: today; an earlier day also schedules the tests that were due since
    replaces    the plan that ended when this one begins
    """

    diagnosis: Diagnosis
    protocol: Protocol
    anchor_on: date | None = None
    started_on: date | None = None
    keeps: Keeping = Keeping.CALENDAR
    replaces: Plan | None = None

    def after(self, plan: Plan) -> PlanStart:
        """The same in the place of a plan."""
        return replace(self, replaces=plan)


def start_plan(
    *,
    diagnosis: Diagnosis,
    protocol: Protocol,
    by: User,
    now: datetime,
    anchor_on: date | None = None,
    started_on: date | None = None,
    keeps: Keeping | str = Keeping.CALENDAR,
) -> Plan:
    """Put one patient on a protocol and schedule its tests. Raises `PlanRefused` or `AccessRefused` with the reason."""
    access.check_can_describe(by, diagnosis.patient)
    if keeps not in Keeping.values:
        raise problem("keeps", _("%(keeps)s is not known.") % {"keeps": keeps}, _("Choose one of the list."))
    start = PlanStart(diagnosis, protocol, anchor_on, started_on, Keeping(keeps))
    return start_plans(starts=[start], by=by, now=now)[0]


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
        plans.append(_plan(start, anchor, _check(start, anchor_on, active, now), now))
    Plan.objects.bulk_create(plans, batch_size=2_000)
    AuditEvent.objects.bulk_create(
        [audit.event(by=by, verb="start_plan", target=plan, patient_id=plan.patient_id) for plan in plans],
        batch_size=2_000,
    )
    schedule(plans=plans, by=by, now=now)
    return plans


def _check(start: PlanStart, anchor_on: date | None, active: set[tuple[int, int]], now: datetime) -> date:
    """The anchor date, once nothing stands in the way."""
    if start.protocol.disease != start.diagnosis.disease:
        raise PlanRefused(
            _("%(protocol)s is for another disease than %(diagnosis)s.")
            % {"protocol": start.protocol, "diagnosis": start.diagnosis}
        )
    if anchor_on is None:
        raise PlanRefused(
            _("%(protocol)s counts from a day that is not recorded (%(anchor)s). Record it, or give the day.")
            % {"protocol": start.protocol, "anchor": anchor_label(start.protocol.definition["anchor"])}
        )
    if (start.diagnosis.pk, start.protocol.pk) in active:
        raise PlanRefused(_("The patient is on %(protocol)s already.") % {"protocol": start.protocol})
    reason = protocol_obstacle(start) or anchor_obstacle(start.diagnosis, anchor_on, now)
    if reason:
        raise PlanRefused(reason)
    return anchor_on


def protocol_obstacle(start: PlanStart) -> str:
    """Why nobody new is put on the protocol, or not at this site; "" when nothing speaks against it.

    A plan that changes only how its dates follow stays on its protocol, though that was retired meanwhile.
    """
    protocol, before = start.protocol, start.replaces
    if protocol.retired_at is not None and (before is None or before.protocol_id != protocol.pk):
        return _("%(protocol)s was retired. Choose its newest version, or another protocol.") % {"protocol": protocol}
    if protocol.site_id is not None and protocol.site_id != start.diagnosis.patient.site_id:
        return _("%(protocol)s is a protocol of another site. Choose one of this site, or one for all.") % {
            "protocol": protocol
        }
    return ""


def anchor_obstacle(diagnosis: Diagnosis, anchor_on: date, now: datetime) -> str:
    """Why a plan cannot count from this day; "" when it can."""
    patient = diagnosis.patient
    today = today_of(patient, now)
    if anchor_on > today:
        return _("A plan cannot count from %(day)s: today is %(today)s. Check the year, or start it then.") % {
            "day": written(anchor_on),
            "today": written(today),
        }
    if anchor_on < patient.birth_date:
        return _("A plan cannot count from %(day)s, before the birth of the patient. Check the year.") % {
            "day": written(anchor_on)
        }
    if diagnosis.diagnosed_on is not None and anchor_on < diagnosis.diagnosed_on:
        return _(
            "A plan cannot count from %(day)s: the disease was diagnosed on %(diagnosed)s. Correct one of them."
        ) % {"day": written(anchor_on), "diagnosed": written(diagnosis.diagnosed_on)}
    return ""


def _plan(start: PlanStart, anchor: str, anchor_on: date, now: datetime) -> Plan:
    return Plan(
        patient=start.diagnosis.patient,
        diagnosis=start.diagnosis,
        protocol=start.protocol,
        anchor=anchor,
        anchor_on=anchor_on,
        keeps=start.keeps,
        replaces=start.replaces,
        started_on=start.started_on or today_of(start.diagnosis.patient, now),
    )


def anchor_label(anchor: str) -> str:
    """What a plan is counted from, for people."""
    return {
        "remission": _("date of remission"),
        "therapy_end": _("end of therapy"),
        "transplant": _("date of transplant"),
    }[anchor]
