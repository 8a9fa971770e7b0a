"""What the rules on low counts share: the count of a day, and what confirms a low one."""

from __future__ import annotations

from labs.rules.cohort import Cohort
from labs.rules.markers import one_a_day, series_of
from labs.rules.series import Series
from labs.rules.signals import Confirmation

TWICE = Confirmation(2, words="on two consecutive assessments")


def lowest_of_day(cohort: Cohort, code: str) -> Series:
    """A count as one series, whatever the laboratory: for bars that are absolute. Of one day the lowest counts."""
    counts = series_of(cohort, code)
    return one_a_day(counts, (counts.high, counts.low))
