"""Words for plans."""

from __future__ import annotations

from django import template

from labs.actions import start_plan
from labs.models import PlanEnd
from labs.protocols.reading import ANCHORS

register = template.Library()


@register.filter
def anchor_label(anchor: str) -> str:
    """What a plan is counted from, for people."""
    return start_plan.anchor_label(anchor) if anchor in ANCHORS else anchor


@register.filter
def plan_end(reason: str) -> str:
    """Why a plan ended, for people; a reason from before they were coded as it was written."""
    return str(PlanEnd(reason).label) if reason in PlanEnd.values else reason
