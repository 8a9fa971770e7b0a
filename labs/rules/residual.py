"""Measurable residual disease as rules read it: what came before in the same assay, and how sensitive it was.

A result printed as `<0.01 %`, or "not detected" with a limit of detection of 0.01 %, is negative at that sensitivity
and says nothing below it. So a positive result is a conversion only after a negative one at least as sensitive, in one
comparability group (specimen, method family with its target, laboratory). A new assay begins its own series and is
never a conversion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labs.rules.arrays import UNBOUNDED, Bools, Ints, before, one_of, running_min
from labs.rules.base import NOT_EVALUABLE, Comparison
from labs.rules.cohort import Cohort
from labs.rules.evidence import interval_text
from labs.rules.markers import concatenated, series_of
from labs.rules.remission import outside_remission, remission_note
from labs.rules.series import Reference, Series
from labs.rules.signals import Notes, Silence
from labs.rules.wording import amount_text

NOTHING = UNBOUNDED * 2  # no such result came before
NAME = "Residual disease"
SAME_TARGET = (
    "the target, which is not recorded: results of one method, specimen and laboratory are taken to be of one target"
)
LESS_SENSITIVE = "a negative result before it at least as sensitive: the earlier one would have missed this value"


@dataclass(frozen=True, slots=True)
class Before:
    """What came before each assessment, since the remission, in its segment.

    positive       assessments that are positive by the bar of their method
    negative       lowest upper bound among earlier negative results; NOTHING where there is none
    low, high      least bounds among earlier positive results; NOTHING likewise
    """

    positive: Bools
    negative: Ints
    low: Ints
    high: Ints


def residual(cohort: Cohort, codes: Sequence[str]) -> Series:
    """Several methods in one series; a segment is one method in one comparability group and line of therapy."""
    parts = [series_of(cohort, code) for code in codes if cohort.has(code)] or [series_of(cohort, codes[0])]
    joined = concatenated(parts[0], parts)
    order = joined.patient.argsort(kind="stable")
    first = np.concatenate([part.first for part in parts])[order]
    return _at_their_limits(joined.only_rows(order)._replace(first=first, name=NAME))


def _at_their_limits(series: Series) -> Series:
    """Nothing detected means: below the limit of detection, where the laboratory states it."""
    notes, cohort = series.cohort.notes, series.cohort
    limits = np.array([note.detection_limit or 0 for note in notes], np.int64)
    if not np.count_nonzero(limits):
        return series
    limit = limits[cohort.columns.note[cohort.assessments.rows[series.sources[0]]]]
    return series._replace(high=np.where(series.high == 0, limit, series.high))


def by(series: Series, *codes: str) -> Bools:
    """Assessments of these analytes."""
    cohort = series.cohort
    analyte = cohort.columns.analyte[cohort.assessments.rows[series.sources[0]]]
    return one_of(analyte, [cohort.codes[code] for code in codes])


def came_before(series: Series, least_positive: Ints) -> Before:
    """Earlier results of the segment since the remission. `least_positive`: the bar of each assessment's method."""
    positive = series.low >= least_positive
    since = series.day >= series.cohort.remission_days[series.patient]
    negative = ~positive & (series.high < UNBOUNDED) & since
    return Before(
        positive,
        _least_before(series, series.high, negative),
        _least_before(series, series.low, positive & since),
        _least_before(series, series.high, positive & since),
    )


def _least_before(series: Series, values: Ints, among: Bools) -> Ints:
    out = before(running_min(np.where(among, values, NOTHING), series.segment))
    out[series.first] = NOTHING
    return out


def reference(earlier: Before, converted: Bools) -> Reference:
    """The negative result for a conversion, else the lowest positive one, else the least negative bound."""
    negative = converted | (earlier.high == NOTHING)
    low = np.where(negative, earlier.negative, earlier.low)
    high = np.where(negative, earlier.negative, earlier.high)
    known = high < NOTHING
    return Reference(low, high, known, known, "lowest earlier")


def cannot_refute(series: Series, earlier: Before) -> Bools:
    """Negative results less sensitive than the positive one just before: they do not end an episode."""
    out = np.zeros(series.size, bool)
    out[1:] = earlier.positive[:-1]
    out &= ~earlier.positive & ~series.first & (series.high > before(series.low))
    return out


def silences(series: Series, earlier: Before, hits: Bools) -> tuple[Silence, ...]:
    """Results from before the remission, and positive ones after negatives that were less sensitive only."""
    unclear = earlier.positive & ~hits & (earlier.negative < NOTHING)
    return (*outside_remission(series), Silence(unclear, NOT_EVALUABLE, LESS_SENSITIVE))


def compared(series: Series, earlier: Before, converted: Bools, row: int, times: int) -> list[Comparison]:
    """The comparison with what came before, at one row."""
    found = interval_text(int(series.low[row]), int(series.high[row]), series)
    if converted[row]:
        bound = amount_text(int(earlier.negative[row]), series.places, series.unit)
        needed = f"at least the sensitivity of the earlier negative result, {bound}"
        if earlier.negative[row] == 0:
            needed = "positive after a negative result"
        return [Comparison("conversion from negative to positive", found, needed, met=True)]
    if earlier.high[row] == NOTHING:
        return []
    least = interval_text(int(earlier.low[row]), int(earlier.high[row]), series)
    met = bool(series.low[row] >= times * earlier.high[row])
    return [Comparison("rise between positive results", found, f"at least {times} times the lowest, {least}", met)]


def _target_of(series: Series, row: int) -> str:
    cohort = series.cohort
    return cohort.note_of(int(cohort.assessments.rows[int(series.sources[0][row])])).target


def notes_on(earlier: Before) -> Notes:
    """What a result does not state: the target, and the sensitivity of a negative one printed without a bound."""

    def notes(series: Series, row: int) -> list[str]:
        said = [*remission_note(series, row), *([] if _target_of(series, row) else [SAME_TARGET])]
        return [*said, "the limit of detection of the earlier negative result"] if earlier.negative[row] == 0 else said

    return notes
