"""Free light chains have risen to progression.

What it checks
    dFLC, the involved less the uninvolved free light chain (never below 0), against its lowest confirmed value in this
    line of therapy: a rise of more than 100 mg/L, and of at least 25 %. The next assessment on another day that also
    meets it confirms; the day of progression is the first of the two. Kappa and lambda are paired when they are of one
    day, one laboratory and one method: platforms are not interchangeable. Such a rise asks for a 24-hour urine, which
    is named as missing where none was collected since, nor in the 30 days before; a spot urine does not do.
When it stays silent
    Serum or urine M-protein is measurable (stated, or by the baseline of the line): NOT_APPLICABLE, and
    MM-LIGHT-CHAIN-ESCAPE watches instead. Either is followed but its baseline is not on record: NOT_EVALUABLE.
    The light chain of the clone is not recorded: NOT_EVALUABLE. No earlier pair in the series: NOT_EVALUABLE.
Source
    Kumar 2016 (IMWG): "> 10 mg/dL". One table in circulation prints "> 10 mg/L", a misprint: it is 100 mg/L.
    Urine once dFLC has risen by more than 100 mg/L found 94 % of progressions in a trial that left out serial urine
    (PubMed 30016549). The clamp at 0 and the 30 days are defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from labs.rules.arrays import Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above, at_least_percent
from labs.rules.cohort import Cohort
from labs.rules.confounders import PROTEINS
from labs.rules.markers import series_of
from labs.rules.myeloma.flc_marker import flc_marker, unless_clone_known
from labs.rules.myeloma.light_chains import NORMAL_RATIO_HIGH, NORMAL_RATIO_LOW, flc_difference
from labs.rules.myeloma.measurable import INVOLVED_FLC, SERUM, URINE
from labs.rules.myeloma.progression import MYELOMA, NOT_AGAIN, REPEAT, SET_APART
from labs.rules.series import Series
from labs.rules.signals import Signal, Silence, rise
from labs.rules.sources import DISPENZIERI_2009, KUMAR_2016, RAJKUMAR_2011, URINE_BY_FLC, VIGIL

RISE = Threshold("100", "mg/L", KUMAR_2016, date(2016, 8, 1))
PERCENT = Threshold("25", "%", KUMAR_2016, date(2016, 8, 1))
URINE_WITHIN = Threshold("30", "d", VIGIL, date(2026, 1, 1))
URINE_DUE = "a 24-hour urine with electrophoresis and immunofixation: none since dFLC rose, nor in the 30 days before"
JUDGES = ("flc_kappa", "flc_lambda")
READS = (*JUDGES, "serum_m", "urine_m")

_LAMBDA = "light_chain lambda | disease_type light_chain_only | "
_BASE = (
    "2026-01-05 flc_kappa 12 mg/L | 2026-01-05 flc_lambda 20 | 2026-02-05 flc_kappa 12 | 2026-02-05 flc_lambda 22 | "
)
_URINE_HIT = "measurable flc | 2026-03-05 flc_kappa 9 | 2026-03-05 flc_lambda 130 | "
EXAMPLES = (
    Example(
        "E16 100 mg/L exactly",
        _LAMBDA
        + _BASE
        + "2026-03-05 flc_kappa 9 | 2026-03-05 flc_lambda 119 | 2026-04-05 flc_kappa 9 | 2026-04-05 flc_lambda 119",
        NOT_RAISED,
    ),
    Example(
        "100 mg/L and a little",
        _LAMBDA + _BASE + "2026-03-05 flc_kappa 9 | 2026-03-05 flc_lambda 119.01 | 2026-04-05 flc_kappa 9 | "
        "2026-04-05 flc_lambda 119.01",
        CONFIRMED,
        "2026-03-05",
        URGENT,
    ),
    Example(
        "E15 light chains only",
        _LAMBDA
        + _BASE
        + "2026-03-05 flc_kappa 10 | 2026-03-05 flc_lambda 95 | 2026-04-05 flc_kappa 9 | 2026-04-05 flc_lambda 130"
        + " | 2026-05-05 flc_kappa 9 | 2026-05-05 flc_lambda 160",
        CONFIRMED,
        "2026-04-05",
        URGENT,
    ),
    Example(
        "a single hit", _LAMBDA + _BASE + "2026-03-05 flc_kappa 9 | 2026-03-05 flc_lambda 130", PROVISIONAL, "", REVIEW
    ),
    Example(
        "a 24-hour urine 30 days before: none is missing",
        _LAMBDA + _BASE + _URINE_HIT + "2026-02-03 urine_m 20",
        PROVISIONAL,
    ),
    Example("a 24-hour urine 31 days before", _LAMBDA + _BASE + _URINE_HIT + "2026-02-02 urine_m 20", PROVISIONAL),
    Example(
        "25 % less a little",
        "light_chain kappa | disease_type light_chain_only | 2026-01-05 flc_kappa 410 mg/L | "
        "2026-01-05 flc_lambda 10 | "
        "2026-02-05 flc_kappa 410 | 2026-02-05 flc_lambda 10 | 2026-03-05 flc_kappa 509.99 | "
        "2026-03-05 flc_lambda 9.99 | "
        "2026-03-20 flc_kappa 511 | 2026-03-20 flc_lambda 11.01",
        NOT_RAISED,
    ),
    Example(
        "never below zero",
        "light_chain kappa | disease_type light_chain_only | 2026-01-05 flc_kappa 5 mg/L | 2026-01-05 flc_lambda 60 | "
        "2026-02-05 flc_kappa 5 | 2026-02-05 flc_lambda 60 | 2026-03-05 flc_kappa 90 | 2026-03-05 flc_lambda 20",
        NOT_RAISED,
    ),
    Example(
        "E17 serum M-protein was measurable",
        "light_chain lambda | disease_type intact | 2025-10-05 serum_m 3.2 g/dL | 2026-01-05 serum_m 0.3 | "
        + _BASE
        + "2026-03-05 flc_kappa 10 | 2026-03-05 flc_lambda 210",
        NOT_APPLICABLE,
    ),
    Example(
        "baseline not on record",
        "light_chain lambda | 2026-01-05 serum_m 0.3 g/dL | "
        + _BASE
        + "2026-03-05 flc_kappa 10 | 2026-03-05 flc_lambda 210",
        NOT_EVALUABLE,
    ),
    Example("clone not known", _BASE + "2026-03-05 flc_kappa 10 | 2026-03-05 flc_lambda 210", NOT_EVALUABLE),
    Example(
        "another platform",
        _LAMBDA + _BASE + "2026-03-05 flc_kappa 9 @Lab/N-Latex | 2026-03-05 flc_lambda 180 @Lab/N-Latex",
        NOT_EVALUABLE,
    ),
)


def progression(cohort: Cohort) -> Signal:
    """dFLC against its lowest confirmed value."""
    marker = flc_marker(cohort)
    other = "another marker is followed: free light chains count only if no M-protein does"
    silences = (
        Silence(marker.no, NOT_APPLICABLE, other),
        unless_clone_known(cohort, flc_difference(cohort)),
        Silence(
            marker.open, NOT_EVALUABLE, "whether serum or urine M-protein was measurable at the start of this line"
        ),
    )
    return replace(rising(cohort), silences=silences)


def rising(cohort: Cohort) -> Signal:
    """dFLC against its lowest confirmed value, whether or not it is the marker: two rules ask."""
    return cohort.worked_out(_rising)


def _rising(cohort: Cohort) -> Signal:
    d = flc_difference(cohort)
    return rise(d, criterion, against=d.lowest_confirmed(), early=d.lowest(), apart=SET_APART, notes=urine_due)


def urine_due(series: Series, row: int) -> Sequence[str]:
    """A rise of dFLC asks for a 24-hour urine, where none was collected since, nor in the 30 days before."""
    urine = series_of(series.cohort, "urine_m")
    since = (urine.patient == series.patient[row]) & (urine.day >= series.day[row] - int(URINE_WITHIN.value))
    return [] if since.any() else [URINE_DUE]


def criterion(value: Ints, lowest: Ints) -> Check:
    """More than +100 mg/L, and +25 %."""
    up = value - lowest
    return above("rise", up, RISE) & at_least_percent("rise in percent of the lowest", up, lowest, PERCENT)


RULE = Rule(
    code="MM-PD-FLC",
    title="Progression by free light chains",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=READS,
    judges=JUDGES,
    thresholds=(
        RISE,
        PERCENT,
        SET_APART,
        SERUM,
        URINE,
        INVOLVED_FLC,
        NORMAL_RATIO_LOW,
        NORMAL_RATIO_HIGH,
        URINE_WITHIN,
    ),  # fmt: skip,
    sources=(KUMAR_2016, RAJKUMAR_2011, DISPENZIERI_2009, URINE_BY_FLC, VIGIL),
    examples=EXAMPLES,
    evaluate=progression,
    confounders=(*PROTEINS, "dialysis"),
    would_confirm=f"{REPEAT} A 24-hour urine with electrophoresis and immunofixation.",
    would_clear=NOT_AGAIN,
)
