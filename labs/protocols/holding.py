"""What a pause of a plan does to its tests. Pure; no clock is read here.

A test is held when a pause meets the days on which it could be done. While it is held nobody is called for it. When the
next of its kind can be done by the day after the pause, it is excused; otherwise it is asked for at once, and is late
once as many days have passed since the pause as its window has after its due day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Hold:
    """Days of a pause, both inclusive."""

    since: date
    until: date

    def meets(self, first: date, before: date | None) -> bool:
        """Whether it shares a day with those from `first` on and before `before` (None: without end)."""
        return first <= self.until and (before is None or self.since < before)


def merged(pauses: Sequence[Hold]) -> tuple[Hold, ...]:
    """The pauses in order; one that follows another without a day between is the same pause."""
    found: list[Hold] = []
    for pause in sorted(pauses):
        if found and pause.since <= found[-1].until + DAY:
            found[-1] = Hold(found[-1].since, max(found[-1].until, pause.until))
        else:
            found.append(pause)
    return tuple(found)


def hold_of(opens_on: date, lapses_on: date | None, pauses: Sequence[Hold], today: date) -> Hold | None:
    """The pause that concerns a test today: the first that is not over of those that meet it, else the last.

    `pauses` as `merged` gives them.
    """
    meeting = [pause for pause in pauses if pause.meets(opens_on, lapses_on)]
    return next((pause for pause in meeting if pause.until >= today), meeting[-1] if meeting else None)


def late_after(due_on: date, closes_on: date, hold: Hold | None) -> date:
    """The last day on which a test is in time. A pause that began only after its window changes nothing."""
    if hold is None or hold.since > closes_on:
        return closes_on
    return max(closes_on, hold.until + (closes_on - due_on))
