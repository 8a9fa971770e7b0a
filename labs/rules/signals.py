"""From a criterion to a signal: which assessments meet it, how surely, and what it takes to confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from labs.rules.arrays import Bools, Ints
from labs.rules.base import Answer, Comparison, Level
from labs.rules.checks import Check
from labs.rules.series import Reference, Series

Criterion: TypeAlias = Callable[[Ints, Ints], Check]
Notes: TypeAlias = Callable[[Series, int], Sequence[str]]
Extras: TypeAlias = Callable[[int], list[Comparison]]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What confirms an assessment that meets the criterion.

    assessments  how many must meet it
    consecutive  they follow each other directly; else any later one of the episode counts
    days_apart   least distance between first and last
    misses       so many assessments in a row that do not meet it end the episode
    one_a_line   after a confirmed episode, all that follows in the same line of therapy belongs to it
    """

    assessments: int
    consecutive: bool = True
    days_apart: int = 0
    misses: int = 1
    one_a_line: bool = False
    words: str = ""


NEXT_ASSESSMENT = Confirmation(2, one_a_line=True, words="on two consecutive assessments")
AT_ONCE = Confirmation(1, words="")
A_WEEK_APART = Confirmation(
    2, consecutive=False, days_apart=7, misses=2, one_a_line=True, words="in two samples at least 7 days apart"
)


@dataclass(frozen=True, slots=True)
class Silence:
    """Assessments a rule does not judge, what it answers there, and why."""

    rows: Bools
    answer: Answer
    reason: str


@dataclass(frozen=True)
class Signal:
    """What a rule found in a series, row by row.

    sure, weak    rows that meet the criterion surely; rows that meet it only against an unconfirmed reference, only
                  within the bounds of a censored value, or only an older criterion. A weak row never confirms.
    alone, both   level of a sure row by itself; level once confirmed (a number for all rows, or one a row)
    weak_level    level of a weak row
    lapsed        level once the episode ended unconfirmed
    keeps         rows that cannot end an episode (a value after transfusion does not clear a fall)
    notes         what is missing at a row, asked for findings only
    weak_words    why a row is weak, where the rule itself weighed it; sure_words likewise
    extras        further comparisons made at a row, asked for findings only
    """

    series: Series
    criterion: Criterion
    sure: Bools
    weak: Bools
    against: Reference | None
    confirmation: Confirmation
    direction: str
    alone: Ints | Level = Level.REVIEW
    both: Ints | Level = Level.URGENT
    weak_level: Level = Level.REVIEW
    lapsed: Level = Level.INFO
    early: Reference | None = None
    keeps: Bools | None = None
    silences: tuple[Silence, ...] = ()
    notes: Notes | None = None
    weak_words: str = ""
    sure_words: str = ""
    extras: Extras | None = None

    def judged(self) -> Bools:
        """Rows that no silence covers."""
        out = np.ones(self.series.size, bool)
        for silence in self.silences:
            out &= ~silence.rows
        return out


@dataclass(frozen=True, slots=True)
class Terms:
    """How a signal is weighed; the defaults are those of progression: REVIEW at first, URGENT once confirmed."""

    confirmed_by: Confirmation = NEXT_ASSESSMENT
    alone: Ints | Level = Level.REVIEW
    both: Ints | Level = Level.URGENT
    weak_level: Level = Level.REVIEW
    lapsed: Level = Level.INFO


PROGRESSION = Terms()


def rise(
    series: Series,
    criterion: Criterion,
    *,
    against: Reference,
    early: Reference | None = None,
    terms: Terms = PROGRESSION,
    silences: tuple[Silence, ...] = (),
    notes: Notes | None = None,
) -> Signal:
    """A value that went up. Surely: its least possible value against the greatest possible reference.

    `early` is a reference tried as an early warning only: the lowest single value, say.
    """
    sure = criterion(series.low, against.high).met & against.confirmed
    weak = np.zeros(series.size, bool)
    if early is not None:
        weak |= criterion(series.low, early.high).met & early.known
    if series.censored:
        weak |= criterion(series.high, against.low).met & against.known
    return Signal(
        series, criterion, sure, weak & ~sure, against, terms.confirmed_by, "above",
        terms.alone, terms.both, terms.weak_level, terms.lapsed, early, None, silences, notes,
    )  # fmt: skip


def fall(
    series: Series,
    criterion: Criterion,
    *,
    against: Reference,
    early: Reference | None = None,
    keeps: Bools | None = None,
    terms: Terms = PROGRESSION,
    silences: tuple[Silence, ...] = (),
    notes: Notes | None = None,
) -> Signal:
    """A value that went down. Surely: its greatest possible value against the least possible reference."""
    sure = criterion(series.high, against.low).met & against.confirmed
    weak = np.zeros(series.size, bool)
    if early is not None:
        weak |= criterion(series.high, early.low).met & early.known
    if series.censored:
        weak |= criterion(series.low, against.high).met & against.known
    return Signal(
        series, criterion, sure, weak & ~sure, against, terms.confirmed_by, "below",
        terms.alone, terms.both, terms.weak_level, terms.lapsed, early, keeps, silences, notes,
    )  # fmt: skip


def bar(
    series: Series,
    criterion: Criterion,
    *,
    sure: Bools,
    weak: Bools | None = None,
    against: Reference | None = None,
    terms: Terms,
    silences: tuple[Silence, ...] = (),
    notes: Notes | None = None,
    sure_words: str = "",
    weak_words: str = "",
) -> Signal:
    """A value held against a fixed bar, with rows already weighed by the rule."""
    weak = np.zeros(series.size, bool) if weak is None else weak & ~sure
    return Signal(
        series, criterion, sure, weak, against, terms.confirmed_by, "bar",
        terms.alone, terms.both, terms.weak_level, terms.lapsed, None, None, silences, notes, weak_words, sure_words,
    )  # fmt: skip
