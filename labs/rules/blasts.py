"""How sure a share of blasts is: it depends on the cells counted."""

from __future__ import annotations

from math import sqrt

from labs.rules.series import Series

CELLS = 200  # what a laboratory usually counts
FEW = 10_000_000  # below 10 % (fixed point) the interval reaches down to the bar
Z = 1.959964


def wilson(share: float, cells: int) -> tuple[float, float]:
    """95 % interval of a share counted in so many cells. For display only: no bar is held against it."""
    centre = (share + Z * Z / (2 * cells)) / (1 + Z * Z / cells)
    half = Z * sqrt(share * (1 - share) / cells + Z * Z / (4 * cells * cells)) / (1 + Z * Z / cells)
    return centre - half, centre + half


def count_note(series: Series, row: int) -> list[str]:
    """Asked of a low share of blasts: the number of cells counted, with the interval at 200."""
    amount = int(series.low[row])
    if amount >= FEW or series.low[row] != series.high[row]:
        return []
    low, high = wilson(amount / 10**series.places / 100, CELLS)
    return [
        f"the number of cells counted (at {CELLS} cells the 95 % interval is {100 * low:.1f} to {100 * high:.1f} %)"
    ]
