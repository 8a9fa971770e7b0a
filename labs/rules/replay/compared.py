"""What another choice of rules would change: findings added, lost and moved, and how often in 100 patient-years.

A finding is the same episode under both choices when it belongs to the same patient and criterion (two readings of one
criterion are one, see `criteria.py`), and began on the same day, or rests on a result in common, or shares days. The
same episode with another onset, level or state has moved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from labs.rules.criteria import criterion_of
from labs.rules.replay.intervals import byar

ADDED, LOST, MOVED, SAME = "added", "lost", "moved", "same"
KINDS: Final = (ADDED, LOST, MOVED)
DAYS_IN_YEAR: Final = 365.25


class Standing(NamedTuple):
    """A finding as it would stand. `results`: what it fired on, without what it was compared with."""

    patient: int
    rule: str
    criteria_version: str
    onset_on: date
    opened_on: date
    last_on: date
    level: str
    state: str
    results: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """One episode under both choices; None where it is not found."""

    kind: str
    before: Standing | None
    after: Standing | None

    @property
    def any(self) -> Standing:
        """As it would stand, else as it stood."""
        found = self.after or self.before
        if found is None:
            raise ValueError("neither before nor after")
        return found


def compare(before: Iterable[Standing], after: Iterable[Standing]) -> list[Difference]:
    """Every episode of either side once, by criterion, patient and onset."""
    sides: dict[tuple[str, int], tuple[list[Standing], list[Standing]]] = defaultdict(lambda: ([], []))
    for side, standings in enumerate((before, after)):
        for one in standings:
            sides[criterion_of(one.rule), one.patient][side].append(one)
    return [found for key in sorted(sides) for found in _matched(*sides[key])]


def summary(differences: Sequence[Difference], patient_days: int) -> list[dict[str, Any]]:
    """A line for all criteria together, then one for each that has findings on either side. Ready for JSON."""
    lines: dict[str, list[Difference]] = defaultdict(list)
    for one in differences:
        lines[criterion_of(one.any.rule)].append(one)
    parts = [("", list(differences)), *sorted(lines.items())]
    return [_line(code, own, patient_days) for code, own in parts]


def _matched(before: Sequence[Standing], after: Sequence[Standing]) -> Iterator[Difference]:
    left = sorted(before, key=_order)
    for one in sorted(after, key=_order):
        twin = next((old for old in left if old.onset_on == one.onset_on), None)
        twin = twin or next((old for old in left if _is_one_episode(old, one)), None)
        if twin is None:
            yield Difference(ADDED, None, one)
        else:
            left.remove(twin)
            yield Difference(SAME if _looks(twin) == _looks(one) else MOVED, twin, one)
    yield from (Difference(LOST, old, None) for old in left)


def _order(one: Standing) -> tuple[date, date, str]:
    return one.onset_on, one.opened_on, one.rule


def _is_one_episode(old: Standing, new: Standing) -> bool:
    shares_days = old.opened_on <= new.last_on and new.opened_on <= old.last_on
    return shares_days or not old.results.isdisjoint(new.results)


def _looks(one: Standing) -> tuple[date, str, str]:
    return one.onset_on, one.level, one.state


def _line(code: str, own: Sequence[Difference], patient_days: int) -> dict[str, Any]:
    counts = {kind: [one for one in own if one.kind == kind] for kind in KINDS}
    return {
        "criterion": code,
        "rules": sorted({side.rule for one in own for side in (one.before, one.after) if side}),
        "before": sum(one.before is not None for one in own),
        "after": sum(one.after is not None for one in own),
        **{kind: _count(found, patient_days) for kind, found in counts.items()},
    }


def _count(found: Sequence[Difference], patient_days: int) -> Mapping[str, Any]:
    """How many, of how many patients, and in 100 patient-years with Byar's 95 % interval."""
    number = len(found)
    hundred = patient_days / DAYS_IN_YEAR / 100
    rate = [round(value / hundred, 2) for value in (number, *byar(number))] if hundred else None
    return {"flags": number, "patients": len({one.any.patient for one in found}), "per_100_patient_years": rate}
