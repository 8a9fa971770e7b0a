"""When a recorded relapse of ALL came, by the schemes of BFM and COG."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from labs.selectors.relapse_timing import timing_of
from patients.models import CourseEvent

register = template.Library()

LABELS = (gettext_noop("very early"), gettext_noop("early"), gettext_noop("late"))


@register.filter
def relapse_labels(event: CourseEvent, course: Iterable[CourseEvent]) -> str:
    """ "early (BFM), late (COG)" of a first relapse of ALL that stands; else nothing, and nothing where it is open."""
    found = timing_of(event, course)
    labels = ((found.bfm, "BFM"), (found.cog, "COG")) if found else ()
    return ", ".join(f"{_(label)} ({scheme})" for label, scheme in labels if label)
