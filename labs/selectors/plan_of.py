"""A patient's plans and scheduled tests, as they stand on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from labs.models import Plan, ScheduledTest
from labs.selectors.due import Status, status_of
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A scheduled test and its state on the day asked."""

    test: ScheduledTest
    state: Status


@dataclass(frozen=True, slots=True)
class PlanOf:
    """Plans in force, tests ahead (and still to do), tests behind."""

    plans: list[Plan]
    ahead: list[PlannedTest]
    behind: list[PlannedTest]


def plan_of(*, patient: Patient, today: date, behind: int = 60) -> PlanOf:
    """What is planned and how the latest tests came out. Two queries."""
    plans = list(
        Plan.objects.filter(patient=patient).select_related("protocol", "diagnosis").order_by("ended_on", "-started_on")
    )
    tests = list(
        ScheduledTest.objects.filter(patient=patient).select_related("closed_by", "skipped_by").order_by("due_on", "id")
    )
    shown = [PlannedTest(test, status_of(test, today)) for test in tests]
    done = {Status.RESULTED, Status.SKIPPED, Status.MISSED}
    return PlanOf(
        plans=plans,
        ahead=[one for one in shown if one.state not in done],
        behind=[one for one in reversed(shown) if one.state in done][:behind],
    )
