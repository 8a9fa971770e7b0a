"""Words for what clinicians stated about results and the course."""

from __future__ import annotations

from django import template

from labs.rules.cohort import Group
from patients.models import CourseEvent, RelapseSite
from tracker.web.bridges import in_words

register = template.Library()


@register.filter
def assay_words(assay: Group) -> str:
    """An assay: laboratory, method, specimen."""
    return in_words(assay)


@register.filter
def where_found(event: CourseEvent) -> str:
    """The sites of a relapse, or the response of a remission; "" when neither is known."""
    return event.response or ", ".join(str(RelapseSite(site).label) for site in event.sites)
