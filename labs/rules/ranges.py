"""The range each value is held against: the laboratory's own, else one typical for age and sex on the day.

For rules whose bar is a limit of the range, or a multiple of it. Where neither is known the rule cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from labs.rules.arrays import Bools, Ints, all_true
from labs.rules.base import Comparison, Threshold
from labs.rules.checks import Bar
from labs.rules.cohort import NO_LIMIT, Cohort, day_number
from labs.rules.series import Series
from labs.rules.wording import amount_text
from labs.vocabulary.fixed_point import to_amount
from labs.vocabulary.reference_ranges import FALLBACKS

End = Literal["lower", "upper"]
NO_RANGE = "the range: the laboratory printed none, and for the age and sex on record none is known"
UNBORN = 1 << 30  # a birth in the far future: no age


@dataclass(frozen=True, slots=True)
class Limit:
    """One end of the range of each row, in fixed point; 0 where it is not known. `own`: the laboratory's."""

    end: End
    amount: Ints
    known: Bools
    own: Bools

    def exceeded(self, value: Ints, times: Threshold | None = None) -> Bools:
        """Rows above the limit, or above a multiple of it."""
        numerator, denominator = _ratio(times)
        above: Bools = self.known & (value * denominator > self.amount * numerator)
        return above

    def undercut(self, value: Ints) -> Bools:
        """Rows below the limit."""
        below: Bools = self.known & (value < self.amount)
        return below

    def compared(self, series: Series, row: int, value: Ints, times: Threshold | None = None) -> list[Comparison]:
        """What was compared at one row, and whose limit it is; nothing where the limit is not known."""
        if not self.known[row]:
            return []
        upper, one = self.end == "upper", slice(row, row + 1)
        limit = Limit(self.end, self.amount[one], self.known[one], self.own[one])
        met = limit.exceeded(value[one], times)[0] if upper else limit.undercut(value[one])[0]
        whose = "the laboratory's" if self.own[row] else "typical for age and sex"
        bar = amount_text(int(self.amount[row]), series.places, series.unit)
        factor = f"{times.value} × " if times else ""
        found = amount_text(int(value[row]), series.places, series.unit)
        needed = f"{'above' if upper else 'below'} {factor}the {self.end} limit {bar} ({whose})"
        return [Comparison(f"{series.name.lower()} against the range", found, needed, bool(met))]


class ByRow(Bar):
    """Stands for a criterion that is told row by row: it is never met itself, and says nothing."""

    def comparisons(self, row: int, on: str = "") -> list[Comparison]:
        """Nothing."""
        return []


def by_row(value: Ints, bar: Threshold) -> ByRow:
    """A criterion whose bar differs from result to result, or is none: what is compared is told row by row."""
    return ByRow("", value, "", bar, np.zeros(value.size, bool))


def upper_limit(series: Series, code: str) -> Limit:
    """The upper end, for a series made of results of one analyte."""
    return _limit(series, code, "upper")


def lower_limit(series: Series, code: str) -> Limit:
    """The lower end."""
    return _limit(series, code, "lower")


def _limit(series: Series, code: str, end: End) -> Limit:
    columns = series.cohort.columns
    rows = series.cohort.assessments.rows[series.sources[0]]
    printed: Ints = (columns.upper if end == "upper" else columns.lower)[rows]
    own = (printed != NO_LIMIT) & (printed > 0)
    amount = printed if all_true(own) else np.where(own, printed, _fallback(series, code, end))
    return Limit(end, amount, amount > 0, own)


def _fallback(series: Series, code: str, end: End) -> Ints:
    """The typical limit for age in days and sex; 0 where there is none."""
    births = series.cohort.worked_out(_births)
    age = series.day - births[series.patient]
    amount = np.zeros(series.size, np.int64)
    for one in FALLBACKS.get(code, ()):
        fits = (age >= one.from_days) & (age < one.below_days)
        if one.sex:
            fits &= series.cohort.worked_out(_of_sex, one.sex)[series.patient]
        amount[fits] = to_amount(one.high if end == "upper" else one.low, series.places)
    return amount


def _births(cohort: Cohort) -> Ints:
    births = [UNBORN if one.birth_date is None else day_number(one.birth_date) for one in cohort.patients]
    return np.array(births, np.int64)


def _of_sex(cohort: Cohort, sex: str) -> Bools:
    return cohort.which(lambda one: one.sex == sex)


def _ratio(times: Threshold | None) -> tuple[int, int]:
    return times.ratio if times else (1, 1)
