"""From results to assessments: one calendar day in one comparability group is one assessment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from labs.rules.arrays import AnyInts, Bools, Ints, in_order, last_of_runs
from labs.rules.kept import kept

if TYPE_CHECKING:
    from labs.rules.columns import Columns


@dataclass(frozen=True)
class Assessments:
    """Rows of results put in order and collapsed by day.

    order          rows of the columns, by analyte, patient, group, day, instant, accession
    starts         where in `order` each assessment begins
    rows           the row that counts for each assessment: the latest of its day
    keys           analyte, patient, group and day of each assessment, packed
    days           size of the packed day: keys // days tells the series
    stride         size of one analyte's share of the keys
    contradictory  days with values that differ
    """

    order: Ints
    starts: Ints
    rows: Ints
    keys: Ints
    days: int
    stride: int
    contradictory: Bools

    @kept
    def _edges(self) -> list[int]:
        if not self.keys.size:
            return [0]
        analytes = int(self.keys[-1]) // self.stride + 1
        edges: list[int] = self.keys.searchsorted(np.arange(analytes + 1) * self.stride).tolist()
        return edges

    @kept
    def some(self) -> frozenset[int]:
        """The analytes of which there is any."""
        edges = self._edges
        return frozenset(place for place, (first, end) in enumerate(pairwise(edges)) if end > first)

    def bounds(self, analyte: int) -> tuple[int, int]:
        """First and end of an analyte's assessments."""
        edges = self._edges
        return (edges[analyte], edges[analyte + 1]) if analyte + 1 < len(edges) else (0, 0)

    def rows_of_day(self, assessment: int) -> Ints:
        """Every row of the day an assessment stands for, in order."""
        first, end = self._span(assessment)
        return self.order[first:end]

    def are_alone(self, assessments: Ints) -> Bools:
        """Whether one row is all of its day, of each."""
        return self._alone[assessments]

    @kept
    def _alone(self) -> Bools:
        alone: Bools = last_of_runs(self.starts, self.order.size) == self.starts
        return alone

    def _span(self, assessment: int) -> tuple[int, int]:
        starts = self.starts
        end = starts.item(assessment + 1) if assessment + 1 < starts.size else self.order.size
        return starts.item(assessment), end


def assess(columns: Columns, group: AnyInts | None = None) -> Assessments:
    """Sort once by a packed key, then collapse days. `group`: whose series each row belongs to, where not its own.

    Of one day the later instant counts; an unknown instant comes before a known one; at equal instants the greater
    accession, then the greater value. So the order of arrival never matters.
    """
    keys, days, stride = _packed(columns, columns.group if group is None else group)
    if not keys.size:
        nothing = np.zeros(0, np.int64)
        return Assessments(nothing, nothing, nothing, nothing, days, stride, np.zeros(0, bool))
    order = np.arange(keys.size) if bool((keys[1:] >= keys[:-1]).all()) else in_order(keys)
    keys = keys[order]
    repeated = keys[1:] == keys[:-1]
    if not repeated.any():
        return Assessments(order, np.arange(order.size), order, keys, days, stride, np.zeros(order.size, bool))
    _settle_ties(order, keys, repeated, columns)
    starts = np.flatnonzero(np.concatenate(([True], ~repeated)))
    last = last_of_runs(starts, order.size)
    differs = np.zeros(order.size, bool)
    differs[1:] = repeated & _differ(columns, order)
    contradictory = np.logical_or.reduceat(differs, starts)
    return Assessments(order, starts, order[last], keys[last], days, stride, contradictory)


def _packed(columns: Columns, group: AnyInts) -> tuple[Ints, int, int]:
    """One sortable number for analyte, patient, group and day; the size of its day; the size of an analyte's share."""
    if not columns.patient.size:
        return np.zeros(0, np.int64), 1, 1
    first = int(columns.day.min())
    days = int(columns.day.max()) - first + 1
    groups = int(group.max()) + 1
    stride = (int(columns.patient.max()) + 1) * groups * days
    if (int(columns.analyte.max()) + 1) * stride >= 1 << 63:
        raise OverflowError("the cohort is too large for one packed key; evaluate it in parts")
    keys = columns.analyte.astype(np.int64) * (stride // (groups * days)) + columns.patient
    keys *= groups
    keys += group
    keys *= days
    keys += columns.day
    keys -= first
    return keys, days, stride


def _settle_ties(order: Ints, keys: Ints, repeated: Bools, columns: Columns) -> None:
    """Put the rows of each repeated day in their order, in place."""
    tied = np.zeros(order.size, bool)
    tied[1:] = repeated
    tied[:-1] |= repeated
    rows = order[tied]
    c = columns
    by = np.lexsort((c.result[rows], c.comparator[rows], c.amount[rows], c.rank[rows], c.instant[rows], keys[tied]))
    order[tied] = rows[by]


def _differ(columns: Columns, order: Ints) -> Bools:
    """Whether each row's value differs from the one before it."""
    amount, comparator = columns.amount[order], columns.comparator[order]
    differ: Bools = (amount[1:] != amount[:-1]) | (comparator[1:] != comparator[:-1])
    return differ
