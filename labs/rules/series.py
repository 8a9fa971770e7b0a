"""The words rules are written in.

A `Series` holds one marker of every patient: an assessment a row, sorted by patient, comparability group and day. It is
cut into segments: one patient, one group, one line of therapy. Every word below works inside segments only, so no value
is ever compared across assays or across lines. A value is known between two bounds, `low` and `high`: equal for a plain
number; `<0.1` lies between 0 and 0.1, `>5` at 5 or above.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from labs.rules.arrays import (
    DAY_BITS,
    DAY_OFFSET,
    UNBOUNDED,
    AnyInts,
    Bools,
    Days,
    Ints,
    all_true,
    before,
    firsts_of_runs,
    last_of_runs,
    running_max,
    running_min,
    starts_of_runs,
)
from labs.rules.kept import kept
from labs.vocabulary.analytes import ANALYTES

if TYPE_CHECKING:
    from labs.rules.cohort import Cohort


class Reference(NamedTuple):
    """The value each assessment is compared with, from assessments strictly before it in its segment.

    known      there is one
    confirmed  it was reached on two consecutive assessments; else it is a single value
    how        in words, for the explanation: "lowest", "highest", "baseline"
    scale      the reference is held as this multiple of itself (a sum of three stands for their mean)
    behind     the rows it was taken from, where that cannot be told from the value
    """

    low: Ints
    high: Ints
    known: Bools
    confirmed: Bools
    how: str
    scale: int = 1
    behind: Callable[[int], list[int]] | None = None

    @property
    def averaged(self) -> bool:
        """Whether it is a mean, held as the sum of what it is the mean of."""
        return self.scale > 1


class _Columns(NamedTuple):
    cohort: Cohort
    code: str
    name: str
    unit: str
    places: int
    patient: AnyInts
    day: Days
    line: Ints
    low: Ints
    high: Ints
    first: Bools
    sources: tuple[Ints, ...]
    mixed: bool = False


class Series(_Columns):
    """One marker. `sources`: the assessments each row was made from (two for a difference), -1 where there is none.

    mixed  rows are of several analytes, each in its own unit

    A tuple, since rules make a hundred series of each patient; what is worked out of one is kept beside it.
    """

    # what a series is

    @property
    def value(self) -> Ints:
        """The value, or the least it can be."""
        return self.low

    @property
    def size(self) -> int:
        """Number of assessments."""
        return int(self.low.size)

    @kept
    def in_words(self) -> bool:
        """Whether its values are findings in words; their numbers are places on a scale."""
        return bool(ANALYTES[self.code].scale) if self.code in ANALYTES else False

    @property
    def censored(self) -> bool:
        """Whether any value is known only between bounds."""
        return self.low is not self.high

    @kept
    def segment(self) -> Ints:
        """Number of the segment of each row, from 0."""
        return self.first.cumsum() - 1

    @kept
    def second(self) -> Bools:
        """Second row of its segment."""
        out = np.zeros(self.size, bool)
        out[1:] = self.first[:-1] & ~self.first[1:]
        return out

    @kept
    def has_pair_before(self) -> Bools:
        """At least two earlier assessments in the segment."""
        return ~(self.first | self.second)

    @kept
    def latest(self) -> Ints:
        """The row of each patient's latest day, over all groups."""
        if not self.size:
            return np.zeros(0, np.int64)
        if self.patient[0] == self.patient[-1]:  # one patient's, as when a result arrives
            days = self.day[::-1]
            return np.array([self.size - 1 - days.argmax()])
        starts = starts_of_runs(self.patient)
        if np.count_nonzero(self.first[starts]) == np.count_nonzero(self.first):  # one segment a patient: its last row
            return last_of_runs(starts, self.size)
        keyed = (self.day + np.int64(DAY_OFFSET)) * self.size + np.arange(self.size)
        return np.maximum.reduceat(keyed, starts) % self.size

    @kept
    def owner(self) -> Ints:
        """The patient of each row, in the upper bits of a packed (patient, day)."""
        return self.patient.astype(np.int64) << DAY_BITS

    @kept
    def patient_days(self) -> Ints:
        """Patient and day of each row, packed."""
        return self.owner + (self.day + DAY_OFFSET)

    @kept
    def line_start(self) -> Ints:
        """First day of each row's line of therapy, in the lower bits of a packed (patient, day); 0 before any line."""
        keys = self.cohort.line_keys
        if not keys.size:
            return np.zeros(self.size, np.int64)
        index = keys.searchsorted(self.owner) + self.line - 1
        return np.where(self.line > 0, keys[np.maximum(index, 0)] - self.owner, 0)

    # values to compare with

    def lowest(self) -> Reference:
        """Lowest single value before each assessment."""
        return self._lowest

    @kept
    def _lowest(self) -> Reference:
        return self._so_far("lowest", running_min, self.low, self.high, ~self.first, confirmed=False)

    def highest(self, among: Bools | None = None) -> Reference:
        """Highest single value before each assessment; `among`: only these rows may make it."""
        kept = self._without(among)
        return _real(kept._so_far("highest", running_max, kept.low, kept.high, ~self.first, confirmed=False))

    def lowest_confirmed(self) -> Reference:
        """Lowest level reached on two consecutive assessments: the least, over pairs, of the greater of the two."""
        return self._lowest_confirmed

    @kept
    def _lowest_confirmed(self) -> Reference:
        ceiling = int(self.high.max(initial=0)) + 1
        low, high = self._pairs(np.maximum, ceiling)
        pairs = self._so_far("lowest", running_min, low, high, self.has_pair_before, confirmed=True)
        return _or_single(pairs, self.lowest())

    def highest_confirmed(self, among: Bools | None = None) -> Reference:
        """Highest level reached on two consecutive assessments: the greatest, over pairs, of the lesser of the two.

        `among`: only these rows may make it (a value after transfusion may not).
        """
        kept = self._without(among)
        low, high = kept._pairs(np.minimum, -1)
        pairs = kept._so_far("highest", running_max, low, high, self.has_pair_before, confirmed=True)
        return _or_single(_real(pairs), kept.highest())

    def lowest_within(self, days: int) -> Reference:
        """Lowest single value of the last so many calendar days before each assessment."""
        low, high = np.full(self.size, UNBOUNDED), np.full(self.size, UNBOUNDED)
        known = np.zeros(self.size, bool)
        for back in range(1, days + 1):  # one assessment a day: at most so many can lie within
            near = np.flatnonzero(
                (self.segment[back:] == self.segment[:-back]) & (self.day[back:] - self.day[:-back] <= days)
            )
            if not near.size:
                break
            low[near + back] = np.minimum(low[near + back], self.low[near])
            high[near + back] = np.minimum(high[near + back], self.high[near])
            known[near + back] = True
        return Reference(low, high, known, np.zeros(self.size, bool), f"lowest of the last {days} days")

    def agreeing_baseline(self, spread: tuple[int, int], earliest: int, among: Bools) -> Reference:
        """Personal baseline: three consecutive values within a spread of each other, among the earliest so many.

        Where several threes agree the highest counts, so that an unfinished recovery or a slow fall does not lower it.
        Held as the sum of the three (scale 3), which is exact. `spread` is the least share of the greatest. Only rows
        `among` may make it. With no three that agree: the highest single value, not confirmed.
        """
        some = self.only(among)
        sums, single = some._agreeing_sums(spread, earliest)
        last = among.cumsum() - among - 1  # the last row of `some` strictly before each row
        same = np.zeros(self.size, bool)
        if some.size:
            same = (last >= 0) & (self.segment[among][np.maximum(last, 0)] == self.segment)
            sums, single = sums[np.maximum(last, 0)], single[np.maximum(last, 0)]
        else:
            sums, single = np.full(self.size, -1), np.full(self.size, -1)
        confirmed = same & (sums >= 0)
        held = np.where(confirmed, sums, single * 3)
        return Reference(held, held, same, confirmed, "baseline", scale=3)

    def _agreeing_sums(self, spread: tuple[int, int], earliest: int) -> tuple[Ints, Ints]:
        """Up to each row: greatest sum of three agreeing values (-1: none yet), and greatest single value."""
        rows = np.arange(self.size)
        position = rows - np.maximum.accumulate(np.where(self.first, rows, 0))
        total, least, most = self.low.copy(), self.low.copy(), self.high.copy()
        for back in (1, 2):
            total[back:] += self.low[:-back]
            least[back:] = np.minimum(least[back:], self.low[:-back])
            most[back:] = np.maximum(most[back:], self.high[:-back])
        agree = (position >= 2) & (position < earliest) & (least * spread[1] >= most * spread[0])
        sums = running_max(np.where(agree, total, -1), self.segment)
        return sums, running_max(np.where(position < earliest, self.low, -1), self.segment)

    # neighbours

    def on_the_same_day(self, other: Series) -> Ints:
        """Row of another series of the same patient and day (any group); -1 where there is none."""
        if not (self.size and other.size):
            return np.full(self.size, -1, np.int64)
        keys, wanted = other.patient_days, self.patient_days
        order = keys.argsort(kind="stable")
        at = keys[order].searchsorted(wanted, side="right") - 1
        found = order[np.maximum(at, 0)]
        return np.where((at >= 0) & (keys[found] == wanted), found, -1)

    # cutting

    def only(self, keep: Bools) -> Series:
        """The rows kept, each still in its segment."""
        return self if all_true(keep) else self.only_rows(keep.nonzero()[0])

    def only_rows(self, rows: Ints) -> Series:
        """Rows by number, in their order."""
        low = self.low[rows]
        high = self.high[rows] if self.censored else low
        first = firsts_of_runs(self.segment[rows])
        sources = tuple(part[rows] for part in self.sources)
        named = (self.cohort, self.code, self.name, self.unit, self.places)  # `replace` takes twice as long
        times = (self.patient[rows], self.day[rows], self.line[rows])
        return Series(*named, *times, low, high, first, sources, self.mixed)

    def _without(self, among: Bools | None) -> Series:
        """Rows not among those that may make a highest value read -1."""
        if among is None or all_true(among):
            return self
        low = np.where(among, self.low, -1)
        return self._replace(low=low, high=np.where(among, self.high, -1) if self.censored else low)

    def _pairs(self, choose: Callable[[Ints, Ints], Ints], never: int) -> tuple[Ints, Ints]:
        low = choose(self.low, before(self.low))
        low[self.first] = never
        if not self.censored:
            return low, low
        high = choose(self.high, before(self.high))
        high[self.first] = never
        return low, high

    def _so_far(
        self, how: str, run: Callable[[Ints, Ints], Ints], low: Ints, high: Ints, known: Bools, *, confirmed: bool
    ) -> Reference:
        least = before(run(low, self.segment))
        most = least if high is low else before(run(high, self.segment))
        return Reference(least, most, known, known if confirmed else np.zeros(self.size, bool), how)


def _real(reference: Reference) -> Reference:
    """Without the rows left out of the search, which read -1."""
    there = reference.low >= 0
    return reference._replace(known=reference.known & there, confirmed=reference.confirmed & there)


def _or_single(pairs: Reference, single: Reference) -> Reference:
    """The confirmed value where there is one, else the single value."""
    low = np.where(pairs.known, pairs.low, single.low)
    high = low if pairs.high is pairs.low else np.where(pairs.known, pairs.high, single.high)
    return Reference(low, high, single.known, pairs.known, pairs.how)
