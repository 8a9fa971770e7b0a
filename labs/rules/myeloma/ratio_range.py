"""The range that the ratio of free light chains (kappa/lambda) is held against: it widens as the kidneys fail.

The laboratory's own range counts first, unless it is the standard one, which is printed whatever the kidneys do. Then
the band of the eGFR decides: a result of the last 30 days, else CKD-EPI 2021 from creatinine. No range is
validated on dialysis.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

import numpy as np

from labs.rules.arrays import UNBOUNDED, Bools, Ints, before
from labs.rules.base import Threshold
from labs.rules.cohort import NO_LIMIT, Cohort, to_date
from labs.rules.confounders import under
from labs.rules.markers import series_of
from labs.rules.myeloma.bands import by_day
from labs.rules.myeloma.light_chains import NORMAL_RATIO_HIGH, NORMAL_RATIO_LOW, pairs
from labs.rules.series import Series
from labs.rules.sources import FLC_BY_KIDNEY, FREELITE_RANGES, VIGIL
from labs.rules.wording import amount_text, day_text, number_text
from labs.vocabulary.fixed_point import PLACES
from labs.vocabulary.kidney import egfr_ckd_epi_2021

SINCE = date(2026, 1, 1)
MILLILITRES = "mL/min/{1.73_m2}"
STAGES = tuple(Threshold(value, MILLILITRES, FLC_BY_KIDNEY, SINCE) for value in ("60", "45", "30"))
LOWS = tuple(Threshold(value, "{ratio}", FLC_BY_KIDNEY, SINCE) for value in ("0.46", "0.48", "0.54"))
HIGHS = tuple(Threshold(value, "{ratio}", FLC_BY_KIDNEY, SINCE) for value in ("2.62", "3.38", "3.30"))
RECENT = Threshold("30", "d", VIGIL, SINCE)
KAPPA_RANGE = (Threshold("3.3", "mg/L", FREELITE_RANGES, SINCE), Threshold("19.4", "mg/L", FREELITE_RANGES, SINCE))
LAMBDA_RANGE = (Threshold("5.7", "mg/L", FREELITE_RANGES, SINCE), Threshold("26.3", "mg/L", FREELITE_RANGES, SINCE))
ALL = (*STAGES, *LOWS, *HIGHS, RECENT, *KAPPA_RANGE, *LAMBDA_RANGE, NORMAL_RATIO_LOW, NORMAL_RATIO_HIGH)
LOW_BARS = np.array([NORMAL_RATIO_LOW.amount, *(bar.amount for bar in LOWS)], np.int64)
HIGH_BARS = np.array([NORMAL_RATIO_HIGH.amount, *(bar.amount for bar in HIGHS)], np.int64)
MOST = 4 * 10**11  # above every amount of a light chain, and small enough to multiply
MOST_RATIO = 10**7
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Ranges:
    """For each pair of light chains, in fixed point.

    low, high   the range of the ratio; `own`: it is the laboratory's
    egfr        UNKNOWN where none is on record, or none is needed; `stage`: 0 from 60 on or unknown, 1 to 3 below
    dialysis    no range is validated
    upper_kappa ... lower_lambda  the limits of each light chain
    """

    low: Ints
    high: Ints
    own: Bools
    egfr: Ints
    stage: Ints
    dialysis: Bools
    upper_kappa: Ints
    upper_lambda: Ints
    lower_kappa: Ints
    lower_lambda: Ints


def ranges(cohort: Cohort) -> Ranges:
    """The range of every pair, in the rows of `flc_difference`."""
    return cohort.worked_out(_ranges)


def _ranges(cohort: Cohort) -> Ranges:
    p = pairs(cohort)
    kappa, lambda_ = p.kappa, p.lambda_
    egfr = _filtration(cohort, kappa, _may_matter(kappa, lambda_))
    stage = np.zeros(kappa.size, np.int64)
    for bar in STAGES:
        stage += (egfr != UNKNOWN) & (egfr < bar.amount)
    printed_low, printed_high = _printed(cohort, kappa)
    standard = (printed_low == NORMAL_RATIO_LOW.amount) & (printed_high == NORMAL_RATIO_HIGH.amount)
    own = (printed_low != NO_LIMIT) & (printed_high != NO_LIMIT) & ~standard
    return Ranges(
        np.minimum(np.where(own, printed_low, LOW_BARS[stage]), MOST_RATIO),
        np.minimum(np.where(own, printed_high, HIGH_BARS[stage]), MOST_RATIO),
        own,
        egfr,
        stage,
        under(cohort, kappa, "dialysis"),
        _limit(cohort, kappa, KAPPA_RANGE[1], upper=True),
        _limit(cohort, lambda_, LAMBDA_RANGE[1], upper=True),
        _limit(cohort, kappa, KAPPA_RANGE[0], upper=False),
        _limit(cohort, lambda_, LAMBDA_RANGE[0], upper=False),
    )


def beyond(kappa: Series, lambda_: Series, low: Ints, high: Ints, clone: Ints) -> tuple[Bools, Bools]:
    """Ratios outside a range on the side of the clone: surely, and possibly within bounds."""
    scale = 10**PLACES
    k_low, k_high = np.minimum(kappa.low, MOST) * scale, np.minimum(kappa.high, MOST) * scale
    l_low, l_high = np.minimum(lambda_.low, MOST), np.minimum(lambda_.high, MOST)
    k_open, l_open = kappa.high >= UNBOUNDED, lambda_.high >= UNBOUNDED
    above_surely = (k_low > l_high * high) & ~l_open
    above_possibly = (k_high > l_low * high) | k_open
    below_surely = (k_high < l_low * low) & ~k_open
    below_possibly = (k_low < l_high * low) | l_open
    surely: Bools = np.where(clone > 0, above_surely, (clone < 0) & below_surely)
    possibly: Bools = np.where(clone > 0, above_possibly, (clone < 0) & below_possibly)
    return surely, possibly


def outside(cohort: Cohort) -> Bools:
    """Rows of `flc_difference` that may lie outside the range for the kidney function, on either side."""
    p, r = pairs(cohort), ranges(cohort)
    kappa, lambda_ = p.kappa, p.lambda_
    side = np.ones(kappa.size, np.int64)
    above, below = (beyond(kappa, lambda_, r.low, r.high, sign)[1] for sign in (side, -side))
    out: Bools = above | below
    return out


def _limit(cohort: Cohort, series: Series, otherwise: Threshold, *, upper: bool) -> Ints:
    """The limit printed beside each value, else that of the common assay."""
    rows = cohort.assessments.rows[series.sources[0]]
    printed = (cohort.columns.upper if upper else cohort.columns.lower)[rows]
    return np.where(printed != NO_LIMIT, printed, otherwise.amount)


def _printed(cohort: Cohort, kappa: Series) -> tuple[Ints, Ints]:
    """The range printed beside the ratio of the same day, laboratory and method; NO_LIMIT where there is none."""
    ratio = series_of(cohort, "flc_ratio")
    low, high = np.full(kappa.size, NO_LIMIT), np.full(kappa.size, NO_LIMIT)
    if not (ratio.size and kappa.size):
        return low, high
    stride = cohort.assessments.stride
    keys = cohort.assessments.keys[ratio.sources[0]] % stride
    wanted = cohort.assessments.keys[kappa.sources[0]] % stride
    at = np.minimum(keys.searchsorted(wanted), keys.size - 1)
    found = keys[at] == wanted
    rows = cohort.assessments.rows[ratio.sources[0][at]]
    return (
        np.where(found, cohort.columns.lower[rows], NO_LIMIT),
        np.where(found, cohort.columns.upper[rows], NO_LIMIT),
    )


def _may_matter(kappa: Series, lambda_: Series) -> Bools:
    """Ratios that not every range holds for normal: of the others the kidney function need not be known."""
    side = np.ones(kappa.size, np.int64)
    low, high = side * int(LOW_BARS.max()), side * int(HIGH_BARS.min())
    above, below = (beyond(kappa, lambda_, low, high, sign)[1] for sign in (side, -side))
    out: Bools = above | below
    return out


def _filtration(cohort: Cohort, series: Series, wanted: Bools) -> Ints:
    """eGFR of the last 30 days at each row: as reported, else, where it is wanted, from creatinine."""
    out = _recent(series_of(cohort, "egfr"), series)[0]
    creatinine, days = _recent(series_of(cohort, "creatinine"), series)
    for row in np.flatnonzero(wanted & (out == UNKNOWN) & (creatinine > 0)).tolist():
        facts = cohort.patients[int(series.patient[row])]
        if facts.birth_date is not None:
            age = _age(facts.birth_date, to_date(int(days[row])))
            out[row] = _from_creatinine(int(creatinine[row]), age, facts.sex)
    return out


def _recent(values: Series, series: Series) -> tuple[Ints, Ints]:
    """The latest value of the last 30 days at each row (of one day the lowest), and its day."""
    kept, _ = by_day(values, -values.low)
    out, days = np.full(series.size, UNKNOWN), np.zeros(series.size, np.int64)
    if not kept.size:
        return out, days
    keys = kept.patient_days
    at = keys.searchsorted(series.patient_days, side="right") - 1
    near = (at >= 0) & (series.patient_days - keys[np.maximum(at, 0)] <= int(RECENT.value))
    near &= kept.patient[np.maximum(at, 0)] == series.patient
    near &= kept.low[np.maximum(at, 0)] == kept.high[np.maximum(at, 0)]
    out[near], days[near] = kept.low[at[near]], kept.day[at[near]]
    return out, days


@lru_cache(maxsize=65536)
def _from_creatinine(creatinine: int, age: int, sex: str) -> int:
    rate = egfr_ckd_epi_2021(Decimal(creatinine).scaleb(-PLACES), age, sex)
    return UNKNOWN if rate is None else int(rate.scaleb(PLACES))


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def changed_by_kidneys(kappa: Series, lambda_: Series, r: Ranges, clone: Ints, surely: Bools, series: Series) -> Bools:
    """Abnormal by the range for the kidneys alone, and abnormal in the pair before."""
    size = np.zeros(series.size, np.int64)
    _, by_standard = beyond(kappa, lambda_, size + NORMAL_RATIO_LOW.amount, size + NORMAL_RATIO_HIGH.amount, clone)
    was = before(surely.astype(np.int64)).astype(bool) & ~series.first
    out: Bools = surely & ~by_standard & (r.stage > 0) & ~r.own & was
    return out


def kidney_sentence(kappa: Series, lambda_: Series, r: Ranges, series: Series, row: int) -> str:
    """The whole sentence of such a row."""
    found = ratio_text(kappa, lambda_, row)
    day = day_text(to_date(int(series.day[row])))
    rate = amount_text(int(r.egfr[row]), PLACES, STAGES[0].unit)
    standard = f"{NORMAL_RATIO_LOW.value} to {NORMAL_RATIO_HIGH.value}"
    return (
        f"Ratio kappa/lambda {found} on {day} lies inside the standard range ({standard}) but outside that for an eGFR "
        f"of {rate} ({range_text(r, row)}): it has not become normal, the kidneys have changed."
    )


def ratio_text(kappa: Series, lambda_: Series, row: int) -> str:
    """The ratio, cut to two decimals; comparisons are exact."""
    k, lam = int(kappa.low[row]), int(lambda_.low[row])
    return number_text(k * 100 // lam, 2, "{ratio}") if lam else "without lambda"


def range_text(r: Ranges, row: int) -> str:
    """The range of a row."""
    return " to ".join(number_text(int(limit[row]), PLACES, "{ratio}") for limit in (r.low, r.high))
