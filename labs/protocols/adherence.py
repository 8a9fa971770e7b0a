"""Which of the tests asked for were done in time, and which share that is. Pure: dates in, exact fractions out.

A test counts from the day after its window ended, whether it was done or not: who came early in an open window is not
counted before who has not come yet, else a share would rise with every window that opens.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from labs.protocols.holding import DAY, Hold, late_after


class Verdict(StrEnum):
    """What a test is to a measure. Every test is exactly one of them on every day.

    ON_TIME, LATE  done by the last day of its window, or after it
    NOT_DONE       its window ended without it: overdue, missed, declined, or a sample that has no result
    NOT_REQUIRED   let off, or its plan was paused, ended or outlived: it leaves the denominator
    OPEN           its window has not ended: it is not counted yet
    """

    ON_TIME = "on_time"
    LATE = "late"
    NOT_DONE = "not_done"
    NOT_REQUIRED = "not_required"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class AskedTest:
    """The dates of one test. `done_on`: the day it was done, once its result has come (or a person noted it as done).

    let_off     skipped for a reason that takes it out of what is required
    stopped_on  the day its plan ended or the patient died, whichever was first
    """

    kind: str
    opens_on: date
    due_on: date
    closes_on: date
    lapses_on: date | None = None
    done_on: date | None = None
    hold: Hold | None = None
    let_off: bool = False
    stopped_on: date | None = None

    @property
    def window_ends_on(self) -> date:
        """The last day on which it is in time. A pause moves it, though never into the window of the next test."""
        last = late_after(self.due_on, self.closes_on, self.hold)
        return last if self.lapses_on is None else min(last, self.lapses_on - DAY)

    @property
    def excused(self) -> bool:
        """Whether a pause took it: begun before its window was over, it lasted until the next test could be done."""
        if self.hold is None or self.lapses_on is None:
            return False
        return self.hold.since <= self.closes_on and self.lapses_on <= self.hold.until + DAY


def verdict(test: AskedTest, today: date) -> Verdict:
    """What the test is to a measure on a day."""
    if test.let_off:
        return Verdict.NOT_REQUIRED
    ends_on = test.window_ends_on
    if test.done_on is None and (test.excused or (test.stopped_on is not None and test.stopped_on <= ends_on)):
        return Verdict.NOT_REQUIRED
    if ends_on >= today:
        return Verdict.OPEN
    if test.done_on is None:
        return Verdict.NOT_DONE
    return Verdict.ON_TIME if test.done_on <= ends_on else Verdict.LATE


@dataclass(frozen=True, slots=True)
class Adherence:
    """How many tests came out how."""

    on_time: int = 0
    late: int = 0
    not_done: int = 0
    not_required: int = 0
    open: int = 0

    @property
    def required(self) -> int:
        """The denominator: tests that were asked for and whose window has ended."""
        return self.on_time + self.late + self.not_done

    @property
    def share(self) -> Fraction | None:
        """Tests done on time of those required; None when none was."""
        return Fraction(self.on_time, self.required) if self.required else None

    @property
    def percent(self) -> int | None:
        """The share in whole percent."""
        return None if self.share is None else percent(self.share)

    def __add__(self, other: "Adherence") -> "Adherence":
        return Adherence(
            self.on_time + other.on_time,
            self.late + other.late,
            self.not_done + other.not_done,
            self.not_required + other.not_required,
            self.open + other.open,
        )


def adherence(tests: Iterable[AskedTest], *, today: date, since: date | None = None) -> Adherence:
    """How the tests due from `since` on (all without one) came out."""
    found = Counter(verdict(test, today).value for test in tests if since is None or test.due_on >= since)
    return Adherence(**found)


def percent(share: Fraction) -> int:
    """A share in whole percent, half a percent upwards; 100 only for all and 0 only for none."""
    if share in (0, 1):
        return int(share * 100)
    return min(99, max(1, int(share * 100 + Fraction(1, 2))))
