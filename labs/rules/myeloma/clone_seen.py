"""Days on which a fluid shows the clone again after a complete response, surely or perhaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints, running_max
from labs.rules.base import INFO, REVIEW, Threshold
from labs.rules.myeloma.bands import SEEN, Band, Fluid
from labs.rules.series import Series
from labs.rules.sources import VIGIL

AT_RESPONSE = Threshold("60", "d", VIGIL, date(2026, 1, 1))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the days of one fluid say of the clone; `by_band`: immunofixation alone saw it."""

    sure: Bools
    weak: Bools
    faint: Bools
    by_band: Bools
    level: Ints


def seen_in(fluid: Fluid, limit: Ints) -> Seen:
    """Which days show the clone. `limit`: the least amount that electrophoresis surely sees."""
    band, own = fluid.band, ~fluid.may_be_drug
    measured = (fluid.amount >= limit) & (band != Band.OTHER) & own
    same = (band == Band.SAME) & own
    sure = same | (measured & (band != Band.NEGATIVE))
    unclear = ((band == Band.OPEN) | (band == Band.EQUIVOCAL)) & own
    weak = ~sure & (unclear | measured)
    faint = (fluid.amount > 0) & (fluid.amount < limit) & (band == Band.NOT_DONE) & own
    level = np.where(~measured & (band == Band.EQUIVOCAL), int(INFO), int(REVIEW))
    return Seen(sure, weak, faint, (same | unclear) & ~measured, level)


def limits_of(fluid: Fluid) -> Ints:
    """What electrophoresis surely sees: in serum the limit printed with a result, else 0.1 g/dL; in urine anything."""
    series, cohort = fluid.series, fluid.series.cohort
    in_serum = series.code == "serum_m"
    limit = np.full(series.size, SEEN.amount if in_serum else 1)
    known = np.array([-1 if note.detection_limit is None else note.detection_limit for note in cohort.notes], np.int64)
    if not in_serum or int(known.max()) < 0:
        return limit
    for part in series.sources:
        rows = cohort.assessments.rows[np.maximum(part, 0)]
        printed = np.where(part >= 0, known[cohort.columns.note[rows]], -1)
        measured = cohort.columns.analyte[rows] == cohort.codes["serum_m"]
        limit = np.where(measured & (printed > 0), printed, limit)
    return limit


def cannot_refute(series: Series, band: Ints, by_band: Bools) -> Bools:
    """Days without immunofixation after a day on which immunofixation alone saw something."""
    rows = np.arange(series.size)
    last = running_max(np.where(series.low > 0, rows, -1), series.segment)
    out: Bools = (band == Band.NOT_DONE) & (series.low == 0) & (last >= 0) & by_band[np.maximum(last, 0)]
    return out


def persists(series: Series, shown: Bools, absent: Bools) -> Bools:
    """Days up to which the clone never was absent, although it was seen when the response was recorded."""
    since = series.cohort.remission_days[series.patient]
    rows = np.arange(series.size)
    at_response = shown & (series.day <= since) & (series.day >= since - int(AT_RESPONSE.value))
    last_seen = running_max(np.where(at_response, rows, -1), series.segment)
    last_absent = running_max(np.where(absent, rows, -1), series.segment)
    out: Bools = (last_seen >= 0) & (last_seen > last_absent) & (series.day > since)
    return out
