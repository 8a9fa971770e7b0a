"""Circulating plasma cells have risen to progression.

What it checks
    Plasma cells in blood as a count, against the lowest confirmed value of this line of therapy: a rise of at least
    50 %, to at least 200 cells/uL (0.2 x10^3/uL). The next assessment on another day that also meets it confirms; the
    day of progression is the first of the two. A rise met only against a single lowest value, or only within the bounds
    of a censored one, is PROVISIONAL at REVIEW.
When it stays silent
    Another disease, or another measure of the disease: serum M-protein, urine M-protein or free light chains measurable
    (stated, or by the baseline of the line), or the marrow stated to be: NOT_APPLICABLE. M-protein or light chains are
    followed but their baseline is not on record: NOT_EVALUABLE. No earlier count in the same comparability group and
    line of therapy: NOT_EVALUABLE. A percentage of plasma cells is another analyte and never counts.
Source
    Kumar 2016 (IMWG): at least 50 % increase, minimum of 200 cells per microlitre, if it is the only measure of
    disease. Reading of the minimum as the level reached, not the size of the rise: a default of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, at_least, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.markers import series_of
from labs.rules.myeloma.light_chains import NORMAL_RATIO_HIGH, NORMAL_RATIO_LOW
from labs.rules.myeloma.measurable import INVOLVED_FLC, SERUM, URINE, Marker, marker_states
from labs.rules.myeloma.progression import MYELOMA, NOT_AGAIN, REPEAT, SET_APART
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, rise
from labs.rules.sources import DISPENZIERI_2009, KUMAR_2016, RAJKUMAR_2011, VIGIL

PUBLISHED = date(2016, 8, 1)
PERCENT = Threshold("50", "%", KUMAR_2016, PUBLISHED)
LEVEL = Threshold("0.2", "10*3/uL", KUMAR_2016, PUBLISHED)
OTHERS = ("serum_m", "urine_m", "flc")

_NONE = "disease_type nonsecretory | "
EXAMPLES = (
    Example(
        "200 cells/uL less a little",
        _NONE + "2026-01-05 0.1 10*3/uL | 2026-02-05 0.1 | 2026-03-05 0.199 | 2026-04-05 0.199",
        NOT_RAISED,
    ),
    Example(
        "200 cells/uL exactly",
        _NONE + "2026-01-05 0.1 10*3/uL | 2026-02-05 0.1 | 2026-03-05 0.2 | 2026-04-05 0.2",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "50 % less a little",
        _NONE + "2026-01-05 0.2 10*3/uL | 2026-02-05 0.2 | 2026-03-05 0.299 | 2026-04-05 0.299",
        NOT_RAISED,
    ),
    Example(
        "50 % exactly",
        _NONE + "2026-01-05 0.2 10*3/uL | 2026-02-05 0.2 | 2026-03-05 0.3 | 2026-04-05 0.3",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "one count", _NONE + "2026-01-05 0 10*3/uL | 2026-02-05 0 | 2026-03-05 0.4", PROVISIONAL, "2026-03-05", REVIEW
    ),
    Example(
        "not confirmed", _NONE + "2026-01-05 0 10*3/uL | 2026-02-05 0 | 2026-03-05 0.4 | 2026-04-05 0.1", NOT_CONFIRMED
    ),
    Example(
        "another marker is followed",
        "measurable serum_m | 2026-01-05 0 10*3/uL | 2026-02-05 0 | 2026-03-05 0.4 | 2026-04-05 0.4",
        NOT_APPLICABLE,
    ),
    Example(
        "the marrow is followed",
        "measurable marrow | 2026-01-05 0 10*3/uL | 2026-02-05 0 | 2026-03-05 0.4 | 2026-04-05 0.4",
        NOT_APPLICABLE,
    ),
    Example(
        "not known what is followed",
        "2026-01-05 serum_m 0.3 g/dL | 2026-01-05 plasma_cells_blood_count 0 10*3/uL | 2026-02-05 0 | 2026-03-05 0.4",
        NOT_EVALUABLE,
    ),
    Example("the first count", _NONE + "2026-01-05 0.9 10*3/uL", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-01-05 0 10*3/uL | 2026-02-05 0.9", NOT_APPLICABLE),
)


def progression(cohort: Cohort) -> Signal:
    """Plasma cells in blood against their lowest confirmed count."""
    count = series_of(cohort, "plasma_cells_blood_count")
    return rise(
        count,
        criterion,
        against=count.lowest_confirmed(),
        early=count.lowest(),
        apart=SET_APART,
        silences=_silences(cohort, count),
        notes=missing,
    )


def criterion(value: Ints, lowest: Ints) -> Check:
    """+50 %, at 200 cells/uL or more."""
    up = value - lowest
    return at_least("plasma cells in blood", value, LEVEL) & at_least_percent(
        "rise in percent of the lowest", up, lowest, PERCENT
    )


def missing(series: Series, row: int) -> Sequence[str]:
    """Whether the marrow is a measure too, where nobody stated it."""
    stated = series.cohort.patients[int(series.patient[row])].measurable
    return [] if stated else ["whether marrow plasma cells are a measure of the disease too: then the marrow decides"]


def _silences(cohort: Cohort, count: Series) -> tuple[Silence, ...]:
    states = [marker_states(cohort, marker, count) for marker in OTHERS]
    marrow = cohort.which(lambda facts: "marrow" in facts.measurable)[count.patient]
    other: Bools = (states[0] == Marker.YES) | (states[1] == Marker.YES) | (states[2] == Marker.YES) | marrow
    unknown: Bools = (states[0] == Marker.UNKNOWN) | (states[1] == Marker.UNKNOWN) | (states[2] == Marker.UNKNOWN)
    return (
        Silence(other, NOT_APPLICABLE, "another marker is followed: circulating plasma cells count only if none is"),
        Silence(
            unknown, NOT_EVALUABLE, "whether M-protein or free light chains were measurable at the start of this line"
        ),
    )


RULE = Rule(
    code="MM-PD-CIRCULATING",
    title="Progression by circulating plasma cells",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=("plasma_cells_blood_count", "serum_m", "urine_m", "flc_kappa", "flc_lambda"),
    judges=("plasma_cells_blood_count",),
    thresholds=(PERCENT, LEVEL, SET_APART, SERUM, URINE, INVOLVED_FLC, NORMAL_RATIO_LOW, NORMAL_RATIO_HIGH),
    sources=(KUMAR_2016, RAJKUMAR_2011, DISPENZIERI_2009, VIGIL),
    examples=EXAMPLES,
    evaluate=progression,
    would_confirm=REPEAT,
    would_clear=NOT_AGAIN,
)
