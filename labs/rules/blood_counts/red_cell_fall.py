"""Red cells have fallen below the patient's own baseline, haemoglobin with them.

What it checks
    The red cell count against the personal baseline (as in CBC-HB-FALL): a fall of more than 8.9 %, the reference
    change value, while haemoglobin of the same day is below its own baseline. INFO once, REVIEW when the next
    assessment confirms. Without three agreeing results, or without haemoglobin of the day, the finding stays
    PROVISIONAL. Values after transfusion never end an episode.
When it stays silent
    Haemoglobin of the day is at its baseline or above. No earlier result of the series since the remission:
    NOT_EVALUABLE.
Source
    Reference change value, log-normal and two-sided, from a within-subject variation of 3.0 % over one year, with
    analytical variation half of it. That haemoglobin falls too: a default of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.blood_counts.baseline import ALL_DISEASES, EARLIEST, baseline
from labs.rules.blood_counts.haemoglobin_fall import CHANGE as HB_CHANGE
from labs.rules.checks import Check, below, more_than_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import COUNTS, under
from labs.rules.markers import series_of
from labs.rules.remission import before_remission, remission_note
from labs.rules.series import Series
from labs.rules.signals import Signal, Terms, weighed
from labs.rules.sources import COSKUN_2020, RBC_VARIATION_1992, VIGIL

CHANGE = Threshold("8.9", "%", RBC_VARIATION_1992, date(1992, 1, 1))
FALLING = Threshold("0", "g/dL", VIGIL, date(2026, 1, 1))

_BASE = (
    "remission 2025-12-01 | 2026-01-05 rbc 4.00 10*6/uL | 2026-02-05 4.00 | 2026-03-05 4.00 | "
    "2026-01-05 haemoglobin 12.5 g/dL | 2026-02-05 12.5 | 2026-03-05 12.5 | "
)
EXAMPLES = (
    Example(
        "8.9 % exactly",
        _BASE
        + "2026-04-05 rbc 3.644 | 2026-04-05 haemoglobin 11.4 | 2026-05-05 rbc 3.644 | 2026-05-05 haemoglobin 11.4",
        NOT_RAISED,
    ),
    Example(
        "8.9 % and a little",
        _BASE
        + "2026-04-05 rbc 3.643 | 2026-04-05 haemoglobin 11.4 | 2026-05-05 rbc 3.643 | 2026-05-05 haemoglobin 11.4",
        CONFIRMED,
        "2026-04-05",
        REVIEW,
    ),
    Example("once", _BASE + "2026-04-05 rbc 3.5 | 2026-04-05 haemoglobin 11.4", PROVISIONAL, "2026-04-05", INFO),
    Example(
        "haemoglobin does not fall",
        _BASE + "2026-04-05 rbc 3.5 | 2026-04-05 haemoglobin 12.5 | 2026-05-05 rbc 3.5 | 2026-05-05 haemoglobin 12.5",
        NOT_RAISED,
    ),
    Example(
        "no haemoglobin of the day", _BASE + "2026-04-05 rbc 3.5 | 2026-05-05 rbc 3.5", PROVISIONAL, "2026-04-05", INFO
    ),
    Example("the first result", "2026-01-05 rbc 3.0 10*6/uL", NOT_EVALUABLE),
)


def red_cell_fall(cohort: Cohort) -> Signal:
    """Red cells against the personal baseline, with haemoglobin of the same day."""
    r, h = series_of(cohort, "rbc"), series_of(cohort, "haemoglobin")
    own, own_h = baseline(cohort, r, CHANGE), baseline(cohort, h, HB_CHANGE)
    at = r.on_the_same_day(h)
    falls, unknown = _looked_up(at, own_h.known & (3 * h.high < own_h.low)), ~_looked_up(at, own_h.known)
    fallen = criterion(r.high, own.low).met & own.known

    def haemoglobin(row: int) -> list[Comparison]:
        if unknown[row]:
            return []
        day = slice(at[row], at[row] + 1)
        down = own_h.low[day] - 3 * h.high[day]
        return below("haemoglobin less its baseline", -down, FALLING, scale=3).comparisons(0)

    def missing(series: Series, row: int) -> Sequence[str]:
        return remission_note(series, row) + (["haemoglobin of the same day, and its baseline"] if unknown[row] else [])

    return weighed(
        r,
        criterion,
        sure=fallen & own.confirmed & falls,
        weak=(fallen & (falls | unknown)) | (criterion(r.low, own.high).met & own.confirmed & falls),
        against=own,
        direction="below",
        keeps=under(cohort, r, "transfusion_red_cells"),
        terms=Terms(alone=INFO, both=REVIEW, weak_level=INFO),
        silences=before_remission(r),
        notes=missing,
        extras=haemoglobin,
    )


def criterion(value: Ints, own: Ints) -> Check:
    """More than -8.9 % of a baseline held as the sum of three."""
    return more_than_percent("fall in percent of the baseline", own - 3 * value, own, CHANGE)


def _looked_up(at: Ints, of: Bools) -> Bools:
    """The other series' answer on the same day; False where it has no such day."""
    if not of.size:
        return np.zeros(at.size, bool)
    found: Bools = of[at] & (at >= 0)
    return found


RULE = Rule(
    code="CBC-RBC-FALL",
    title="Red cells below the personal baseline",
    criteria_version="VIGIL-1",
    diseases=ALL_DISEASES,
    reads=("rbc", "haemoglobin"),
    judges=("rbc",),
    thresholds=(CHANGE, FALLING, HB_CHANGE, EARLIEST),
    sources=(RBC_VARIATION_1992, COSKUN_2020, VIGIL),
    examples=EXAMPLES,
    evaluate=red_cell_fall,
    confounders=COUNTS,
    recovers=True,
    would_confirm="A second count with haemoglobin on another day.",
    would_clear="A count back near the baseline, or a cause found and treated.",
)
