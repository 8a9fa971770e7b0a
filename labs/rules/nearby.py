"""What was found in the same patient some days before or after, in another series."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.series import Series


def greatest_near(series: Series, other: Series, rows: Iterable[int], before: int, after: int) -> dict[int, int]:
    """For each of these rows the row of `other` with the greatest value from so many days before to so many after.

    Rows without one are left out. Of equal values the earliest counts. Few rows are asked, one by one.
    """
    if not other.size:
        return {}
    order = other.patient_days.argsort(kind="stable")
    keys = other.patient_days[order]
    mine = series.patient_days
    out: dict[int, int] = {}
    for row in rows:
        first = int(keys.searchsorted(mine[row] - before))
        end = int(keys.searchsorted(mine[row] + after, side="right"))
        near: Ints = order[first:end]
        if near.size:
            out[row] = int(near[int(np.argmax(other.low[near]))])
    return out
