"""How sure a low share of blasts in marrow is: it depends on the cells counted."""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Bools
from labs.rules.base import Comparison, Threshold
from labs.rules.columns import COMPARATORS
from labs.rules.evidence import interval_text
from labs.rules.series import Series
from labs.rules.sources import VIGIL
from labs.rules.wording import amount_text
from labs.vocabulary.binomial import wilson

CELLS = 200  # what a laboratory usually counts
FEW = 10_000_000  # below 10 % (fixed point) the interval reaches down to the bar
NEAR = Threshold("3", "%", VIGIL, date(2026, 1, 1))
REPEAT_UP_TO = Threshold("7", "%", VIGIL, date(2026, 1, 1))
REPEAT = "a repeat marrow in 1 to 2 weeks: a share of 3 to 7 % may be chance in counting, or regeneration"


def never_reaches(series: Series, bar: Threshold) -> Bools:
    """Rows printed as below exactly the bar: `<5 %` is no possible 5 %."""
    cohort = series.cohort
    comparator = cohort.columns.comparator[cohort.assessments.rows[series.sources[0]]]
    out: Bools = (comparator == COMPARATORS["<"]) & (series.high == bar.amount)
    return out


def cells_of(series: Series, row: int) -> int | None:
    """How many cells the share of a row was counted in, where the laboratory said so."""
    cohort = series.cohort
    return cohort.note_of(int(cohort.assessments.rows[int(series.sources[0][row])])).cells_counted


def interval_of(series: Series, row: int, bar: Threshold) -> list[Comparison]:
    """The interval of a low share against the bar, where the number of cells is known."""
    cells, share = cells_of(series, row), _low_share(series, row)
    if cells is None or share is None:
        return []
    low, high = wilson(share * cells, cells) or (0.0, 1.0)
    counted = f"95 % interval of {amount_text(int(series.low[row]), series.places, series.unit)} in {cells} cells"
    words = f"{100 * low:.1f} to {100 * high:.1f} %"
    needed = f"at least {bar.value} % throughout"
    return [Comparison(counted, words, needed, 100 * low >= float(bar.value))]


def near_of(series: Series, row: int, bar: Threshold) -> list[Comparison]:
    """The bar from which a repeat is asked for, of a share below the bar of relapse."""
    if series.low[row] >= bar.amount:
        return []
    found = interval_text(int(series.low[row]), int(series.high[row]), series)
    met = bool(series.low[row] >= NEAR.amount)
    return [Comparison("blasts in marrow", found, f"at least {NEAR.value} %, from where a repeat is asked for", met)]


def count_note(series: Series, row: int) -> list[str]:
    """Asked of a low share of blasts: the number of cells counted, with the interval at 200; and a repeat marrow."""
    share = _low_share(series, row)
    if share is None:
        return []
    asked = [REPEAT] if NEAR.amount <= int(series.low[row]) <= REPEAT_UP_TO.amount else []
    if cells_of(series, row) is not None:
        return asked
    low, high = wilson(share * CELLS, CELLS) or (0.0, 1.0)
    interval = f"at {CELLS} cells the 95 % interval is {100 * low:.1f} to {100 * high:.1f} %"
    return [f"the number of cells counted ({interval})", *asked]


def _low_share(series: Series, row: int) -> float | None:
    """The share where it is an exact number so low that counting decides; else None."""
    amount = int(series.low[row])
    if amount >= FEW or series.low[row] != series.high[row]:
        return None
    return float(amount) / float(10**series.places) / 100
