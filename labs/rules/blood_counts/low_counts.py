"""What the rules on counts share: the count of a day, what confirms it, and which days have low counts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from labs.rules.arrays import UNBOUNDED, Bools, Ints, distinct, one_of
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort
from labs.rules.markers import lowest_of_day, pooled, series_of
from labs.rules.ranges import upper_limit
from labs.rules.series import Series
from labs.rules.signals import Confirmation

BLASTS = ("blasts_blood_percent", "blasts_blood_count")
TWICE = Confirmation(2, words="on two consecutive assessments")


def low_days(cohort: Cohort, bars: Mapping[str, Threshold]) -> Ints:
    """Packed (patient, day) of every day on which any count surely lay below its bar, sorted."""
    counts = [(lowest_of_day(cohort, code), bar) for code, bar in bars.items()]
    return distinct(np.concatenate([one.patient_days[one.high < bar.amount] for one, bar in counts]))


def high_days(cohort: Cohort, code: str, times: Threshold) -> Ints:
    """Packed (patient, day) of every day on which an analyte surely exceeded a multiple of its upper limit, sorted."""
    series = series_of(cohort, code)
    return distinct(series.patient_days[upper_limit(series, code).exceeded(series.low, times)])


def blasts_of_day(series: Series) -> Bools:
    """Rows on whose day blasts were surely seen in blood."""
    blasts = pooled(series.cohort, *BLASTS)
    at = series.on_the_same_day(blasts)
    if not blasts.size:
        return np.zeros(series.size, bool)
    seen: Bools = (at >= 0) & ((blasts.low > 0) | (blasts.high >= UNBOUNDED))[at]
    return seen


def told_days(cohort: Cohort, symptom: str) -> Ints:
    """Packed (patient, day) of every day on which a patient told a symptom, sorted."""
    s = series_of(cohort, "symptom")
    kinds = [place for place, group in enumerate(cohort.groups) if group[0] == symptom]
    told = one_of(cohort.columns.group[cohort.assessments.rows[s.sources[0]]], kinds) & (s.low > 0)
    return distinct(s.patient_days[told])


def within_days(series: Series, days: Ints, back: int) -> Bools:
    """Rows that lie on one of these packed days, or at most so many days after one."""
    if not days.size:
        return np.zeros(series.size, bool)
    at = days.searchsorted(series.patient_days, side="right") - 1
    near: Bools = (at >= 0) & (days[np.maximum(at, 0)] >= series.patient_days - back)
    return near


def below_or_bound(series: Series, bar: Threshold) -> Bools:
    """Below a bar for certain, or printed as a bound at the bar: `<0.5` counts as below 0.5 when a level is given."""
    found: Bools = (series.high < bar.amount) | ((series.low < series.high) & (series.high == bar.amount))
    return found
