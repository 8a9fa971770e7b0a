"""The state machine of a change of criteria, as data: what may be done in which state, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from labs.models.criteria import CriteriaState

CRITERIA_TRANSITIONS: Final[Mapping[CriteriaState, Mapping[str, CriteriaState]]] = {
    CriteriaState.PROPOSED: {
        "approve": CriteriaState.APPROVED,
        "reject": CriteriaState.REJECTED,
        "withdraw": CriteriaState.WITHDRAWN,
    },
    CriteriaState.APPROVED: {
        "activate": CriteriaState.ACTIVE,
        "withdraw": CriteriaState.WITHDRAWN,
    },
    CriteriaState.ACTIVE: {
        "supersede": CriteriaState.SUPERSEDED,
    },
    CriteriaState.REJECTED: {},
    CriteriaState.WITHDRAWN: {},
    CriteriaState.SUPERSEDED: {},
}
"""People approve, reject and withdraw; `activate` and `supersede` follow from an approval, at once or on its day."""
