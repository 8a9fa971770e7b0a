"""What speaks against an earlier negative test for residual disease: a positive test, an image, clonal plasma cells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from labs.rules.arrays import UNBOUNDED, Bools, Ints, before, running_min
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort
from labs.rules.markers import series_of
from labs.rules.myeloma.response_residual import SENSITIVITY
from labs.rules.residual import residual
from labs.rules.series import Series
from labs.rules.sources import KUMAR_2016

TESTS = ("mrd_flow", "mrd_sequencing")
LEAST = Threshold("5", "%", KUMAR_2016, date(2016, 8, 1))
FAR = UNBOUNDED * 2
POSITIVE_IMAGE, CLONAL = 2, 1


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of evidence: its rows, and which of them count, may count, or cannot be told.

    negative  the earlier negative bound a positive test was compared with; FAR where that does not apply
    """

    series: Series
    sure: Bools
    weak: Bools
    open: Bools
    negative: Ints


def positive_tests(tests: Series) -> Bools:
    """Whether each test found disease, and True behind them."""
    return np.append(tests.low > 0, True)


def tests_of(cohort: Cohort) -> tuple[Series, Ints]:
    """Tests by flow and sequencing, and the bound below which each negative one saw nothing; 0: not printed."""
    series = residual(cohort, TESTS)
    limits = np.array([note.detection_limit or 0 for note in cohort.notes], np.int64)
    limit = limits[cohort.columns.note[cohort.assessments.rows[series.sources[0]]]]
    printed = np.where(series.high < UNBOUNDED, series.high, 0)
    return series, np.where((limit > 0) & ((printed == 0) | (limit < printed)), limit, printed)


def by_test(series: Series, bounds: Ints) -> Part:
    """Positive tests against the negative ones before them in the same assay and line."""
    positive = series.low > 0
    negative = ~positive & (series.high < UNBOUNDED)
    least = _least(series, np.where(negative & (bounds > 0), bounds, FAR))
    unsaid = _least(series, np.where(negative & (bounds == 0), 0, FAR)) == 0
    sensitive = least <= SENSITIVITY.amount
    sure = positive & sensitive & (series.low >= least)
    weak = positive & ~sensitive & unsaid
    some = earlier(series, negative_days(series, bounds, None))
    return Part(series, sure, weak, positive & ~sure & ~weak & some, np.where(sure, least, FAR))


def _least(series: Series, values: Ints) -> Ints:
    out = before(running_min(values, series.segment))
    out[series.first] = FAR
    return out


def negative_days(tests: Series, bounds: Ints, finest: int | None) -> tuple[Ints, Ints]:
    """Packed days of negative tests, sorted, and their lines: sensitive ones of known bound, or (None) any."""
    negative = (tests.low == 0) & (tests.high < UNBOUNDED)
    if finest is not None:
        negative &= (bounds > 0) & (bounds <= finest)
    keys = tests.patient_days[negative]
    order = keys.argsort(kind="stable")
    return keys[order], tests.line[negative][order]


def earlier(series: Series, negative: tuple[Ints, Ints]) -> Bools:
    """Rows before which, in the same line of the same patient, such a test was negative."""
    keys, lines = negative
    if not keys.size:
        return np.zeros(series.size, bool)
    at = keys.searchsorted(series.patient_days) - 1
    there = np.maximum(at, 0)
    out: Bools = (at >= 0) & (keys[there] >= series.owner) & (lines[there] == series.line)
    return out


def by_imaging(cohort: Cohort, known: tuple[Ints, Ints], maybe: tuple[Ints, Ints]) -> Part:
    """Positive images after a negative test."""
    series = series_of(cohort, "imaging_disease")
    seen = series.low == POSITIVE_IMAGE
    return _part(series, seen, np.zeros(series.size, bool), known, maybe)


def by_marrow(cohort: Cohort, known: tuple[Ints, Ints], maybe: tuple[Ints, Ints]) -> Part:
    """Plasma cells in marrow after a negative test, clonal or not tested for it."""
    series, stained = series_of(cohort, "plasma_cells_marrow"), series_of(cohort, "marrow_clonality")
    high = series.low >= LEAST.amount
    at = series.on_the_same_day(stained)
    clonal = (at >= 0) & (stained.low[np.maximum(at, 0)] == CLONAL) if stained.size else np.zeros(series.size, bool)
    return _part(series, high & clonal, high & (at < 0), known, maybe)


def _part(series: Series, seen: Bools, maybe_seen: Bools, known: tuple[Ints, Ints], maybe: tuple[Ints, Ints]) -> Part:
    after, after_any = earlier(series, known), earlier(series, maybe)
    sure = seen & after
    weak = (seen | maybe_seen) & after_any & ~sure
    return Part(series, sure, weak, np.zeros(series.size, bool), np.full(series.size, FAR))
