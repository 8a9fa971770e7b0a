"""Which results close which scheduled tests. Pure: the tests of one chain and the evidence in, what each becomes out.

A chain is the row of tests of one kind in one plan (or one extra test alone). Its windows follow one another: from the
day a test lapses (the next one opens) only the next one can be done. So each day of evidence belongs to one test: the
earliest open one whose window, opened up to `SLACK` early, holds the day. A test without a later one never lapses.

Where the dates of a plan follow what was done, `Placing` says of each test in turn when it is due.

The answer depends on nothing but its input, so it may be worked out again at any time: results that arrive out of
order, twice, or are taken back later lead to the same state as if they had come right at first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from labs.protocols.holding import Hold, late_after
from labs.vocabulary.test_kinds import TestKind

SLACK = timedelta(days=3)
"""How long before its window opens a test may be done and still count [project default, no guideline gives one]."""


@dataclass(frozen=True, slots=True)
class OpenTest:
    """One test of a chain. `settled` marks one that no result may change: it was skipped, or a person recorded on
    `settled_on` that it was done. `hold`: the pause in which it is not asked for. `slack`: how long before it opens it
    may be done."""

    key: int
    opens_on: date
    due_on: date
    closes_on: date
    lapses_on: date | None
    settled: bool = False
    settled_on: date | None = None
    hold: Hold | None = None
    slack: timedelta = SLACK

    @property
    def late_after(self) -> date:
        """The last day on which it would be in time, were it the first one not done."""
        return late_after(self.due_on, self.closes_on, self.hold)

    def may_be_done_on(self, day: date) -> bool:
        """Whether a test done on this day would count for this one."""
        return self.opens_on - self.slack <= day and (self.lapses_on is None or day < self.lapses_on)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one report measured on one day. `report` is None for a visit."""

    day: date
    report: int | None
    analytes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the evidence makes of one test.

    test                the test with the dates it was judged by
    closed_on, report   the day the panel was complete and the report that completed it; None while it is open
    late_from           it counts as late after this day: the end of its own window, or of the first of the tests before
                        it that were not done either
    missing             parts of the panel that have not come; empty for a closed test
    reports             the reports that gave a part of it; None for a visit
    """

    test: OpenTest
    closed_on: date | None
    report: int | None
    late_from: date
    missing: tuple[str, ...] = ()
    reports: tuple[int | None, ...] = ()

    @property
    def key(self) -> int:
        """Which test it is about."""
        return self.test.key

    @property
    def found(self) -> bool:
        """Whether any part of the panel has come."""
        return bool(self.reports)


class Placing(Protocol):
    """What says when the tests of a chain are due, one after the other."""

    def place(self, test: OpenTest) -> OpenTest:
        """The test with its dates, given what was done before it."""

    def done(self, test: OpenTest, day: date | None) -> None:
        """Take note that the test just placed was done on a day, or was not."""


class AsStored:
    """The dates of a plan that keeps to its calendar: those the tests have."""

    def place(self, test: OpenTest) -> OpenTest:
        """The test as it is."""
        return test

    def done(self, test: OpenTest, day: date | None) -> None:
        """Nothing follows from it."""


def close_chain(
    kind: TestKind, tests: Sequence[OpenTest], evidence: Sequence[Evidence], placing: Placing | None = None
) -> list[Outcome]:
    """What each test of a chain becomes, in the order of their windows; with `placing`, in the order given."""
    waiting = sorted(evidence, key=lambda item: (item.day, item.report or 0))
    ordered = tests if placing else sorted(tests, key=lambda item: (item.opens_on, item.key))
    placing = placing or AsStored()
    outcomes: list[Outcome] = []
    carried: date | None = None
    used_until = date.min
    for given in ordered:
        test = placing.place(given)
        late_from = test.late_after if carried is None else min(carried, test.late_after)
        outcome = _settled(test, late_from) or _outcome(
            kind, test, [item for item in waiting if item.day > used_until and test.may_be_done_on(item.day)], late_from
        )
        done_on = outcome.closed_on
        outcomes.append(_without_later_hold(outcome, done_on) if done_on else outcome)
        placing.done(test, done_on)
        used_until = max(used_until, done_on or date.min)
        carried = None if test.settled or done_on else late_from
    return outcomes


def _without_later_hold(outcome: Outcome, done_on: date) -> Outcome:
    """What was done before a pause began is not held by it."""
    test = outcome.test
    if test.hold is None or test.hold.since <= done_on:
        return outcome
    return replace(outcome, test=replace(test, hold=None), late_from=min(outcome.late_from, test.closes_on))


def _settled(test: OpenTest, late_from: date) -> Outcome | None:
    return Outcome(test, test.settled_on, None, late_from) if test.settled else None


def _outcome(kind: TestKind, test: OpenTest, evidence: Sequence[Evidence], late_from: date) -> Outcome:
    found: set[str] = set()
    reports: list[int | None] = []
    for item in evidence:
        found |= item.analytes
        reports.append(item.report)
        if not kind.missing(found):
            return Outcome(test, item.day, item.report, late_from, (), tuple(reports))
    return Outcome(test, None, None, late_from, kind.missing(found), tuple(reports))
