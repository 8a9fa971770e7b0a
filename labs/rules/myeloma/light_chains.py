"""Free light chains as pairs: kappa and lambda of one day, one laboratory and one method."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from labs.rules.arrays import UNBOUNDED, Bools, Ints
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort
from labs.rules.markers import series_of
from labs.rules.series import Series
from labs.rules.sources import DISPENZIERI_2009

NORMAL_RATIO_LOW = Threshold("0.26", "{ratio}", DISPENZIERI_2009, date(2009, 2, 1))
NORMAL_RATIO_HIGH = Threshold("1.65", "{ratio}", DISPENZIERI_2009, date(2009, 2, 1))
CLONES = {"kappa": 1, "lambda": -1}


@dataclass(frozen=True, slots=True)
class Pairs:
    """Each kappa and its lambda, of the same day and group, row by row."""

    kappa: Series
    lambda_: Series


def pairs(cohort: Cohort) -> Pairs:
    """Every kappa with its lambda."""
    return cohort.worked_out(_pairs)


def _pairs(cohort: Cohort) -> Pairs:
    kappa, lambda_ = series_of(cohort, "flc_kappa"), series_of(cohort, "flc_lambda")
    of_kappa, of_lambda = _same(_without_analyte(cohort, kappa), _without_analyte(cohort, lambda_))
    return Pairs(kappa.only_rows(of_kappa), lambda_.only_rows(of_lambda))


def flc_difference(cohort: Cohort) -> Series:
    """dFLC: the involved light chain less the other, never below 0; it reads 0 where the clone is not known."""
    return cohort.worked_out(_flc_difference)


def _flc_difference(cohort: Cohort) -> Series:
    p = pairs(cohort)
    kappa, lambda_ = p.kappa, p.lambda_
    sign = clones(cohort)[kappa.patient]
    low = _between(sign, _less(kappa.low, lambda_.high), _less(lambda_.low, kappa.high))
    exact = not (kappa.censored or lambda_.censored)
    high = low if exact else _between(sign, _less(kappa.high, lambda_.low), _less(lambda_.high, kappa.low))
    return kappa._replace(
        code="flc_difference",
        name="dFLC (involved less uninvolved free light chain)",
        low=low,
        high=high,
        sources=(*kappa.sources, *lambda_.sources),
    )


def involved_flc_measurable(cohort: Cohort, bar: Threshold) -> Bools:
    """Rows of `flc_difference` with the involved chain at the bar and an abnormal ratio."""
    p = pairs(cohort)
    kappa, lambda_ = p.kappa.low, p.lambda_.low
    sign = clones(cohort)[p.kappa.patient]
    scale = 10**NORMAL_RATIO_LOW.places
    outside = (kappa * scale < lambda_ * NORMAL_RATIO_LOW.amount) | (kappa * scale > lambda_ * NORMAL_RATIO_HIGH.amount)
    involved = _between(sign, kappa, lambda_)
    measurable: Bools = (involved >= bar.amount) & outside
    return measurable


def involved_flc(cohort: Cohort) -> Series:
    """The free light chain of the clone, in the rows of `flc_difference`; it reads 0 where the clone is not known."""
    return cohort.once("flc_involved", lambda: _involved_flc(cohort))


def _involved_flc(cohort: Cohort) -> Series:
    p = pairs(cohort)
    kappa, lambda_ = p.kappa, p.lambda_
    sign = clones(cohort)[kappa.patient]
    low = _between(sign, kappa.low, lambda_.low)
    exact = not (kappa.censored or lambda_.censored)
    return kappa._replace(
        code="flc_involved",
        name="Involved free light chain",
        low=low,
        high=low if exact else _between(sign, kappa.high, lambda_.high),
        sources=(*kappa.sources, *lambda_.sources),
    )


def abnormal_ratio(cohort: Cohort) -> tuple[Bools, Bools]:
    """Rows of `flc_difference` whose ratio lies outside the normal range: surely, and possibly, within bounds."""
    p = pairs(cohort)
    kappa, lambda_ = p.kappa, p.lambda_
    surely = _ratio_above(kappa.low, lambda_.high) | _ratio_below(kappa.high, lambda_.low)
    possibly = _ratio_above(kappa.high, lambda_.low) | _ratio_below(kappa.low, lambda_.high)
    return surely, possibly


def _ratio_above(kappa: Ints, lambda_: Ints) -> Bools:
    numerator, denominator = NORMAL_RATIO_HIGH.ratio
    above: Bools = kappa * denominator > lambda_ * numerator
    return above


def _ratio_below(kappa: Ints, lambda_: Ints) -> Bools:
    numerator, denominator = NORMAL_RATIO_LOW.ratio
    below: Bools = kappa * denominator < lambda_ * numerator
    return below


def clones(cohort: Cohort) -> Ints:
    """Of each patient: 1 for a kappa clone, -1 for lambda, 0 where it is not recorded."""
    return cohort.worked_out(_clones)


def _clones(cohort: Cohort) -> Ints:
    return np.array([CLONES.get(facts.light_chain, 0) for facts in cohort.patients], np.int64)


def _same(ours: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """Places of the keys both have; each side is sorted and holds a key once."""
    if not theirs.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    at = np.minimum(theirs.searchsorted(ours), theirs.size - 1)
    found = (theirs[at] == ours).nonzero()[0]
    return found, at[found]


def _between(sign: Ints, for_kappa: Ints, for_lambda: Ints) -> Ints:
    return np.where(sign > 0, for_kappa, np.where(sign < 0, for_lambda, 0))


def _less(minuend: Ints, subtrahend: Ints) -> Ints:
    """A difference between bounds, never below 0 and never above every amount."""
    difference: Ints = np.minimum(np.maximum(minuend - subtrahend, 0), UNBOUNDED)
    return difference


def _without_analyte(cohort: Cohort, series: Series) -> Ints:
    """Packed patient, group and day of each row."""
    keys: Ints = cohort.assessments.keys[series.sources[0]] % cohort.assessments.stride
    return keys
