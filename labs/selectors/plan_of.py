"""A patient's plans and scheduled tests, as they stand on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from labs.models import Plan, PlanPause, ScheduledTest
from labs.selectors.due import Status, status_of
from labs.vocabulary.test_kinds import label_of
from patients.models import Patient
from patients.models.withdrawal import STANDING

MOVES = frozenset({Status.PLANNED, Status.DUE, Status.OVERDUE, Status.HELD})


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """A scheduled test and its state on the day asked. `closed_with`: other tests that the same report closed."""

    test: ScheduledTest
    state: Status
    closed_with: tuple[str, ...] = ()

    @property
    def may_move(self) -> bool:
        """Whether a person may give it another day."""
        return self.state in MOVES and (self.test.plan is None or self.test.plan.ended_on is None)


@dataclass(frozen=True, slots=True)
class PlanOf:
    """Plans in force, tests ahead (and still to do), tests behind."""

    plans: Sequence[Plan]
    ahead: list[PlannedTest]
    behind: list[PlannedTest]

    @property
    def running(self) -> list[Plan]:
        """The plans that go on."""
        return [plan for plan in self.plans if plan.ended_on is None]

    @property
    def ended(self) -> list[Plan]:
        """The plans that ended, the last one first."""
        return [plan for plan in self.plans if plan.ended_on is not None]


def plan_of(*, patient: Patient, today: date, behind: int = 60) -> PlanOf:
    """What is planned and how the latest tests came out. Three queries. Each plan has its `standing_pauses`."""
    pauses = Prefetch("pauses", PlanPause.objects.filter(STANDING).order_by("starts_on"), to_attr="standing_pauses")
    plans = list(
        Plan.objects.filter(patient=patient)
        .select_related("protocol", "diagnosis", "replaced_by")
        .prefetch_related(pauses)
        .order_by("ended_on", "-started_on")
    )
    tests = list(
        ScheduledTest.objects.filter(patient=patient)
        .select_related("closed_by", "skipped_by", "plan")
        .order_by("due_on", "id")
    )
    together = _closed_together(tests)
    shown = [PlannedTest(test, status_of(test, today), together.get(test.pk, ())) for test in tests]
    done = {Status.RESULTED, Status.SKIPPED, Status.MISSED, Status.EXCUSED}
    return PlanOf(
        plans=plans,
        ahead=[one for one in shown if one.state not in done],
        behind=[one for one in reversed(shown) if one.state in done][:behind],
    )


def _closed_together(tests: Sequence[ScheduledTest]) -> dict[int, tuple[str, ...]]:
    """For each closed test the names of the others that its report closed."""
    by_report: dict[int, list[ScheduledTest]] = defaultdict(list)
    for test in tests:
        if test.closed_by_id is not None:
            by_report[test.closed_by_id].append(test)
    return {
        test.pk: tuple(label_of(other.kind) for other in same if other is not test)
        for same in by_report.values()
        for test in same
    }
