"""The latest results of a series, some time apart: what a trend is tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labs.rules.arrays import DAY_BITS, DAY_OFFSET, Bools, Ints
from labs.rules.base import Threshold
from labs.rules.series import Series


@dataclass(frozen=True, slots=True)
class Windows:
    """For each row of a series: the rows tested with it, the latest first, -1 where there are no more.

    enough  they are as many, and span as many days, as a trend needs
    """

    rows: Ints
    enough: Bools

    def of(self, row: int) -> list[int]:
        """Rows tested with one, itself the last, in order of time."""
        return sorted(at for at in self.rows[row].tolist() if at >= 0)

    def before(self, row: int) -> list[int]:
        """Rows tested with one, without itself."""
        return self.of(row)[:-1]

    def first(self) -> Ints:
        """The earliest row tested with each; row 0 where there is none."""
        last = np.maximum((self.rows >= 0).sum(axis=1) - 1, 0)
        earliest: Ints = self.rows[np.arange(last.size), last]
        return np.maximum(earliest, 0)


def spaced(
    series: Series, fit: Bools, *, apart: Threshold, least: Threshold, most: Threshold, span: Threshold
) -> Windows:
    """Going back from each fit row since the remission: the next one at least so many days before, in its segment."""
    width = int(most.value)
    chosen = (fit & (series.day >= series.cohort.remission_days[series.patient])).nonzero()[0]
    rows, enough = np.full((series.size, width), -1), np.zeros(series.size, bool)
    if not chosen.size:
        return Windows(rows, enough)
    day = series.day[chosen].astype(np.int64)
    tested = _chains(series.segment[chosen], day, int(apart.value), width)
    number = (tested >= 0).sum(axis=1)
    rows[chosen] = np.where(tested >= 0, chosen[tested], -1)
    days = day - day[tested[np.arange(chosen.size), number - 1]]
    enough[chosen] = (number >= int(least.value)) & (days >= int(span.value))
    return Windows(rows, enough)


def _chains(segment: Ints, day: Ints, apart: int, width: int) -> Ints:
    """Places of each row and of those before it, at least so many days apart; -1 where the segment ends."""
    keys = (segment << DAY_BITS) + day + DAY_OFFSET
    back = keys.searchsorted(keys - apart, side="right") - 1
    back = np.where((back >= 0) & (segment[np.maximum(back, 0)] == segment), back, -1)
    chain = [np.arange(day.size)]
    for _ in range(width - 1):
        chain.append(np.where(chain[-1] >= 0, back[chain[-1]], -1))
    return np.stack(chain, axis=1)
