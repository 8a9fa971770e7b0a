"""Which results close which scheduled tests. Pure: the tests of one chain and the evidence in, what each becomes out.

A chain is the row of tests of one kind in one plan (or one extra test alone). Its windows follow one another: from the
day a test lapses (the next one opens) only the next one can be done. So each day of evidence belongs to one test: the
earliest open one whose window, opened up to `SLACK` early, holds the day. A test without a later one never lapses.

The answer depends on nothing but its input, so it may be worked out again at any time: results that arrive out of
order, twice, or are taken back later lead to the same state as if they had come right at first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from labs.vocabulary.test_kinds import TestKind

SLACK = timedelta(days=3)
"""How long before its window opens a test may be done and still count [project default, no guideline gives one]."""


@dataclass(frozen=True, slots=True)
class OpenTest:
    """One test of a chain. `settled` marks one that no result may change: it was skipped, or a person recorded on
    `settled_on` that it was done."""

    key: int
    opens_on: date
    closes_on: date
    lapses_on: date | None
    settled: bool = False
    settled_on: date | None = None

    def may_be_done_on(self, day: date) -> bool:
        """Whether a test done on this day would count for this one."""
        return self.opens_on - SLACK <= day and (self.lapses_on is None or day < self.lapses_on)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one report measured on one day. `report` is None for a visit."""

    day: date
    report: int | None
    analytes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the evidence makes of one test.

    closed_on, report   the day the panel was complete and the report that completed it; None while it is open
    late_from           it counts as late after this day: the end of its own window, or of the first of the tests before
                        it that were not done either
    missing             parts of the panel that have not come; empty for a closed test
    found               whether any part has come
    """

    key: int
    closed_on: date | None
    report: int | None
    late_from: date
    missing: tuple[str, ...]
    found: bool


def close_chain(kind: TestKind, tests: Sequence[OpenTest], evidence: Sequence[Evidence]) -> list[Outcome]:
    """What each test of a chain becomes, in the order of their windows."""
    waiting = sorted(evidence, key=lambda item: (item.day, item.report or 0))
    outcomes: list[Outcome] = []
    late_from: date | None = None
    used_until = date.min
    for test in sorted(tests, key=lambda item: (item.opens_on, item.key)):
        late_from = late_from or test.closes_on
        if test.settled:
            outcomes.append(Outcome(test.key, test.settled_on, None, late_from, (), found=False))
            used_until, late_from = max(used_until, test.settled_on or date.min), None
            continue
        mine = [item for item in waiting if item.day > used_until and test.may_be_done_on(item.day)]
        outcome = _outcome(kind, test, mine, late_from)
        outcomes.append(outcome)
        if outcome.closed_on is not None:
            used_until, late_from = outcome.closed_on, None
    return outcomes


def _outcome(kind: TestKind, test: OpenTest, evidence: Sequence[Evidence], late_from: date) -> Outcome:
    found: set[str] = set()
    for item in evidence:
        found |= item.analytes
        if not kind.missing(found) and found:
            return Outcome(test.key, item.day, item.report, late_from, (), found=True)
    return Outcome(test.key, None, None, late_from, kind.missing(found), found=bool(found))
