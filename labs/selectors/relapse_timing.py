"""When a recorded first relapse of ALL came, by the schemes of BFM and COG, and whether a relapse was isolated."""

from __future__ import annotations

from collections.abc import Iterable

from labs.rules.acute_lymphoblastic.relapse_time import RelapseTime, ended_before, relapse_time
from labs.rules.sites import Site
from patients.models import CourseEvent, CourseKind, Disease, RelapseSite

IN_MARROW = {RelapseSite.MARROW, RelapseSite.BLOOD}
ELSEWHERE = {RelapseSite.CNS, RelapseSite.TESTIS, RelapseSite.EXTRAMEDULLARY}


def timing_of(event: CourseEvent, course: Iterable[CourseEvent]) -> RelapseTime | None:
    """The labels of a first relapse of ALL that stands; None for every other."""
    if event.kind != CourseKind.RELAPSE or event.diagnosis.disease != Disease.ALL or not event.stands:
        return None
    if any(_earlier(one, event) for one in course):
        return None
    return relapse_time(
        event.on,
        diagnosed_on=event.diagnosis.diagnosed_on,
        therapy_ended_on=ended_before(event.on, event.diagnosis.therapy_ended_on),
        site=_site(event),
    )


def extent_of(event: CourseEvent) -> str:
    """ "combined" where several sites were stated, "isolated" where one was; "" where that cannot be told."""
    stated = set(event.sites)
    if len(stated - {RelapseSite.BIOCHEMICAL}) > 1:
        return "combined"
    return "isolated" if len(stated) == 1 and stated <= IN_MARROW | ELSEWHERE else ""


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
