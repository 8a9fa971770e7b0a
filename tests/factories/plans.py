"""Protocols, plans and scheduled tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from labs.models import Plan, PlanPause, Protocol, ScheduledTest
from patients.actions.system_account import system_account
from patients.models import Diagnosis, Disease, Patient
from tests.factories.counter import next_number
from tests.factories.persons import make_diagnosis, make_patient


def make_protocol(*, code: str = "", version: int = 1, disease: str = Disease.MM, **fields: Any) -> Protocol:
    """A protocol version with an empty definition unless one is given."""
    defaults: dict[str, Any] = {"title": "Follow-up", "definition": {"steps": []}}
    return Protocol.objects.create(
        code=code or f"protocol-{next_number()}", version=version, disease=disease, **defaults | fields
    )


def make_plan(
    diagnosis: Diagnosis | None = None,
    *,
    protocol: Protocol | None = None,
    anchor_on: date = date(2024, 1, 10),
    **fields: Any,
) -> Plan:
    """A plan counted from the remission."""
    diagnosis = diagnosis or make_diagnosis()
    defaults: dict[str, Any] = {"anchor": "remission", "started_on": anchor_on}
    return Plan.objects.create(
        patient=diagnosis.patient,
        diagnosis=diagnosis,
        protocol=protocol or make_protocol(disease=diagnosis.disease),
        anchor_on=anchor_on,
        **defaults | fields,
    )


def make_pause(
    plan: Plan | None = None, *, starts_on: date = date(2025, 6, 1), until_on: date = date(2025, 7, 1), **fields: Any
) -> PlanPause:
    """A pause for a journey."""
    defaults: dict[str, Any] = {
        "reason": "travel",
        "recorded_by": system_account(),
        "recorded_at": datetime(2025, 5, 30, 9, tzinfo=UTC),
    }
    return PlanPause.objects.create(
        plan=plan or make_plan(), starts_on=starts_on, until_on=until_on, **defaults | fields
    )


def make_scheduled_test(
    patient: Patient | None = None,
    kind: str = "cbc",
    *,
    due_on: date = date(2025, 6, 1),
    window: timedelta = timedelta(days=7),
    **fields: Any,
) -> ScheduledTest:
    """A test due on a day, with a window of that many days to either side."""
    closes_on = fields.get("closes_on", due_on + window)
    defaults: dict[str, Any] = {"opens_on": due_on - window, "closes_on": closes_on, "late_from": closes_on}
    given = defaults | fields
    return ScheduledTest.objects.create(
        patient=patient or make_patient(), kind=kind, due_on=due_on, **{"late_from": given["closes_on"]} | given
    )
