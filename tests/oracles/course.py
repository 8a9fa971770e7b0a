"""In remission or not, for one patient, in plain code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from tests.oracles.plain import Mark, PlainPatient


def in_remission(patient: PlainPatient, day: date) -> bool:
    """Not between a relapse and the next remission, nor in a new line that neither is recorded in."""
    remissions = {*patient.remissions, *([patient.remission] if patient.remission else [])}
    back = max((r for r in patient.relapses if r < day), default=None)
    since = max((r for r in remissions if r <= day), default=None)
    if back is not None and (since is None or since <= back):
        return False
    if since is None:
        return True
    next_relapse = min((r for r in patient.relapses if r >= since), default=date.max)
    next_remission = min((r for r in remissions if r > since), default=date.max)
    return next_relapse < next_remission or not any(since < line <= day for line in patient.lines)


def judged(patient: PlainPatient, row: Iterable[tuple[date, Mark | None]]) -> list[Mark]:
    """Marks in remission, and those that go on without a break from one in remission. None: not weighed at all."""
    out, running, hit_before = [], False, False
    for day, mark in row:
        if mark is None:
            continue
        inside = in_remission(patient, day)
        running = bool(mark.hit) and (running if hit_before else inside)
        if inside or running:
            out.append(mark)
        hit_before = bool(mark.hit)
    return out
