"""From diagnosis to today in stages: disease, remission 1, relapse 1, remission 2 ... Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

DAY = timedelta(days=1)


class StageKind(StrEnum):
    """What the disease does in a stage. `DISEASE`: before the first remission or relapse on record."""

    DISEASE = "disease"
    REMISSION = "remission"
    RELAPSE = "relapse"


class Turn(NamedTuple):
    """A remission or a relapse that stands. On one day the remission comes first: a relapse ends it."""

    on: date
    kind: StageKind


class Span(NamedTuple):
    """How long something lasted: days, and whole calendar months."""

    days: int
    months: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage, both days counted. `ended`: something came after it; else it goes on, or ended with a death."""

    kind: StageKind
    number: int
    first: date
    last: date
    ended: bool

    @property
    def lasted(self) -> Span:
        """From its first day to the first of the next stage; of one that goes on, to the day it was read."""
        return span(self.first, self.last + DAY if self.ended else self.last)


def stages(diagnosed_on: date | None, turns: Iterable[Turn], *, until: date) -> list[Stage]:
    """The time from the diagnosis (unknown: from the first turn) to `until`, each day in exactly one stage.

    A remission within a remission (a deeper response) begins no stage; a relapse within a relapse does. A remission
    that a relapse of the same day ends has no day, and keeps its number. Nothing known: no stage.
    """
    ordered = sorted(set(turns), key=_order)
    known = [turn.on for turn in ordered] + ([diagnosed_on] if diagnosed_on else [])
    if not known:
        return []
    begun = list(_begun(min(known), ordered))
    last = max(until, max(known))
    nexts: Sequence[date | None] = [first for _kind, _number, first in begun[1:]] + [None]
    return [
        Stage(kind, number, first, last if after is None else after - DAY, after is not None)
        for (kind, number, first), after in zip(begun, nexts, strict=True)
        if after is None or after > first
    ]


def numbered(turns: Iterable[Turn]) -> dict[Turn, int]:
    """Which remission or relapse each turn is; a deeper response has the number of the remission it lies in."""
    counts = {StageKind.REMISSION: 0, StageKind.RELAPSE: 0}
    out: dict[Turn, int] = {}
    before = StageKind.DISEASE
    for turn in sorted(set(turns), key=_order):
        counts[turn.kind] += not (turn.kind == before == StageKind.REMISSION)
        out[turn], before = counts[turn.kind], turn.kind
    return out


def stage_on(found: Sequence[Stage], day: date) -> Stage | None:
    """The stage a day lies in."""
    return next((stage for stage in found if stage.first <= day <= stage.last), None)


def span(first: date, after: date) -> Span:
    """Days, and whole calendar months (31 January to 28 February: none; to 1 March: one)."""
    months = (after.year - first.year) * 12 + after.month - first.month - (after.day < first.day)
    return Span((after - first).days, months)


def _order(turn: Turn) -> tuple[date, bool]:
    return turn.on, turn.kind == StageKind.RELAPSE


def _begun(first: date, turns: Sequence[Turn]) -> Iterator[tuple[StageKind, int, date]]:
    """Kind, number and first day of each stage."""
    if not turns or turns[0].on > first:
        yield StageKind.DISEASE, 1, first
    numbers, before = numbered(turns), StageKind.DISEASE
    for turn in turns:
        if not (turn.kind == before == StageKind.REMISSION):
            yield turn.kind, numbers[turn], turn.on
        before = turn.kind
