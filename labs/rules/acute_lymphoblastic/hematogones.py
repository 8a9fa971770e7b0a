"""Regenerating precursors of B cells (hematogones), which look like blasts in a marrow that recovers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from labs.rules.acute_lymphoblastic.age import adults
from labs.rules.arrays import Bools
from labs.rules.base import Comparison, Threshold
from labs.rules.cohort import Cohort, day_number
from labs.rules.markers import one_a_day, pooled, series_of
from labs.rules.nearby import greatest_near
from labs.rules.series import Series
from labs.rules.sources import VIGIL
from labs.vocabulary.fixed_point import MRD_PLACES

MOST = Threshold("8", "%", VIGIL, date(2026, 1, 1))
FLOW = Threshold("1", "%", VIGIL, date(2026, 1, 1), MRD_PLACES)
NEAR_DAYS = Threshold("7", "d", VIGIL, date(2026, 1, 1))
THRESHOLDS = (MOST, FLOW, NEAR_DAYS)
ASK = "flow cytometry of this marrow: regenerating precursors (hematogones) give such shares in children off therapy"


@dataclass(frozen=True, slots=True)
class Regeneration:
    """Rows that regeneration may explain.

    told      a clinician recorded that flow shows hematogones, and flow found no disease of 1 % or more
    likely    a child off therapy with at most 8 %, and flow found no disease of 1 % or more
    asked     likely, and no flow cytometry of that marrow is there
    """

    told: Bools
    likely: Bools
    asked: Bools


def regeneration(marrows: Series, low: Bools) -> Regeneration:
    """What may explain the blasts of these rows, by what was found up to a week before or after."""
    cohort, days = marrows.cohort, int(NEAR_DAYS.value)
    rows = np.flatnonzero(low).tolist()
    said, flow = pooled(cohort, "hematogones"), of_marrow(cohort, "mrd_flow")
    yes = {row for row, at in greatest_near(marrows, said, rows, days, days).items() if said.low[at] >= 1}
    flowed = greatest_near(marrows, flow, rows, days, days)
    disease = [row for row, at in flowed.items() if flow.low[at] >= FLOW.amount]
    clear, told, asked = low.copy(), np.zeros(marrows.size, bool), low.copy()
    clear[disease] = False
    told[sorted(yes)] = True
    asked[[*flowed, *yes]] = False
    likely = _child_off_therapy(marrows) & (marrows.high <= MOST.amount) & clear
    return Regeneration(told & clear, likely, likely & asked)


def said(may: Regeneration, row: int) -> list[Comparison]:
    """What flow showed, where a clinician recorded it."""
    return (
        [Comparison("flow cytometry", "regenerating precursors (hematogones)", "", met=True)] if may.told[row] else []
    )


def of_marrow(cohort: Cohort, code: str) -> Series:
    """Residual disease of marrow, one row a day, the greatest; blood is left out."""
    series = series_of(cohort, code)
    blood = np.array([group[0] == "blood" for group in cohort.groups], bool)
    rows = cohort.assessments.rows[series.sources[0]]
    marrow = series.only(~blood[cohort.columns.group[rows]])
    return one_a_day(marrow, (-marrow.high, -marrow.low))


def _child_off_therapy(series: Series) -> Bools:
    """Rows of children whose therapy had ended by the day."""
    never = 1 << 31
    ended = [
        never if facts.therapy_ended_on is None else day_number(facts.therapy_ended_on)
        for facts in series.cohort.patients
    ]
    off: Bools = ~adults(series) & (series.day >= np.array(ended, np.int64)[series.patient])
    return off
