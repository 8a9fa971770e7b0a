"""Calcium, corrected for albumin, is above 11 mg/dL.

What it checks
    Calcium corrected with the albumin of the same day (Ca + 0.8 x (4.0 - albumin)); where there is none, the
    laboratory's own corrected value. Above 11 mg/dL: CONFIRMED at REVIEW; above 11.5 mg/dL: URGENT. One result is
    enough. Measured calcium without any correction that already exceeds the bar counts, and says that albumin is
    missing.
When it stays silent
    Another disease: NOT_APPLICABLE. Measured calcium at or below the bar without albumin of the day: NOT_EVALUABLE.
    An ionised calcium is the better test and is asked for.
Source
    Kumar 2016 (IMWG): > 11 mg/dL. Durie 2006: 11.5 mg/dL. Correction: Payne 1973. One text prints "11.5 mg/dL or 2.65
    mmol/L", a misprint: 11.5 mg/dL is 2.87 mmol/L. Two levels by two bars: a default of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from labs.rules.arrays import Bools, Ints, any_true
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort, to_date
from labs.rules.evidence import value_text
from labs.rules.markers import concatenated, one_a_day, series_of
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import CORRECTED_CALCIUM_OLDER, KUMAR_2016, PAYNE_1973, VIGIL
from labs.rules.wording import day_text

PLACES = 7  # tenths of a fixed-point unit, so that 0.8 times an albumin is exact
HIGH = Threshold("11", "mg/dL", KUMAR_2016, date(2016, 8, 1), places=PLACES)
VERY_HIGH = Threshold("11.5", "mg/dL", CORRECTED_CALCIUM_OLDER, date(2006, 9, 1), places=PLACES)
NORMAL_ALBUMIN = Threshold("4.0", "g/dL", PAYNE_1973, date(1973, 12, 15))
NO_ALBUMIN = "albumin of the same day, to correct calcium"
TENTHS_PER_ALBUMIN = 8  # 0.8 mg/dL of calcium for each g/dL of albumin

EXAMPLES = (
    Example("E23 not after correction", "2026-01-05 calcium 10.9 mg/dL | 2026-01-05 albumin 4.6 g/dL", NOT_RAISED),
    Example(
        "E23 corrected 11.28",
        "2026-01-05 calcium 10.4 mg/dL | 2026-01-05 albumin 2.9 g/dL",
        CONFIRMED,
        "2026-01-05",
        REVIEW,
    ),
    Example("11 exactly", "2026-01-05 calcium 10.2 mg/dL | 2026-01-05 albumin 3.0 g/dL", NOT_RAISED),
    Example("11 and a little", "2026-01-05 calcium 10.21 mg/dL | 2026-01-05 albumin 3.0 g/dL", CONFIRMED, "", REVIEW),
    Example("11.5 exactly", "2026-01-05 calcium 10.7 mg/dL | 2026-01-05 albumin 3.0 g/dL", CONFIRMED, "", REVIEW),
    Example("11.5 and a little", "2026-01-05 calcium 10.71 mg/dL | 2026-01-05 albumin 3.0 g/dL", CONFIRMED, "", URGENT),
    Example(
        "2.65 mmol/L is no hypercalcaemia", "2026-01-05 calcium 2.65 mmol/L | 2026-01-05 albumin 40 g/L", NOT_RAISED
    ),
    Example("the laboratory's own correction", "2026-01-05 calcium_corrected 11.6 mg/dL", CONFIRMED, "", URGENT),
    Example("high without albumin", "2026-01-05 calcium 12.0 mg/dL", CONFIRMED, "", URGENT),
    Example("not high, and no albumin", "2026-01-05 calcium 10.4 mg/dL", NOT_EVALUABLE),
    Example("another disease", "disease ALL | 2026-01-05 calcium 12.0 mg/dL", NOT_APPLICABLE),
)


def hypercalcaemia(cohort: Cohort) -> Signal:
    """The best calcium of each day against two bars."""
    c = best_calcium(cohort)
    uncorrected = _uncorrected(c)
    high = criterion(c.low, c.low).met
    open_ = uncorrected & ~high
    return weighed(
        c,
        criterion,
        sure=high,
        weak=criterion(c.high, c.high).met if c.censored else None,
        terms=Terms(AT_ONCE, alone=np.where(c.low > VERY_HIGH.amount, int(URGENT), int(REVIEW))),
        silences=(Silence(open_, NOT_EVALUABLE, "albumin of the same day, to correct calcium"),)
        if any_true(open_)
        else (),
        notes=missing,
        words=Words(sentence=_sentence),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Above 11, or above 11.5 mg/dL."""
    return above("calcium", value, VERY_HIGH) | above("calcium", value, HIGH)


def best_calcium(cohort: Cohort) -> Series:
    """One calcium a day: corrected with the day's albumin, else corrected by the laboratory, else as measured."""
    measured, reported = series_of(cohort, "calcium"), series_of(cohort, "calcium_corrected")
    albumin = series_of(cohort, "albumin")
    at = measured.on_the_same_day(albumin)
    known = at >= 0
    shift_low = _shift(albumin.high, at, known)
    shift_high = shift_low if not albumin.censored else _shift(albumin.low, at, known)
    low = measured.low * 10 + shift_low
    high = low if not (measured.censored or albumin.censored) else measured.high * 10 + shift_high
    partner = np.where(known, albumin.sources[0][at], -1) if albumin.size else np.full(measured.size, -1)
    ours = measured._replace(
        name="Calcium, corrected for albumin",
        places=PLACES,
        low=low,
        high=high,
        sources=(*measured.sources, partner),
    )
    rank = np.where(known, 0, 2)
    if not reported.size:
        return one_a_day(ours, (-ours.low, rank))
    lows = reported.low * 10
    highs = reported.high * 10 if reported.censored else lows
    theirs = reported._replace(low=lows, high=highs, sources=(*reported.sources, np.full(reported.size, -1)))
    joined = concatenated(ours, [ours, theirs])
    rank = np.concatenate((rank, np.ones(reported.size, np.int64)))
    return one_a_day(joined, (-joined.low, rank))


def _shift(albumin: Ints, at: Ints, known: Bools) -> Ints:
    """What the correction adds, in tenths of a fixed-point unit."""
    if not albumin.size:
        return np.zeros(at.size, np.int64)
    return np.where(known, TENTHS_PER_ALBUMIN * (NORMAL_ALBUMIN.amount - albumin[at]), 0)


def _uncorrected(c: Series) -> Bools:
    analyte = c.cohort.columns.analyte[c.cohort.assessments.rows[c.sources[0]]]
    rows: Bools = (c.sources[1] < 0) & (analyte == c.cohort.codes["calcium"])
    return rows


def _sentence(series: Series, row: int) -> str:
    """Names the greater bar where it is surely passed, and a calcium as measured, lest it seem corrected."""
    measured = _uncorrected(series.only_rows(np.array([row])))[0]
    very_high = series.low[row] > VERY_HIGH.amount
    if not (measured or very_high):
        return ""
    name = "Calcium as measured, not corrected for albumin," if measured else series.name
    day = day_text(to_date(int(series.day[row])))
    return f"{name} {value_text(series, row)} on {day}, above {VERY_HIGH if very_high else HIGH}."


def missing(series: Series, row: int) -> Sequence[str]:
    """Said of a measured calcium that could not be corrected."""
    return (
        ["albumin of the same day: the calcium as measured was used"]
        if _uncorrected(series.only_rows(np.array([row])))[0]
        else []
    )


RULE = Rule(
    code="MM-CALCIUM",
    title="Hypercalcaemia in myeloma",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("calcium", "calcium_corrected", "albumin"),
    judges=("calcium", "calcium_corrected"),
    thresholds=(HIGH, VERY_HIGH, NORMAL_ALBUMIN),
    sources=(KUMAR_2016, CORRECTED_CALCIUM_OLDER, PAYNE_1973, VIGIL),
    examples=EXAMPLES,
    evaluate=hypercalcaemia,
    would_confirm="An ionised calcium; parathyroid hormone; a repeat with albumin.",
    would_clear="A normal ionised calcium, or another cause (parathyroid hormone, vitamin D, drugs).",
)
