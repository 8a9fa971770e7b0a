"""Which waiting tests of one patient fit on one visit, and on which day. Pure; no clock is read here.

A test may be done on any day of its *span*: from tomorrow, or the day its window opens, to the last day it is in time.
One that is late already has a span of `PUT_OFF`: it may wait a week for a visit that spares the patient another way,
not longer.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from labs.protocols.suggesting import DAY, suggested_day
from labs.protocols.working_days import WorkingDays

PUT_OFF = timedelta(days=7)
"""For how long a late test may be put off for the sake of a common visit [project default, no guideline gives one]."""


@dataclass(frozen=True, slots=True)
class WaitingTest:
    """A test that waits to be booked. `chain`: of tests with the same one only the first is done on a visit."""

    key: int
    chain: Hashable
    due_on: date
    opens_on: date
    late_from: date
    lapses_on: date | None = None


class Why(StrEnum):
    """Why a test is not on the visit."""

    OPENS_LATER = "opens_later"
    LATE_BY_THEN = "late_by_then"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A test that does not fit. `day`: when its window opens, or the last day on which it is in time."""

    key: int
    why: Why
    day: date


@dataclass(frozen=True, slots=True)
class Visit:
    """The day proposed, the tests to be done on it (the most pressing first), and those that do not fit."""

    day: date
    tests: tuple[int, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The days, both inclusive, on which a test may be done without harm."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def span_of(test: WaitingTest, *, today: date, working: WorkingDays) -> Span:
    """The span of a test; it always holds a working day, be it one that is later than should be."""
    first = max(test.opens_on, today + DAY)
    last = test.late_from if test.late_from > today else first + PUT_OFF
    if test.lapses_on is not None:
        last = min(last, test.lapses_on - DAY)
    return Span(first, max(last, working.nearest(first, earliest=first)))


def common_visit(
    *, lead: int, tests: Sequence[WaitingTest], today: date, working: WorkingDays, comes_on: Collection[date] = ()
) -> Visit:
    """The visit on which the test `lead` is done together with as many of the others as possible.

    Of days that suit equally many it is the one on which the patient comes anyway (`comes_on`), else the one nearest
    to the day that the most pressing of them would be offered alone, else the earlier one.
    """
    spans = {test.key: span_of(test, today=today, working=working) for test in tests}
    chosen = _first_of_each_chain(tests, lead)

    def fitting(day: date) -> list[WaitingTest]:
        return [test for test in chosen if day in spans[test.key]]

    def weight(day: date) -> tuple[int, bool, timedelta, date]:
        together = fitting(day)
        return -len(together), day not in comes_on, abs(day - _alone(together[0], today, working)), day

    day = min(_working_days(spans[lead], working), key=weight)
    together = tuple(test.key for test in fitting(day))
    left_out = tuple(_left_out(test.key, spans[test.key], day) for test in chosen if test.key not in together)
    return Visit(day, together, left_out)


def _first_of_each_chain(tests: Sequence[WaitingTest], lead: int) -> list[WaitingTest]:
    """One test of each chain, the most pressing first; of its own chain it is the lead."""
    first: dict[Hashable, WaitingTest] = {}
    for test in sorted(tests, key=lambda one: (one.key != lead, one.late_from, one.key)):
        first.setdefault(test.chain, test)
    return sorted(first.values(), key=lambda one: (one.late_from, one.key))


def _alone(test: WaitingTest, today: date, working: WorkingDays) -> date:
    return suggested_day(
        due_on=test.due_on, opens_on=test.opens_on, late_from=test.late_from, today=today, working=working
    )


def _working_days(span: Span, working: WorkingDays) -> list[date]:
    days = [span.first + timedelta(days=number) for number in range((span.last - span.first).days + 1)]
    return [day for day in days if working.is_working(day)] or [span.last]


def _left_out(key: int, span: Span, day: date) -> LeftOut:
    return LeftOut(key, Why.OPENS_LATER, span.first) if day < span.first else LeftOut(key, Why.LATE_BY_THEN, span.last)
