"""What the changes of a plan have in common: a plan is locked, must still run, and a refusal says how to mend it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

from labs.models import Plan
from patients.models import Patient

FARTHEST_AHEAD = timedelta(days=400)


class PlanRefused(ValueError):
    """The plan cannot be started or changed so; the message says why and how to mend it."""


def locked_plan(plan: Plan) -> Plan:
    """The plan as it now stands, locked for this transaction. Raises `PlanRefused` when it has ended."""
    plans = Plan.objects.select_related("patient__site", "protocol", "diagnosis")
    current = plans.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
    if current.ended_on is not None:
        raise PlanRefused(
            _("%(protocol)s ended on %(day)s and changes no more. Start a new plan instead.")
            % {"protocol": current.protocol.title, "day": written(current.ended_on)}
        )
    return current


def today_of(patient: Patient, now: datetime) -> date:
    """The day at the patient's site."""
    return now.astimezone(patient.site.zone).date()


def written(day: date) -> str:
    """A day as people write it."""
    return formats.date_format(day, "DATE_FORMAT")
