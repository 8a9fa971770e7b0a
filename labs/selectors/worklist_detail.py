"""What opens beside a row of the worklist: the patient's plan, who called, and the latest results of the panel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from labs.models import ContactAttempt, Result
from labs.selectors.plan_of import PlannedTest, plan_of
from labs.selectors.worklist_rows import Row
from labs.vocabulary.statuses import USABLE
from patients.models import ContactDetails

AHEAD, BEHIND, CALLS, RESULTS = 8, 5, 10, 12


@dataclass(frozen=True, slots=True)
class Detail:
    """The next and latest tests of the patient, attempts to reach them, latest results, and how to reach them."""

    ahead: list[PlannedTest]
    behind: list[PlannedTest]
    more_ahead: int
    attempts: list[ContactAttempt]
    results: list[Result]
    contact: ContactDetails | None


def detail_of(row: Row, *, today: date) -> Detail:
    """What a nurse looks up before calling. Five queries."""
    plan = plan_of(patient=row.patient, today=today, behind=BEHIND)
    attempts = ContactAttempt.objects.filter(patient=row.patient).select_related("by").order_by("-at", "-id")
    latest = (
        Result.objects.filter(
            patient=row.patient, analyte__in=row.kind.analytes, is_current=True, status__in=sorted(USABLE)
        )
        .order_by("analyte", "-collected_on", "-id")
        .distinct("analyte")
    )
    return Detail(
        ahead=plan.ahead[:AHEAD],
        behind=plan.behind,
        more_ahead=max(0, len(plan.ahead) - AHEAD),
        attempts=list(attempts[:CALLS]),
        results=sorted(latest, key=lambda result: result.collected_on, reverse=True)[:RESULTS],
        contact=ContactDetails.objects.filter(patient=row.patient).first(),
    )
