"""Which marker of a myeloma can be followed: stated by a physician, else derived from the baseline of the line.

Measurable are serum M-protein from 1.0 g/dL, urine M-protein from 200 mg in 24 hours, free light chains where the
involved one reaches 100 mg/L with an abnormal ratio, and, for response only, plasma cells from 30 % of marrow. An
intact immunoglobulin is followed by serum and urine; a light-chain-only clone secretes no serum M-protein, and an
oligo- or non-secretory one neither. Progression counts by light chains only where neither protein is measurable, and by
marrow only where none of the three is.

A derived "not measurable" never silences the serum and urine rules: the record may begin in remission, and a low value
at the start of a line proves little. It only opens the way for the markers that stand in (free light chains, marrow).
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import TypeVar

import numpy as np

from labs.rules.arrays import DAY_BITS, Bools, Ints, all_true
from labs.rules.base import Threshold
from labs.rules.cohort import Cohort
from labs.rules.markers import series_of
from labs.rules.myeloma.light_chains import flc_difference, involved_flc_measurable
from labs.rules.series import Series
from labs.rules.sources import DISPENZIERI_2009, RAJKUMAR_2011, VIGIL

T = TypeVar("T")

SERUM = Threshold("1.0", "g/dL", RAJKUMAR_2011, date(2011, 5, 5))
URINE = Threshold("200", "mg/(24.h)", RAJKUMAR_2011, date(2011, 5, 5))
INVOLVED_FLC = Threshold("100", "mg/L", DISPENZIERI_2009, date(2009, 2, 1))
MARROW = Threshold("30", "%", RAJKUMAR_2011, date(2011, 5, 5))
BASELINE_BEFORE = Threshold("60", "d", VIGIL, date(2026, 1, 1))
BASELINE_AFTER = Threshold("14", "d", VIGIL, date(2026, 1, 1))
BEFORE, AFTER = int(BASELINE_BEFORE.value), int(BASELINE_AFTER.value)

UNSECRETED = {"light_chain_only": {"serum_m"}, "nonsecretory": {"serum_m", "urine_m"}}


class Marker(IntEnum):
    """What is known of a marker in one line of therapy."""

    NO = 0  # stated, or not secreted by this type of disease, or below the limit at baseline
    UNMEASURED = 1  # no result at all: it cannot be what is followed
    UNKNOWN = 2  # followed, but the baseline is not on record
    YES = 3


def stated_not_measurable(cohort: Cohort, marker: str) -> Bools:
    """Patients whose recorded list of measurable markers leaves this one out."""
    return cohort.which(lambda one: one.measurable and marker not in one.measurable)


def marker_states(cohort: Cohort, marker: str, at: Series) -> Ints:
    """State of a marker for each row of a series: of that row's patient and line of therapy."""
    stated = cohort.worked_out(_all_stated, marker)[at.patient]
    if all_true(stated >= 0):
        return stated
    return np.where(stated >= 0, stated, _derived(cohort, marker, at))


def _all_stated(cohort: Cohort, marker: str) -> Ints:
    """What the record of each patient decides."""
    return np.array([_stated(p.measurable, p.disease_type, marker) for p in cohort.patients], np.int64)


def _stated(measurable: frozenset[str], disease_type: str, marker: str) -> int:
    """YES or NO where the record decides it, else -1."""
    if measurable:
        return Marker.YES if marker in measurable else Marker.NO
    return Marker.NO if marker in UNSECRETED.get(disease_type, ()) else -1


def _derived(cohort: Cohort, marker: str, at: Series) -> Ints:
    """From the highest value between 60 days before and 14 days after the start of the line.

    Before any recorded line, the first value on record can prove a marker measurable, never the opposite.
    """
    keys, above = cohort.worked_out(_baseline_values, marker)
    if not keys.size:
        return np.full(at.size, int(Marker.UNMEASURED))
    in_line = at.line > 0
    begins = at.owner + at.line_start
    opens = keys.searchsorted(np.where(in_line, begins - BEFORE, at.owner))
    end = keys.searchsorted(at.owner + (1 << DAY_BITS))
    closes = np.where(in_line, keys.searchsorted(begins + AFTER, side="right"), np.minimum(opens + 1, end))
    yes = above[closes] > above[opens]
    otherwise = np.where(end <= opens, int(Marker.UNMEASURED), int(Marker.UNKNOWN))
    return np.where(yes, int(Marker.YES), np.where(in_line & (closes > opens), int(Marker.NO), otherwise))


def _baseline_values(cohort: Cohort, marker: str) -> tuple[Ints, Ints]:
    """Packed (patient, day) of a marker's assessments, sorted, and how many before each are measurable."""
    if marker == "flc":
        series = flc_difference(cohort)
        reached = involved_flc_measurable(cohort, INVOLVED_FLC)
    else:
        series = series_of(cohort, marker)
        reached = series.low >= (SERUM if marker == "serum_m" else URINE).amount
    keys = series.patient_days
    order = keys.argsort(kind="stable")
    return keys[order], np.concatenate(([0], reached[order].cumsum()))


def baseline_note(series: Series, row: int, marker: str, words: str) -> list[str]:
    """What the record leaves open about a marker being measurable, for one finding."""
    facts = series.cohort.patients[int(series.patient[row])]
    state = _stated(facts.measurable, facts.disease_type, marker)
    if state < 0:
        state = int(_derived(series.cohort, marker, series.only_rows(np.array([row])))[0])
    if state == Marker.YES:
        return []
    if state == Marker.NO:
        return [f"a measurable {words} at the start of this line of therapy: it was below the measurable limit"]
    return [f"whether {words} was measurable at the start of this line of therapy"]
