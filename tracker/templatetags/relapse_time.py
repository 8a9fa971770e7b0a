"""When a recorded relapse of ALL came, by the schemes of BFM and COG."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from labs.rules.acute_lymphoblastic.relapse_time import ended_before, relapse_time
from labs.rules.sites import Site
from patients.models import Disease
from patients.models.course import CourseEvent, CourseKind, RelapseSite

register = template.Library()

IN_MARROW = {RelapseSite.MARROW, RelapseSite.BLOOD}
ELSEWHERE = {RelapseSite.CNS, RelapseSite.TESTIS, RelapseSite.EXTRAMEDULLARY}
LABELS = (gettext_noop("very early"), gettext_noop("early"), gettext_noop("late"))


@register.filter
def relapse_labels(event: CourseEvent, course: Iterable[CourseEvent]) -> str:
    """ "early (BFM), late (COG)" of a first relapse of ALL that stands; else nothing, and nothing where it is open."""
    if event.kind != CourseKind.RELAPSE or event.diagnosis.disease != Disease.ALL or not event.stands:
        return ""
    if any(_earlier(one, event) for one in course):
        return ""
    found = relapse_time(
        event.on,
        diagnosed_on=event.diagnosis.diagnosed_on,
        therapy_ended_on=ended_before(event.on, event.diagnosis.therapy_ended_on),
        site=_site(event),
    )
    labels = ((found.bfm, "BFM"), (found.cog, "COG"))
    return ", ".join(f"{_(label)} ({scheme})" for label, scheme in labels if label)


def _earlier(one: CourseEvent, event: CourseEvent) -> bool:
    """Whether another relapse of the same disease that stands came before."""
    same = one.diagnosis_id == event.diagnosis_id and one.kind == CourseKind.RELAPSE
    return same and one.stands and one.on < event.on


def _site(event: CourseEvent) -> Site:
    """In marrow, alone or with others; isolated; "" where no site, or none of these, was stated."""
    stated = set(event.sites)
    if stated & IN_MARROW:
        return "marrow"
    return "isolated" if stated and stated <= ELSEWHERE else ""
