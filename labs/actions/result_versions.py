"""Which version of a result counts: corrections replace, late originals stay former, contradictions stand side by side.

Pure decisions; `store_results` carries them out. The order of arrival is the order in which `Lineage.take` is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto

from labs.vocabulary.statuses import CORRECTING, VOID

REPLACING = CORRECTING | VOID
"""Statuses that speak of an earlier version."""
LASTING = REPLACING - {"cancelled"}
"""Those a later message without such a status cannot undo. What was cancelled may still be done."""
UNFINISHED = frozenset({"registered", "preliminary", "unknown", "cancelled"})
"""Statuses after which a value may still come."""


class Taken(Enum):
    """What became of an incoming version."""

    NEW = auto()
    REPLAY = auto()
    REPLACED = auto()
    BESIDE = auto()
    LATE = auto()


@dataclass(slots=True, eq=False)
class Version:
    """One version of a result, stored or about to be. `is_current` and `warnings` may change while others are taken."""

    id: int
    fingerprint: str
    status: str
    collected_on: date
    collected_at: datetime | None
    method_family: str
    value: tuple[int | None, str, str]
    """Amount, comparator, coded finding: what would make two versions differ."""
    target: str = ""
    """Of residual disease; an empty one may be any."""
    number: int = 1
    supersedes: int | None = None
    is_current: bool = True
    stored: bool = False
    warnings: list[str] = field(default_factory=list)
    changed: bool = False
    """A stored row that must be written again."""

    def retire(self) -> None:
        """Make it a former version."""
        self.is_current = False
        self.changed = self.stored

    def warn(self, text: str) -> None:
        """Put a note beside the value, once."""
        if text not in self.warnings:
            self.warnings = [*self.warnings, text]
            self.changed = self.stored


class Lineage:
    """All versions of one test of one accession."""

    def __init__(self, versions: Iterable[Version] = ()) -> None:
        self.versions = list(versions)

    def take(self, new: Version) -> Taken:
        """Give `new` its place among the versions and say which it is."""
        current = [old for old in self.versions if old.is_current]
        outcome = _place(new, _rivals(new, current))
        self.versions.append(new)
        return outcome


def _place(new: Version, rivals: list[Version]) -> Taken:
    if not rivals:
        return Taken.NEW
    if new.status in REPLACING:
        return _replace(new, rivals)
    corrected = [old for old in rivals if old.status in LASTING]
    if corrected:
        new.is_current = False
        new.warn("It came after its own correction and does not count.")
        return Taken.LATE
    unfinished = [old for old in rivals if old.status in UNFINISHED]
    if new.status in UNFINISHED:
        if len(unfinished) == len(rivals):
            return _replace(new, rivals)
        new.is_current = False
        new.warn("It came after the final result and does not count.")
        return Taken.LATE
    restated = [old for old in rivals if _says_the_same(old, new)]
    if unfinished or restated:
        _replace(new, unfinished + restated)
    return _contradict(new, [old for old in rivals if old.is_current])


def _contradict(new: Version, others: list[Version]) -> Taken:
    """Keep what differs side by side and say so on both."""
    others = [old for old in others if old.collected_on == new.collected_on]
    if not others:
        return Taken.REPLACED if new.supersedes else Taken.NEW
    note = "Another value came for the same test under the same accession, and neither is marked as a correction."
    for version in (*others, new):
        version.warn(note)
    return Taken.BESIDE


def _rivals(new: Version, current: list[Version]) -> list[Version]:
    """The current versions that `new` is about: of its target, method and day where there are such, else all."""
    rivals = current
    for same in (
        lambda old: old.target == new.target or not (old.target and new.target),
        lambda old: old.method_family == new.method_family,
        lambda old: old.collected_on == new.collected_on,
    ):
        rivals = [old for old in rivals if same(old)] or (rivals if new.status in REPLACING else [])
    return rivals


def _replace(new: Version, old: list[Version]) -> Taken:
    latest = max(old, key=lambda version: (version.number, version.id))
    for version in old:
        version.retire()
    new.number, new.supersedes = latest.number + 1, latest.id
    return Taken.REPLACED


def _says_the_same(old: Version, new: Version) -> bool:
    """The same value at the same time: sent again with another wording of unit, specimen or method."""
    same_time = old.collected_at is None or new.collected_at is None or old.collected_at == new.collected_at
    return old.value == new.value and same_time and old.status not in UNFINISHED
