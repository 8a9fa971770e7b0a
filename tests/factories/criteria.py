"""Changes of criteria, as they stand in each state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from labs.models import CriteriaChange, CriteriaState
from patients.models import Site, User
from tests.factories.people import make_administrator, make_physician, make_site

PROPOSED_AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
REPLAY: dict[str, Any] = {"patients": 0, "patient_days": 0, "lines": [], "examples": [], "failed_rules": []}


def make_criteria_change(
    site: Site | None = None,
    *,
    disease: str = "MM",
    criteria: str = "IMWG-2011",
    state: CriteriaState | str = CriteriaState.PROPOSED,
    proposed_by: User | None = None,
    **fields: Any,
) -> CriteriaChange:
    """A change with what its state needs: replayed and approved an hour apart, in force at once."""
    site = site or make_site()
    later = PROPOSED_AT + timedelta(hours=1)
    defaults: dict[str, Any] = {"grading": "CTCAE-5", "reason": "A trial at this site asks for it."}
    if state in {CriteriaState.APPROVED, CriteriaState.ACTIVE, CriteriaState.SUPERSEDED}:
        defaults |= {"replay": REPLAY, "replayed_at": later, "replayed_by": make_physician(site)}
        defaults |= {"approved_at": later, "approved_by": make_administrator(site)}
    if state in {CriteriaState.ACTIVE, CriteriaState.SUPERSEDED}:
        defaults["activated_at"] = later
    if state == CriteriaState.SUPERSEDED:
        defaults["superseded_at"] = later
    if state in {CriteriaState.REJECTED, CriteriaState.WITHDRAWN}:
        defaults |= {"closed_at": later, "closed_by": make_physician(site), "closed_because": "Not needed."}
    return CriteriaChange.objects.create(
        site=site,
        disease=disease,
        criteria=criteria,
        state=state,
        proposed_by=proposed_by or make_physician(site),
        proposed_at=PROPOSED_AT,
        **defaults | fields,
    )
