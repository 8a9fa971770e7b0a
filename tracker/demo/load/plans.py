"""Putting the invented patients on the protocols that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from labs.actions.load_protocols import load_protocols
from labs.actions.start_plan import PlanStart, start_plans
from labs.models import Protocol
from labs.protocols.choosing import suggested_protocol
from labs.selectors.situations import situations_of
from patients.models import Diagnosis, User

RUNNING_FOR = timedelta(days=182)
"""How long ago the plans began: long enough for tests to have been done, missed and chased."""
WITHOUT_PLAN = 37
"""One patient in so many was forgotten, as it happens: Vigil must show it."""


def protocols_by_code(*, by: User) -> dict[str, Protocol]:
    """The shipped protocols, taken in where they are missing."""
    return {protocol.code: protocol for protocol in load_protocols(by=by)}


def plan_all(
    diagnoses: Sequence[Diagnosis], protocols: dict[str, Protocol], *, first: int, by: User, now: datetime
) -> int:
    """Start a plan for each diagnosis but the forgotten ones; how many. `first` is the index of the first patient."""
    situations = situations_of(diagnoses)
    starts = []
    for number, diagnosis in enumerate(diagnoses, start=first + 1):
        code = suggested_protocol(situations[diagnosis.pk])
        if code is None or number % WITHOUT_PLAN == 0 or diagnosis.remission_on is None:
            continue
        protocol = protocols[code]
        today = now.astimezone(diagnosis.patient.site.zone).date()
        starts.append(
            PlanStart(
                diagnosis=diagnosis,
                protocol=protocol,
                anchor_on=situations[diagnosis.pk].anchor_on(protocol.definition["anchor"]) or diagnosis.remission_on,
                started_on=max(diagnosis.remission_on, today - RUNNING_FOR),
            )
        )
    return len(start_plans(starts=starts, by=by, now=now))
