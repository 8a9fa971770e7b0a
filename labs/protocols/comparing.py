"""Two protocols side by side: what one says otherwise, and where it asks for less than the other. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from labs.protocols.dates import DAYS_A_MONTH, add_months
from labs.protocols.nodes import Problem
from labs.protocols.schedule import Slot, Step, slots

COMPARED_MONTHS = 60
"""How far two protocols are compared at least: what is dropped in the fifth year shows, too."""
BEYOND = 24
"""Months looked at after the last one that either of them names."""
TIMING = ("kind", "every", "at", "from_month", "until_month", "window_days")
SAID_OF_A_STEP = ("source", "confidence", "note")
ABOUT_ALL = ("title", "summary", "anchor")


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs. `was` or `now` is None where only one of the two has it.

    what  "step", "source", "not_scheduled", or the name of a field of the whole
    name  of the step or source
    """

    what: str
    name: str
    was: Any
    now: Any

    @property
    def sort(self) -> Literal["added", "removed", "changed"]:
        """What happened to it."""
        return "added" if self.was is None else "removed" if self.now is None else "changed"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What the second definition says otherwise, apart from code, version and the reason given for it."""
    found = [
        Change(name, "", before.get(name), after.get(name)) for name in ABOUT_ALL if before.get(name) != after.get(name)
    ]
    for what, own, other in (
        ("step", _steps_by_code(before), _steps_by_code(after)),
        ("source", before.get("sources", {}), after.get("sources", {})),
        ("not_scheduled", _left_out(before), _left_out(after)),
    ):
        names = [*own, *(name for name in other if name not in own)]
        found += [
            Change(what, name, own.get(name), other.get(name)) for name in names if own.get(name) != other.get(name)
        ]
    return found


def uncited_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Problem]:
    """Steps that ask for something else than before on the word of the same source: it was not cited for that."""
    known = _steps_by_code(before)
    return [
        Problem(
            1,
            "this step was changed: name who says so and how sure that is, or say in the note why the source covers it",
            ("steps", number, "source"),
        )
        for number, step in enumerate(after["steps"])
        if (was := known.get(step["step"])) is not None
        and _picked(was, TIMING) != _picked(step, TIMING)
        and _picked(was, SAID_OF_A_STEP) == _picked(step, SAID_OF_A_STEP)
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """How often one kind of test falls due under each of two protocols, and the longest stretch of days without one."""

    kind: str
    own: int
    other: int
    own_gap: int
    other_gap: int

    @property
    def is_less(self) -> bool:
        """The own one asks less often, or leaves a longer stretch without a test."""
        return self.own < self.other or self.own_gap > self.other_gap + SAME_GAP


SAME_GAP = 3
"""Days by which stretches differ without meaning: months are of unlike length."""


def compared_until(*protocols: Sequence[Step]) -> int:
    """Months after the anchor up to which these protocols are worth comparing."""
    named = [_last_named(step) for steps in protocols for step in steps]
    return max(COMPARED_MONTHS, max(named, default=0) + BEYOND)


def asked(own: Sequence[Step], other: Sequence[Step], *, anchor: date, months: int | None = None) -> list[Asked]:
    """Both protocols counted from one anchor, each kind of test once, over so many months."""
    end = add_months(anchor, months or compared_until(own, other))
    ours, theirs = by_kind(own, anchor=anchor, until=end), by_kind(other, anchor=anchor, until=end)
    kinds = [*theirs, *(kind for kind in ours if kind not in theirs)]
    return [
        Asked(kind, len(mine), len(yours), _longest_gap(mine, anchor, end), _longest_gap(yours, anchor, end))
        for kind in kinds
        for mine, yours in [(ours.get(kind, []), theirs.get(kind, []))]
    ]


def by_kind(steps: Sequence[Step], *, anchor: date, until: date) -> dict[str, list[Slot]]:
    """The tests due up to and with a day, by kind, in the order of the steps."""
    found: dict[str, list[Slot]] = {step.kind: [] for step in steps}
    for slot in slots(steps, anchor, after=anchor - timedelta(days=1), until=until):
        found[slot.kind].append(slot)
    return found


def _longest_gap(tests: Sequence[Slot], anchor: date, end: date) -> int:
    marks = [anchor, *(slot.due_on for slot in tests), end]
    return max((later - earlier).days for earlier, later in pairwise(marks))


def _last_named(step: Step) -> int:
    if step.at:
        return max(interval.days for interval in step.at) // DAYS_A_MONTH
    return step.until_month or step.from_month


def _steps_by_code(definition: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {step["step"]: step for step in definition.get("steps", ())}


def _left_out(definition: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, list[str]] = defaultdict(list)
    for one in definition.get("not_scheduled", ()):
        found[one["what"]].append(one["why"])
    return {what: "; ".join(why) for what, why in found.items()}


def _picked(step: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: step[name] for name in names if name in step}
