"""From a criterion to a signal: which assessments meet it, how surely, and what it takes to confirm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypedDict, Unpack

import numpy as np

from labs.rules.arrays import Bools, Ints, any_true
from labs.rules.base import Answer, Comparison, Level, State, Threshold
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


class More(TypedDict, total=False):
    """What may be said of any signal."""

    terms: Terms
    keeps: Bools | None
    pairs: Bools | None
    silences: tuple[Silence, ...]
    seen: Bools | None
    notes: Notes | None
    extras: Extras | None
    words: Words


class Silence(NamedTuple):
    """Assessments a rule does not judge, what it answers there, and why.

    runs_on  assessments that go on without a break with what began before are judged all the same
    """

    rows: Bools
    answer: Answer
    reason: str
    runs_on: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """How a signal is weighed; the defaults are those of progression: REVIEW at first, URGENT once confirmed.

    alone, both   level of a sure row by itself; level once confirmed (one for all rows, or one a row)
    weak_level    level of a weak row
    lapsed        level once the episode ended unconfirmed
    stands_as     the state of what would be confirmed, for rules that are not about progression
    """

    confirmed_by: Confirmation = NEXT_ASSESSMENT
    alone: Ints | Level = Level.REVIEW
    both: Ints | Level = Level.URGENT
    weak_level: Ints | Level = Level.REVIEW
    lapsed: Level = Level.INFO
    stands_as: State = State.CONFIRMED


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule adds to the sentences of its findings.

    sure, weak     said of a sure row, of a weak one (which the rule then weighed itself)
    weak_version   criteria version of a finding that is weak only
    sentence       the whole sentence, where the usual form does not fit; "" at a row where it does
    told           what was found and when, in place of "name value on day, bar"; the rest of the sentence follows it
    with_before    the result before the one told is evidence, too
    """

    sure: str = ""
    weak: str = ""
    weak_version: str = ""
    sentence: Callable[[Series, int], str] | None = None
    told: Callable[[int], str] | None = None
    with_before: bool = False


PROGRESSION = Terms()
PLAIN = Words()


@dataclass(frozen=True)
class Signal:
    """What a rule found in a series, row by row.

    sure, weak    rows that meet the criterion surely; rows that meet it only against an unconfirmed reference, only
                  within the bounds of a censored value, or only an older criterion. A weak row never confirms.
    against       the value compared with; None for a fixed bar. `early`: another, tried as an early warning only
    direction     "above" or "below" the reference, "bar" for a fixed bar
    keeps         rows that cannot end an episode (a value after transfusion does not clear a fall)
    pairs         rows that may confirm together with the row before them; None for all
    seen          patients looked at, where the series holds only some of them
    notes         what is missing at a row; extras: further comparisons made there; both asked for findings only
    """

    series: Series
    criterion: Criterion
    sure: Bools
    weak: Bools
    against: Reference | None
    direction: str
    terms: Terms = PROGRESSION
    early: Reference | None = None
    keeps: Bools | None = None
    pairs: Bools | None = None
    silences: tuple[Silence, ...] = ()
    seen: Bools | None = None
    notes: Notes | None = None
    extras: Extras | None = None
    words: Words = PLAIN

    @property
    def confirmation(self) -> Confirmation:
        """What confirms a row."""
        return self.terms.confirmed_by

    def judged(self) -> Bools:
        """Rows that no silence covers."""
        silent, paused = np.zeros(self.series.size, bool), np.zeros(self.series.size, bool)
        for silence in self.silences:
            if silence.runs_on:
                paused |= silence.rows
            else:
                silent |= silence.rows
        out = ~silent
        return out & (~paused | self._running_on(out, paused)) if any_true(paused) else out

    def _running_on(self, judged: Bools, paused: Bools) -> Bools:
        """Rows of a run of hits that began outside of the pause; what cannot end an episode does not end a run."""
        hits = self.sure | self.weak
        rows = (judged if self.keeps is None else judged & (hits | ~self.keeps)).nonzero()[0]
        hit, segment = hits[rows], self.series.segment[rows]
        begins = hit.copy()
        begins[1:] &= ~hit[:-1] | (segment[1:] != segment[:-1])
        began_before = np.append(False, ~paused[rows[begins]])
        running = np.zeros(judged.size, bool)
        running[rows] = hit & began_before[begins.cumsum()]
        return running


def rise(
    series: Series,
    criterion: Criterion,
    *,
    against: Reference,
    early: Reference | None = None,
    apart: Threshold | None = None,
    **more: Unpack[More],
) -> Signal:
    """A value that went up. Surely: its least possible value against the greatest possible reference.

    `early`: a reference tried as an early warning only, the lowest single value, say. With `apart` it counts only where
    it lies at least that share below a confirmed reference: else it is the same level, and no lone low value.
    """
    sure = criterion(series.low, against.high).met & against.confirmed
    weak = np.zeros(series.size, bool)
    if early is not None:
        warned = criterion(series.low, early.high).met & early.known
        if apart is not None:
            numerator, denominator = apart.share
            warned &= ~against.confirmed | ((against.high - early.high) * denominator >= against.high * numerator)
        weak |= warned
    if series.censored:
        weak |= criterion(series.high, against.low).met & against.known
    return Signal(series, criterion, sure, weak & ~sure, against, "above", early=early, **more)


def fall(
    series: Series, criterion: Criterion, *, against: Reference, early: Reference | None = None, **more: Unpack[More]
) -> Signal:
    """A value that went down. Surely: its greatest possible value against the least possible reference."""
    sure = criterion(series.high, against.low).met & against.confirmed
    weak = np.zeros(series.size, bool)
    if early is not None:
        weak |= criterion(series.high, early.low).met & early.known
    if series.censored:
        weak |= criterion(series.low, against.high).met & against.known
    return Signal(series, criterion, sure, weak & ~sure, against, "below", early=early, **more)


def weighed(
    series: Series,
    criterion: Criterion,
    *,
    sure: Bools,
    weak: Bools | None = None,
    against: Reference | None = None,
    direction: str = "bar",
    **more: Unpack[More],
) -> Signal:
    """Rows the rule itself weighed. `criterion` then only tells what was compared."""
    weak = np.zeros(series.size, bool) if weak is None else weak & ~sure
    return Signal(series, criterion, sure, weak, against, direction, **more)
