"""The words of the rules by the shortest numpy there is: one sort, then passes over plain arrays.

What is here is what any program must do to make the comparisons: collapse days, tell assays and lines of therapy apart,
keep `<0.1` between 0 and 0.1. What is not here: silences and their reasons, confounders, episodes, sentences, evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.everything import Everything
from labs.rules.confounders import WINDOWS

Array = NDArray[Any]
NEVER = np.int64(1) << 44
FAR = np.int64(1) << 40
DAYS = np.int64(1) << 20
EPOCH = date(1970, 1, 1)
ONE = 1_000_000


@dataclass(frozen=True, slots=True)
class Rows:
    """One marker, a row a day, by patient, assay and day; `first` of its segment (patient, assay, line of therapy)."""

    patient: Array
    day: Array
    low: Array
    high: Array
    line: Array
    first: Array
    key: Array

    @property
    def patient_day(self) -> Array:
        """Patient and day in one number."""
        return self.patient * DAYS + self.day


class Sorted:
    """All results in order, the latest of each day; and the facts of the patients as arrays."""

    def __init__(self, given: Everything) -> None:
        columns, self.patients = given.columns, given.patients
        self.codes = {code: place for place, code in enumerate(given.analytes)}
        day = columns.day.astype(np.int64)
        self.first_day, days = int(day.min()), int(day.max() - day.min()) + 1
        key = (columns.analyte.astype(np.int64) * len(self.patients) + columns.patient) * len(given.groups)
        key = (key + columns.group) * days + (day - self.first_day)
        order = np.argsort(key)
        key = key[order]
        again = np.diff(key, prepend=-1) == 0
        # Several results of one day: the latest, then the greater, counts.
        tied = np.flatnonzero(again | np.append(again[1:], False))
        rows = order[tied]
        order[tied] = rows[np.lexsort((columns.amount[rows], columns.rank[rows], columns.instant[rows], key[tied]))]
        last = np.flatnonzero(np.diff(key, append=-1))
        rows = order[last]
        self.key, self.series = key[last], key[last] // days
        self.patient, self.day = columns.patient[rows].astype(np.int64), day[rows]
        amount, comparator = columns.amount[rows], columns.comparator[rows]
        self.low = np.where((comparator == 1) | (comparator == 2), 0, amount)
        self.high = np.where(comparator >= 3, NEVER, amount)
        self.days, self.share = days, len(self.patients) * len(given.groups) * days
        self.edges = self.key.searchsorted(np.arange(len(self.codes) + 1) * self.share)
        self.line = self.lines.searchsorted(self.patient * DAYS + self.day, side="right")

    def rows(self, code: str) -> Rows:
        """One analyte."""
        own = slice(self.edges[self.codes[code]], self.edges[self.codes[code] + 1])
        first = (np.diff(self.series[own], prepend=-1) != 0) | (np.diff(self.line[own], prepend=-1) != 0)
        key = self.key[own] % self.share
        return Rows(self.patient[own], self.day[own], self.low[own], self.high[own], self.line[own], first, key)

    def pooled(self, *codes: str) -> Rows:
        """Several analytes whatever the assay: one row a day, the greatest value."""
        rows = joined([self.rows(code) for code in codes])
        return one_a_day(rows, rows.low)

    @cached_property
    def lines(self) -> Array:
        """Patient and first day of every line of therapy."""
        starts = [
            place * int(DAYS) + (day - EPOCH).days for place, one in enumerate(self.patients) for day in one.line_starts
        ]
        return np.array(sorted(starts), np.int64)

    @cached_property
    def disease(self) -> Array:
        """Disease of each patient."""
        return np.array([one.disease for one in self.patients])

    @cached_property
    def remission(self) -> Array:
        """First day of remission of each patient."""
        days = [-int(DAYS) if one.remission_on is None else (one.remission_on - EPOCH).days for one in self.patients]
        return np.array(days, np.int64)

    @cached_property
    def clone(self) -> Array:
        """1 for kappa, -1 for lambda."""
        return np.array([{"kappa": 1, "lambda": -1}.get(one.light_chain, 0) for one in self.patients], np.int64)

    def supported(self, rows: Rows, *kinds: str) -> Array:
        """Rows after an event that may have changed them."""
        spans = sorted(
            (place * int(DAYS) + (event.started_on - EPOCH).days, place * int(DAYS) + min(_last(event), int(DAYS) - 1))
            for place, one in enumerate(self.patients)
            for event in one.events
            if event.kind in kinds
        )
        if not spans:
            return np.zeros(rows.day.size, bool)
        starts, ends = np.array(spans, np.int64).T
        at = starts.searchsorted(rows.patient_day, side="right") - 1
        within: Array = (at >= 0) & (np.maximum.accumulate(ends)[at] >= rows.patient_day)
        return within

    def since_remission(self, rows: Rows) -> Array:
        """Rows on or after the day of remission."""
        since: Array = rows.day >= self.remission[rows.patient]
        return since


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows of several markers one after the other."""
    return Rows(*(np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__slots__))


Pass = Callable[[Sorted], tuple[Rows, Array]]
"""Rows, and which of them meet the comparisons of a rule."""


def _last(event: Any) -> int:
    last = min(event.last_day, date.max - timedelta(days=400))
    return (last - EPOCH).days + (WINDOWS[event.kind].days or 0)


def one_a_day(rows: Rows, preferred: Array) -> Rows:
    """One row a day of a patient, that with the greatest `preferred`; assays are not told apart."""
    order = np.lexsort((-preferred, rows.patient_day))
    taken = order[np.diff(rows.patient_day[order], prepend=-1) != 0]
    kept = Rows(*(getattr(rows, name)[taken] for name in Rows.__slots__))
    return replace(kept, first=(np.diff(kept.patient, prepend=-1) != 0) | (np.diff(kept.line, prepend=-1) != 0))


def lowest(values: Array, first: Array) -> Array:
    """Lowest earlier value of the segment; NEVER where there is none."""
    shift = np.cumsum(first) * FAR
    least = np.minimum.accumulate(np.minimum(values, FAR - 1) - shift) + shift
    return np.where(first, NEVER, _before(least))


def highest(values: Array, first: Array) -> Array:
    """Highest earlier value of the segment; -1 where there is none."""
    shift = np.cumsum(first) * FAR
    most = np.maximum.accumulate(np.minimum(values, FAR - 1) + shift) - shift
    return np.where(first, -1, _before(most))


def lowest_pair(values: Array, first: Array) -> Array:
    """Lowest level reached on two consecutive earlier rows; NEVER where there is none."""
    pair = np.where(first, FAR - 1, np.maximum(values, _before(values)))
    least = lowest(pair, first)
    return np.where(least >= FAR - 1, NEVER, least)


def highest_pair(values: Array, first: Array) -> Array:
    """Highest level reached on two consecutive earlier rows; -1 where there is none."""
    return highest(np.where(first, -1, np.minimum(values, _before(values))), first)


def on_the_day(rows: Rows, other: Rows) -> tuple[Array, Array]:
    """For each row: the place of the other marker's last row of that day, and whether there is one."""
    keys = np.sort(other.patient_day * (1 << 20) + np.arange(other.day.size))
    at = (keys >> 20).searchsorted(rows.patient_day, side="right") - 1
    found = keys[at] & ((1 << 20) - 1) if keys.size else at
    return found, (at >= 0) & (other.patient_day[found] == rows.patient_day) if keys.size else np.zeros(at.size, bool)


def twice(hit: Array, first: Array) -> Array:
    """Hits followed by a hit in the same segment."""
    both: Array = hit & np.append(hit[1:] & ~first[1:], False)
    return both


def by(least: float, percent: int) -> Callable[[Array, Array], Array]:
    """A rise of so much and so many percent."""
    return lambda value, base: (
        (value - base >= least * ONE) & ((value - base) * 100 >= base * percent) & (base < FAR - 1)
    )


def risen(rows: Rows, met: Callable[[Array, Array], Array]) -> Array:
    """Against the lowest confirmed value; against the lowest single one, or within bounds."""
    sure = met(rows.low, lowest_pair(rows.high, rows.first))
    weak = met(rows.low, lowest(rows.high, rows.first)) | met(rows.high, lowest(rows.low, rows.first))
    return twice(sure, rows.first) | sure | weak


def _before(values: Array) -> Array:
    return np.concatenate((values[:1], values[:-1]))
