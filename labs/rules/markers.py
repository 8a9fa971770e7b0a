"""Analytes as series: one as it is, or several of one meaning pooled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from labs.rules.arrays import UNBOUNDED, AnyInts, Bools, Days, Ints, all_true, any_true, firsts_of_runs, in_order
from labs.rules.cohort import Cohort
from labs.rules.series import Series
from labs.vocabulary.analytes import ANALYTES


def series_of(cohort: Cohort, code: str) -> Series:
    """One analyte as a series, cut by patient, comparability group and line of therapy."""
    return cohort.worked_out(_series_of, code)


def _series_of(cohort: Cohort, code: str) -> Series:
    whole = cohort.worked_out(_every)
    start, end = cohort.assessments.bounds(cohort.codes[code])
    own = slice(start, end)
    patient, day, first = whole.patient[own], whole.day[own], whole.first[own]
    if cohort.rebaselined:
        first = first | firsts_of_runs(cohort.comparisons_begun(code, patient, day))
    low = whole.low[own]
    high = whole.high[own] if any_true(whole.bounded[own]) else low
    analyte = ANALYTES[code]
    named = (cohort, code, analyte.name, analyte.unit, analyte.places)
    return Series(*named, patient, day, whole.line[own], low, high, first, (whole.place[own],))


class _Every(NamedTuple):
    """Every assessment of the cohort in order, of which the series of an analyte is a stretch.

    Made once for all analytes: a step over the few results of one patient takes as long as one over many.
    """

    patient: AnyInts
    day: Days
    line: Ints
    low: Ints
    high: Ints
    bounded: Bools
    first: Bools
    place: Ints


def _every(cohort: Cohort) -> _Every:
    assessments, columns = cohort.assessments, cohort.columns
    rows, series = assessments.rows, assessments.keys // assessments.days
    patient, day = columns.patient[rows], columns.day[rows]
    line = cohort.line_of(patient, day)
    low, high = bounds(columns.amount[rows], columns.comparator[rows])
    return _Every(patient, day, line, low, high, low != high, firsts_of_runs(series, line), np.arange(rows.size))


def pooled(cohort: Cohort, *codes: str) -> Series:
    """Several analytes of one meaning as one series, whatever the assay: for bars that are absolute. One row a day.

    Of one day the row that exceeds zero counts before one that does not, then the analyte named first.
    """
    return cohort.worked_out(_pooled, codes)


def _pooled(cohort: Cohort, codes: tuple[str, ...]) -> Series:
    named = series_of(cohort, codes[0])
    parts = [series_of(cohort, code) for code in codes if cohort.has(code)] or [named]
    joined = concatenated(named, parts)
    which = np.repeat(np.arange(len(parts)), [part.size for part in parts])
    kept = one_a_day(joined, (which, -joined.low, joined.low <= 0))
    return kept._replace(mixed=len(codes) > 1)


def lowest_of_day(cohort: Cohort, code: str) -> Series:
    """A count as one series, whatever the laboratory: for bars that are absolute. Of one day the lowest counts."""
    return cohort.worked_out(_lowest_of_day, code)


def _lowest_of_day(cohort: Cohort, code: str) -> Series:
    counts = series_of(cohort, code)
    return one_a_day(counts, (counts.high, counts.low))


def highest_of_day(cohort: Cohort, code: str) -> Series:
    """A count as one series, whatever the laboratory. Of one day the highest counts."""
    counts = series_of(cohort, code)
    return one_a_day(counts, (-counts.high, -counts.low))


def concatenated(like: Series, parts: Sequence[Series]) -> Series:
    """Rows of several series one after the other, called as one of them is; not yet in order.

    Their segments mean nothing yet, except where they are those of one series.
    """
    if len(parts) == 1:
        return parts[0]._replace(code=like.code, name=like.name, unit=like.unit, places=like.places)
    low = np.concatenate([part.low for part in parts])
    exact = not any(part.censored for part in parts)
    return like._replace(
        patient=np.concatenate([part.patient for part in parts]),
        day=np.concatenate([part.day for part in parts]),
        line=np.concatenate([part.line for part in parts]),
        low=low,
        high=low if exact else np.concatenate([part.high for part in parts]),
        first=np.ones(low.size, bool),
        sources=tuple(np.concatenate(sources) for sources in zip(*(part.sources for part in parts), strict=True)),
    )


def one_a_day(rows: Series, preference: tuple[AnyInts | Bools, ...]) -> Series:
    """Sorted by patient and day, one row a day: the first by `preference` (last key first, as lexsort takes them).

    Segments are a patient's lines of therapy; assays are not told apart.
    """
    keys = rows.patient_days
    if all_true(keys[1:] > keys[:-1]):
        return rows._replace(first=firsts_of_runs(rows.patient, rows.line))
    order = in_order(keys)
    keys = keys[order]
    again = keys[1:] == keys[:-1]
    if any_true(again):  # few days have several rows: only those are put in order of preference
        tied = np.concatenate(([False], again)) | np.concatenate((again, [False]))
        some = order[tied]
        order[tied] = some[np.lexsort((*(part[some] for part in preference), keys[tied]))]
    head = np.concatenate(([True], ~again))[: order.size]
    kept = rows.only_rows(order[head])
    return kept._replace(first=firsts_of_runs(kept.patient, kept.line))


def bounds(amount: Ints, comparator: AnyInts) -> tuple[Ints, Ints]:
    """Least and greatest value each printed value can stand for; one and the same array when nothing is censored."""
    if not np.count_nonzero(comparator):
        return amount, amount
    below, above = (comparator == 1) | (comparator == 2), comparator >= 3
    return np.where(below, 0, amount), np.where(above, UNBOUNDED, amount)
