"""The personal baseline of a blood count: what it rests on, shared by the rules on counts."""

from __future__ import annotations

from datetime import date

from labs.rules.arrays import Bools
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort
from labs.rules.confounders import under
from labs.rules.series import Reference, Series
from labs.rules.sources import VIGIL

ALL_DISEASES = frozenset({"MM", "AML", "ALL"})
SUPPORT = ("transfusion_red_cells", "esa", "g_csf")
EARLIEST = Threshold("10", "{results}", VIGIL, date(2026, 1, 1))


def baseline(cohort: Cohort, series: Series, change: Threshold, untouched_by: tuple[str, ...] = SUPPORT) -> Reference:
    """Three agreeing results among the earliest ten after remission that transfusion, ESA or G-CSF did not touch.

    They agree when the least is not beyond the reference change value (a percentage) below the greatest. The series is
    that of an analyte, and what was found of it is kept for the next rule.
    """
    name = ("baseline", series.code, change.share, untouched_by)
    return cohort.once(name, lambda: _baseline(cohort, series, change, untouched_by))


def _baseline(cohort: Cohort, series: Series, change: Threshold, untouched_by: tuple[str, ...]) -> Reference:
    since = series.day >= cohort.remission_days[series.patient]
    eligible: Bools = since & ~under(cohort, series, *untouched_by)
    numerator, denominator = change.share
    spread = (denominator - numerator, denominator)
    return series.agreeing_baseline(spread, int(EARLIEST.value), eligible)
