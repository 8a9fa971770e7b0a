"""Residual disease, or disease on imaging, comes back after an MRD-negative result: relapse from MRD-negative.

What it checks
    After a negative test for residual disease by flow or sequencing at 0.001 % (one in 100,000 cells) or finer, in the
    same line of therapy: a positive test of the same method, specimen and laboratory, at or above the sensitivity of
    the negative one; a positive imaging study; or at least 5 % plasma cells in marrow that are clonal. One finding is
    enough, at REVIEW: relapse from MRD-negative counts for disease-free survival only and is not progression. Where
    the earlier test was negative without a printed sensitivity, or the marrow was not tested for clonality, the finding
    is PROVISIONAL and says so. Reappearance of M-protein is judged by MM-CR-LOSS, other signs by their own rules.
When it stays silent
    Another disease: NOT_APPLICABLE. No negative test before it in this line: NOT_APPLICABLE. A positive test after
    negative ones that were less sensitive than 0.001 %, or than the value now found, or of another assay:
    NOT_EVALUABLE; a more sensitive assay is no conversion. Equivocal imaging, and polyclonal plasma cells, are nothing.
Source
    Kumar 2016 (IMWG), relapse from MRD-negative. One finding being enough, and the level: defaults of this project.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labs.rules.arrays import Ints, one_of
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    Comparison,
    Example,
    Rule,
)
from labs.rules.checks import Check, Word
from labs.rules.cohort import Cohort
from labs.rules.evidence import value_text
from labs.rules.markers import series_of
from labs.rules.myeloma.progression import MYELOMA
from labs.rules.myeloma.residual_negative import (
    FAR,
    LEAST,
    TESTS,
    Part,
    by_imaging,
    by_marrow,
    by_test,
    earlier,
    negative_days,
    positive_tests,
    tests_of,
)
from labs.rules.myeloma.response_residual import SENSITIVITY
from labs.rules.myeloma.side_by_side import side_by_side
from labs.rules.series import Series
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import KUMAR_2016, VIGIL
from labs.rules.wording import amount_text
from labs.vocabulary.fixed_point import MRD_PLACES

JUDGES = (*TESTS, "imaging_disease", "plasma_cells_marrow")
READS = (*JUDGES, "marrow_clonality")
NO_NEGATIVE = "no negative test for residual disease is on record before it in this line"
TOO_COARSE = "a negative test before it, by the same assay, at 0.001 % or finer and at least as sensitive as this one"
SENSITIVITY_UNKNOWN = "the sensitivity of the earlier negative test: it is not printed"
CLONALITY = "clonality of the plasma cells, by immunohistochemistry or flow"

_NEGATIVE = "2026-01-05 mrd_flow <0.001 % @North/flow/marrow | "
# fmt: off
EXAMPLES = (
    Example("negative again", _NEGATIVE + "2026-07-05 mrd_flow <0.001 % @North/flow/marrow", NOT_RAISED),
    Example("imaging negative", _NEGATIVE + "2026-07-05 imaging_disease negative", NOT_RAISED),
    Example("imaging equivocal", _NEGATIVE + "2026-07-05 imaging_disease equivocal", NOT_RAISED),
    Example("5 % less a little", _NEGATIVE + "2026-07-05 plasma_cells_marrow 4.9 | "
            "2026-07-05 marrow_clonality clonal", NOT_RAISED),
    Example("polyclonal", _NEGATIVE + "2026-07-05 plasma_cells_marrow 7 | 2026-07-05 marrow_clonality polyclonal",
            NOT_RAISED),
    Example("positive at the sensitivity exactly", _NEGATIVE + "2026-07-05 mrd_flow 0.001 % @North/flow/marrow",
            CONFIRMED, "2026-07-05", REVIEW),
    Example("positive below the sensitivity of the negative one", _NEGATIVE
            + "2026-07-05 mrd_flow 0.0009 % @North/flow/marrow", NOT_EVALUABLE),
    Example("the negative one was not sensitive enough", "2026-01-05 mrd_flow <0.0011 % @North/flow/marrow | "
            "2026-07-05 mrd_flow 0.02 % @North/flow/marrow", NOT_EVALUABLE),
    Example("sensitivity printed beside a plain negative",
            "2026-01-05 mrd_sequencing 0 % @North/sequencing/marrow limit:0.0001 | "
            "2026-07-05 mrd_sequencing 0.0002 % @North/sequencing/marrow", CONFIRMED, "2026-07-05", REVIEW),
    Example("sensitivity not printed", "2026-01-05 mrd_flow 0 % @North/flow/marrow | "
            "2026-07-05 mrd_flow 0.02 % @North/flow/marrow", PROVISIONAL, "2026-07-05", REVIEW),
    Example("another assay", _NEGATIVE + "2026-07-05 mrd_flow 0.02 % @South/flow/marrow", NOT_EVALUABLE),
    Example("flow is not sequencing", _NEGATIVE + "2026-07-05 mrd_sequencing 0.02 % @North/flow/marrow", NOT_EVALUABLE),
    Example("imaging positive", _NEGATIVE + "2026-07-05 imaging_disease positive", CONFIRMED, "2026-07-05", REVIEW),
    Example("5 % exactly, clonal", _NEGATIVE + "2026-07-05 plasma_cells_marrow 5 % | "
            "2026-07-05 marrow_clonality clonal", CONFIRMED, "2026-07-05", REVIEW),
    Example("clonality not on record", _NEGATIVE + "2026-07-05 plasma_cells_marrow 5 %",
            PROVISIONAL, "2026-07-05", REVIEW),
    Example("never negative", "2026-01-05 mrd_flow 0.02 % | 2026-07-05 imaging_disease positive", NOT_APPLICABLE),
    Example("a later line of therapy", _NEGATIVE + "line 2026-06-01 | 2026-07-05 imaging_disease positive",
            NOT_APPLICABLE),
    Example("another disease", "disease AML | " + _NEGATIVE + "2026-07-05 mrd_flow 0.02 % @North/flow/marrow",
            NOT_APPLICABLE),
)
# fmt: on


def loss(cohort: Cohort) -> Signal:
    """Tests of residual disease, imaging and marrow, each on its own, after a negative test."""
    tests, bounds = tests_of(cohort)
    known = negative_days(tests, bounds, SENSITIVITY.amount)
    maybe = negative_days(tests, bounds, None)
    parts = [by_test(tests, bounds), by_imaging(cohort, known, maybe), by_marrow(cohort, known, maybe)]
    series, order = side_by_side([part.series for part in parts])
    sure, weak, open_, negative = (
        np.concatenate([getattr(part, name) for part in parts])[order] for name in ("sure", "weak", "open", "negative")
    )
    any_negative = earlier(series, maybe)
    shown = (sure | weak).astype(np.int64)
    series = series._replace(low=shown, high=shown)
    test = one_of(_analyte(series), [cohort.codes[code] for code in TESTS])
    found = positive_tests(tests)[order_of(tests, parts, order)]
    return weighed(
        series,
        criterion,
        sure=sure,
        weak=weak,
        terms=Terms(AT_ONCE, both=REVIEW),
        silences=(
            Silence(open_, NOT_EVALUABLE, TOO_COARSE),
            Silence(~any_negative & (~test | found), NOT_APPLICABLE, NO_NEGATIVE),
        ),
        notes=lambda series, row: _missing(series, row, weak=bool(weak[row])),
        extras=lambda row: _compared(series, row, int(negative[row])),
        words=Words(
            sure="relapse from MRD-negative; it counts for disease-free survival only",
            weak="it may be relapse from MRD-negative",
        ),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Found after a negative test."""
    return Word("evidence of disease", "found after a negative test for residual disease", value > 0)


def order_of(tests: Series, parts: Sequence[Part], order: Ints) -> Ints:
    """Row of `tests` behind each row; rows of other parts point behind them all."""
    return np.minimum(order, tests.size)


def _analyte(series: Series) -> Ints:
    return series.cohort.columns.analyte[series.cohort.assessments.rows[series.sources[0]]].astype(np.int64)


def _missing(series: Series, row: int, *, weak: bool) -> Sequence[str]:
    if not weak:
        return []
    analyte = series.cohort.analytes[int(_analyte(series.only_rows(np.array([row])))[0])]
    if analyte != "plasma_cells_marrow":
        return [SENSITIVITY_UNKNOWN]
    stained = series_of(series.cohort, "marrow_clonality")
    at = series.only_rows(np.array([row])).on_the_same_day(stained)[0]
    return [CLONALITY] if at < 0 else [SENSITIVITY_UNKNOWN]


def _compared(series: Series, row: int, negative: int) -> list[Comparison]:
    analyte = series.cohort.analytes[int(_analyte(series.only_rows(np.array([row])))[0])]
    if negative < FAR:
        bound = amount_text(negative, MRD_PLACES, "%")
        return [Comparison("residual disease", value_text(series, row), f"negative before, at {bound}", met=True)]
    if analyte == "plasma_cells_marrow":
        return [Comparison("plasma cells in marrow", value_text(series, row), f"at least {LEAST}", met=True)]
    return []


RULE = Rule(
    code="MM-MRD-LOSS",
    title="Relapse from MRD-negative in myeloma",
    criteria_version="IMWG-2016",
    diseases=MYELOMA,
    reads=READS,
    judges=JUDGES,
    thresholds=(SENSITIVITY, LEAST),
    sources=(KUMAR_2016, VIGIL),
    examples=EXAMPLES,
    evaluate=loss,
    would_confirm="A second test of the same assay; M-protein, immunofixation and free light chains; imaging.",
    would_clear="A negative test of the same assay at the same sensitivity.",
)
