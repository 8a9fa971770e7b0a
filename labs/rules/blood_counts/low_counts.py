"""What the rules on low counts share: the count of a day, and what confirms a low one."""

from __future__ import annotations

from labs.rules.arrays import Bools
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort
from labs.rules.markers import one_a_day, series_of
from labs.rules.series import Series
from labs.rules.signals import Confirmation

TWICE = Confirmation(2, words="on two consecutive assessments")


def lowest_of_day(cohort: Cohort, code: str) -> Series:
    """A count as one series, whatever the laboratory: for bars that are absolute. Of one day the lowest counts."""
    counts = series_of(cohort, code)
    return one_a_day(counts, (counts.high, counts.low))


def below_or_bound(series: Series, bar: Threshold) -> Bools:
    """Below a bar for certain, or printed as a bound at the bar: `<0.5` counts as below 0.5 when a level is given."""
    found: Bools = (series.high < bar.amount) | ((series.low < series.high) & (series.high == bar.amount))
    return found
