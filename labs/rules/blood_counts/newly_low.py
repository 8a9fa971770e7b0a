"""Lines of blood cells that are low and were not before: how many on each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from labs.rules.arrays import Bools, Ints, before, running_max
from labs.rules.base import Comparison, Threshold
from labs.rules.checks import below
from labs.rules.cohort import Cohort
from labs.rules.confounders import under
from labs.rules.markers import concatenated, lowest_of_day, one_a_day
from labs.rules.series import Series


@dataclass(frozen=True, slots=True)
class CellLine:
    """One line of blood cells on the days of the series: where measured, and whether low and new."""

    bar: Threshold
    counts: Series
    at: Ints
    surely: Bools
    possibly: Bools
    unknown: Bools

    def compared(self, row: int) -> list[Comparison]:
        """The count against its bar, where it was measured."""
        if self.at[row] < 0:
            return []
        known = " (new)" if self.possibly[row] else ""
        one = slice(self.at[row], self.at[row] + 1)
        value = self.counts.high if self.surely[row] or not self.possibly[row] else self.counts.low
        checked = below(f"{self.counts.name.lower()}{known}", value[one], self.bar)
        return checked.comparisons(0)


def newly_low(
    cohort: Cohort, bars: Mapping[str, Threshold], lifted_by: Mapping[str, tuple[str, ...]]
) -> tuple[Series, list[CellLine]]:
    """The number of newly low lines, a row a day on which any was measured; and each line."""
    counts = [lowest_of_day(cohort, code) for code in bars]
    joined = concatenated(counts[0], counts)
    days = one_a_day(joined, (np.zeros(joined.size, np.int64),))
    lines = [
        _line(cohort, days, bars[code], lifted_by[code], series) for code, series in zip(bars, counts, strict=True)
    ]
    return days._replace(
        name="newly low cell lines",
        unit="{count}",
        places=0,
        low=sum((line.surely.astype(np.int64) for line in lines), np.zeros(days.size, np.int64)),
        high=sum((line.possibly.astype(np.int64) for line in lines), np.zeros(days.size, np.int64)),
        sources=tuple(np.where(line.at >= 0, _looked_up(line.at, line.counts.sources[0]), -1) for line in lines),
    ), lines


def _line(cohort: Cohort, days: Series, bar: Threshold, lifted_by: tuple[str, ...], counts: Series) -> CellLine:
    telling = (counts.day >= cohort.remission_days[counts.patient]) & ~under(cohort, counts, *lifted_by)
    was_well = _earlier(counts, telling & (counts.low >= bar.amount))
    known = _earlier(counts, telling)
    at = days.on_the_same_day(counts)
    there = at >= 0
    return CellLine(
        bar,
        counts,
        at,
        surely=there & _looked_up(at, was_well & (counts.high < bar.amount)),
        possibly=there & _looked_up(at, was_well & (counts.low < bar.amount)),
        unknown=there & _looked_up(at, ~known & (counts.low < bar.amount)),
    )


def _earlier(series: Series, rows: Bools) -> Bools:
    """Whether any earlier row of the segment is among those."""
    found: Bools = ~series.first & (before(running_max(rows.astype(np.int64), series.segment)) > 0)
    return found


def _looked_up(at: Ints, of: Any) -> Any:
    """Rows of another series; its last row, or zeros, where there is none."""
    return of[at] if of.size else np.zeros(at.size, of.dtype)
